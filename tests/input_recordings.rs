//! Real files of many recorders, as far as they are at hand: set
//! `HYPNIC_RECORDINGS` to the folder that has them. What is expected of each
//! file was computed with Python from the file, apart from this program.

use std::path::{Path, PathBuf};

use hypnic::input::{OpenOptions, open};
use hypnic::recording::{Block, Format, Frame, Placement, Side, Spec, Unit};

/// The folder of recordings; says so when there is none.
fn folder(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("HYPNIC_RECORDINGS").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("{test}: skipped, HYPNIC_RECORDINGS is not set");
    }
    folder
}

/// A file read to its end.
struct Night {
    spec: Spec,
    frames: u64,
    first: Frame,
    last: Frame,
    last_stamp_ns: i64,
    warnings: Vec<String>,
}

fn read(path: &Path, options: &OpenOptions) -> hypnic::error::Result<Night> {
    let mut source = open(path, options)?;
    let mut block = Block::default();
    let mut night = Night {
        spec: source.spec().clone(),
        frames: 0,
        first: [f32::NAN; 3],
        last: [f32::NAN; 3],
        last_stamp_ns: 0,
        warnings: Vec::new(),
    };
    while source.read(&mut block)? {
        if night.frames == 0 {
            night.first = block.frames[0];
            assert_eq!(block.stamps_ns.first().copied().unwrap_or(0), 0, "first stamp");
        }
        let stamps = if night.spec.has_stamps { block.frames.len() } else { 0 };
        assert_eq!(block.stamps_ns.len(), stamps, "a stamp a frame");
        night.frames += block.frames.len() as u64;
        night.last = *block.frames.last().unwrap();
        night.last_stamp_ns = block.stamps_ns.last().copied().unwrap_or(0);
    }
    let (taken, size) = source.progress();
    assert_eq!(taken, size, "the whole file was taken");
    night.warnings = source.warnings();
    Ok(night)
}

/// What a file is, as Python and the eye have it.
struct Expected {
    file: &'static str,
    unit: Unit,
    rate_hz: f64,
    /// As `Clock::label` writes it.
    start: &'static str,
    worn: (Option<Placement>, Option<Side>),
    frames: u64,
    first: Frame,
    last: Frame,
    /// Seconds from the first stamp to the last; 0 without stamps.
    seconds: f64,
    warnings: usize,
}

const NOWHERE: (Option<Placement>, Option<Side>) = (None, None);
const LEFT_WRIST: (Option<Placement>, Option<Side>) = (Some(Placement::Wrist), Some(Side::Left));

#[rustfmt::skip]
const EXPECTED: [Expected; 24] = [
    Expected { file: "nights/wrist-5hz/p1n2.csv", unit: Unit::G, rate_hz: 4.99663, start: "", worn: NOWHERE, frames: 134_414, first: [-0.3, -0.02, -1.07], last: [0.57, -0.77, -0.21], seconds: 26_900.746, warnings: 0 },
    Expected { file: "nights/wrist-5hz/p5n1.TXT", unit: Unit::G, rate_hz: 5.0, start: "", worn: NOWHERE, frames: 76_714, first: [-0.94, 0.02, 0.14], last: [-0.23, 0.46, -0.84], seconds: 15_342.6, warnings: 0 },
    Expected { file: "nights/bed-1.6hz/2017y-11m-24d-4h-41m.csv", unit: Unit::Counts { per_g: 17_592.35 }, rate_hz: 1.62832, start: "2017-11-24T01:07:50.000", worn: NOWHERE, frames: 20_900, first: [0.14188, 0.31832, -0.93973], last: [0.15666, 0.30924, -0.93268], seconds: 12_834.721, warnings: 0 },
    Expected { file: "nights/bed-1.6hz/2017y-11m-29d-6h-49m.csv", unit: Unit::Counts { per_g: 16_384.0 }, rate_hz: 1.62774, start: "2017-11-29T00:24:53.000", worn: NOWHERE, frames: 37_600, first: [0.217529, 0.254395, 1.000977], last: [0.268555, 0.012451, 0.962402], seconds: 23_098.86, warnings: 0 },
    Expected { file: "nights/actigraph-wrist-30hz-12h-idle-sleep/example_data.csv.gz", unit: Unit::G, rate_hz: 30.0, start: "2017-10-30T15:00:00.000+00:00", worn: NOWHERE, frames: 1_296_000, first: [0.188, 0.145, -0.984], last: [0.0, 0.0, 0.0], seconds: 43_199.0, warnings: 0 },
    Expected { file: "nights/actigraph-wrist-30hz-4h/example_sleep.csv.gz", unit: Unit::G, rate_hz: 30.0, start: "2000-01-04T20:00:00.000", worn: NOWHERE, frames: 432_000, first: [-0.704, 0.413, -0.54], last: [-0.032, -0.123, -0.988], seconds: 14_399.967, warnings: 0 },
    Expected { file: "formats/axivity/GGIRread_ax3test.wav", unit: Unit::Counts { per_g: 4096.0 }, rate_hz: 100.0, start: "2018-03-18T17:24:47.536", worn: LEFT_WRIST, frames: 32_640, first: [0.718506, 0.257324, -0.567627], last: [-0.932861, 0.024658, 0.35791], seconds: 0.0, warnings: 1 },
    Expected { file: "formats/axivity/iwissemben_Fichier_test_2.csv", unit: Unit::G, rate_hz: 384.0695, start: "2022-10-30T10:30:02.657+00:00", worn: NOWHERE, frames: 10_582, first: [0.359375, 0.015625, -0.890625], last: [-0.8125, -0.5, -0.40625], seconds: 27.5497, warnings: 0 },
    Expected { file: "formats/phyphox/walking_steps_1.csv", unit: Unit::MetresPerSecondSquared, rate_hz: 501.718, start: "", worn: NOWHERE, frames: 34_949, first: [0.738586, 0.612732, 0.135437], last: [-0.278564, 0.387512, 0.800354], seconds: 69.656641, warnings: 0 },
    Expected { file: "formats/physics-toolbox/Anis-Bouaziz_INPUT_N.csv", unit: Unit::G, rate_hz: 43.9636, start: "", worn: NOWHERE, frames: 1940, first: [-0.1438, 0.4596, 0.809], last: [-0.071, 0.6203, 0.8232], seconds: 44.104662, warnings: 0 },
    Expected { file: "formats/androsensor/mounilgarg_record1.csv", unit: Unit::MetresPerSecondSquared, rate_hz: 1.99389, start: "2022-03-16T14:07:17.870", worn: NOWHERE, frames: 491, first: [-0.039065, 0.600582, 0.746096], last: [-0.013184, 0.561036, 0.851075], seconds: 245.751, warnings: 0 },
    Expected { file: "formats/metawear/A-rest-standing_MetaWear_2019-01-18T18.25.39.382_C42732BE255C_Accelerometer_12.500Hz_1.4.4.csv", unit: Unit::G, rate_hz: 12.5, start: "2019-01-18T18:25:39.908+01:00", worn: NOWHERE, frames: 498, first: [0.951, 0.11, 0.193], last: [0.266, -0.952, 0.39], seconds: 39.76, warnings: 0 },
    // The rate without the holes of more than half a second.
    Expected { file: "formats/garmin/flirt_acc.csv", unit: Unit::MilliG, rate_hz: 24.6255, start: "2019-10-16T12:09:01.702+02:00", worn: NOWHERE, frames: 10_000, first: [-0.036, 0.62, -0.824], last: [0.304, 0.24, -0.928], seconds: 958.002, warnings: 0 },
    Expected { file: "formats/shimmer/devicely_read_test_data.csv", unit: Unit::MetresPerSecondSquared, rate_hz: 51.1494, start: "2020-07-28T10:56:50.034+00:00", worn: NOWHERE, frames: 90, first: [-0.146307, 1.019716, 0.056528], last: [-0.154066, 1.016391, 0.048769], seconds: 1.74, warnings: 0 },
    // Its last row has no line end.
    Expected { file: "formats/mhealth/MIMSunit_rest_on_table.csv", unit: Unit::G, rate_hz: 80.0, start: "2016-01-15T11:00:00.013", worn: NOWHERE, frames: 4999, first: [0.032, -0.029, -0.968], last: [0.035, -0.026, -0.968], seconds: 62.475, warnings: 1 },
    Expected { file: "formats/leg-imu/emory-plm_A0E6F8B70300_raw_data.csv", unit: Unit::G, rate_hz: 8.32897, start: "2016-05-02T02:20:48.494", worn: NOWHERE, frames: 446, first: [-0.94, -0.21, -0.28], last: [-0.94, -0.24, -0.28], seconds: 53.428, warnings: 0 },
    Expected { file: "formats/actigraph/AGread_exampleRAW.csv", unit: Unit::G, rate_hz: 90.0, start: "2019-02-14T08:58:00.000", worn: NOWHERE, frames: 10_800, first: [-0.004, -0.008, 0.961], last: [-0.016, -1.004, 0.148], seconds: 0.0, warnings: 0 },
    Expected { file: "formats/actigraph/MIMSunit_actigraph_no_timestamp.csv", unit: Unit::G, rate_hz: 40.0, start: "2018-06-14T11:27:00.000", worn: NOWHERE, frames: 4989, first: [-0.009, -0.053, -0.988], last: [-0.243, 0.138, -0.991], seconds: 0.0, warnings: 0 },
    Expected { file: "formats/actigraph/MIMSunit_actigraph_timestamped.csv", unit: Unit::G, rate_hz: 40.0, start: "2018-06-14T12:08:39.725", worn: NOWHERE, frames: 4989, first: [-0.009, -0.053, -0.988], last: [-0.243, 0.138, -0.991], seconds: 124.7, warnings: 0 },
    Expected { file: "formats/actigraph/read.gt3x_TAS1H30182785_2019-09-17.csv.gz", unit: Unit::G, rate_hz: 100.0, start: "2019-09-17T18:40:00.000", worn: NOWHERE, frames: 240_500, first: [0.0, 0.008, 0.996], last: [0.0, 0.0, 0.0], seconds: 0.0, warnings: 0 },
    Expected { file: "formats/geneactiv/sleeppy_test_geneactiv.csv", unit: Unit::G, rate_hz: 100.0, start: "2018-08-27T09:32:38.000-04:00", worn: LEFT_WRIST, frames: 19_200, first: [0.0176, -1.0033, -0.1067], last: [0.0018, -1.1499, 0.0924], seconds: 191.99, warnings: 0 },
    Expected { file: "formats/empatica-e4/ACC.csv", unit: Unit::Counts { per_g: 64.0 }, rate_hz: 32.0, start: "2019-06-11T19:03:45.000+00:00", worn: NOWHERE, frames: 9998, first: [-0.953125, 0.390625, 0.09375], last: [-0.46875, 0.640625, 0.578125], seconds: 0.0, warnings: 0 },
    // The rate without the hole of 163 s.
    Expected { file: "formats/sensor-logger/renamed_columns__AybarsCebi_TotalAcceleration.csv", unit: Unit::MetresPerSecondSquared, rate_hz: 104.348, start: "2024-10-18T14:09:34.556+00:00", worn: NOWHERE, frames: 14_945, first: [-0.30317, 0.390278, 1.255868], last: [0.08296, 0.395158, 0.896456], seconds: 306.196_997, warnings: 0 },
    // What the phone computed as gravity, which is said in a warning.
    Expected { file: "formats/sensor-logger/v2/Gravity.csv", unit: Unit::MetresPerSecondSquared, rate_hz: 100.0249, start: "2021-01-17T11:58:12.866+00:00", worn: NOWHERE, frames: 7439, first: [-0.002375, -0.004415, 0.999987], last: [-0.003022, -0.005226, 0.999982], seconds: 74.361_480, warnings: 1 },
];

const RIGHT_WRIST: (Option<Placement>, Option<Side>) = (Some(Placement::Wrist), Some(Side::Right));
const LEFT_ANKLE: (Option<Placement>, Option<Side>) = (Some(Placement::Ankle), Some(Side::Left));
const WAIST: (Option<Placement>, Option<Side>) = (Some(Placement::Waist), None);

const fn counts(per_g: f64) -> Unit {
    Unit::Counts { per_g }
}

/// The files of devices and archives: first and last frames, starts and lengths
/// as actfast, pygt3x and pyedflib have them.
#[rustfmt::skip]
const DEVICES: [Expected; 18] = [
    Expected { file: "formats/axivity/GGIRread_ax3_testfile.cwa", unit: counts(256.0), rate_hz: 100.0, start: "2019-02-26T10:55:06.000", worn: RIGHT_WRIST, frames: 17_400, first: [0.328125, 0.984375, 0.203125], last: [-0.0625, -0.84375, 0.265625], seconds: 175.9816, warnings: 0 },
    // Of 145 sectors six are damaged; the first of them is the first.
    Expected { file: "formats/axivity/GGIRread_ax3_testfile_corrupt_blocks_0_13_14_142_143_144.cwa", unit: counts(256.0), rate_hz: 100.0, start: "2019-02-26T10:55:07.215", worn: RIGHT_WRIST, frames: 16_680, first: [0.765625, -0.296875, -0.578125], last: [0.96875, 0.0, 0.203125], seconds: 171.12, warnings: 1 },
    Expected { file: "formats/axivity/GGIRread_ax6_testfile.cwa", unit: counts(2048.0), rate_hz: 100.0, start: "2019-12-23T21:04:06.699", worn: NOWHERE, frames: 11_320, first: [0.007324, 0.071289, 0.008789], last: [0.047852, 0.981445, 0.01123], seconds: 114.286, warnings: 0 },
    Expected { file: "formats/axivity/paradigma_test_data.CWA", unit: counts(4096.0), rate_hz: 100.0, start: "2025-11-17T09:00:02.324", worn: NOWHERE, frames: 36_400, first: [0.837646, -0.139404, -0.51416], last: [-0.138184, -1.037598, 0.111328], seconds: 364.3233, warnings: 0 },
    Expected { file: "formats/axivity/skdh_ax3_sample.cwa", unit: counts(256.0), rate_hz: 200.0, start: "2020-02-12T09:03:37.481", worn: NOWHERE, frames: 58_800, first: [-0.09375, -0.203125, 0.953125], last: [-0.984375, -0.03125, 0.375], seconds: 298.1058, warnings: 0 },
    Expected { file: "formats/actigraph/GGIR_actigraph_testfile.gt3x", unit: counts(256.0), rate_hz: 30.0, start: "2020-08-26T10:09:00.000+02:00", worn: WAIST, frames: 17_640, first: [0.003906, 0.023438, -0.957031], last: [-0.5, 0.019531, -0.875], seconds: 1767.966667, warnings: 1 },
    Expected { file: "formats/actigraph/wristpy_example_actigraph_idle_sleep_mode.gt3x", unit: counts(256.0), rate_hz: 30.0, start: "2024-11-26T10:01:00.000-06:00", worn: NOWHERE, frames: 3870, first: [-0.699219, 0.265625, -0.671875], last: [0.277344, -0.179688, -1.039062], seconds: 152.966667, warnings: 1 },
    // The last frame but those of zeros, in its maker's own export.
    Expected { file: "formats/actigraph/read.gt3x_TAS1H30182785_2019-09-17.gt3x", unit: counts(256.0), rate_hz: 100.0, start: "2019-09-17T18:40:00.000-04:00", worn: NOWHERE, frames: 33_000, first: [0.0, 0.007812, 0.996094], last: [-0.007812, -1.03125, 0.019531], seconds: 2158.99, warnings: 1 },
    Expected { file: "formats/actigraph/NHANES_sample.gt3x", unit: counts(341.0), rate_hz: 30.0, start: "2010-10-26T13:30:00.000", worn: NOWHERE, frames: 10_466, first: [-0.753666, 0.680352, 0.038123], last: [0.0, 0.0, 0.0], seconds: 348.8333, warnings: 1 },
    Expected { file: "formats/geneactiv/GENEAcore_Incomplete_bin_file.bin", unit: counts(255.0), rate_hz: 10.0, start: "2021-04-26T07:00:00.500+01:00", worn: NOWHERE, frames: 2700, first: [0.134268, -0.452005, 0.888597], last: [0.126439, -0.436125, 0.892573], seconds: 269.9, warnings: 2 },
    Expected { file: "formats/geneactiv/GENEAcore_Not_contiguous.bin", unit: counts(255.0), rate_hz: 10.0, start: "2021-04-26T07:00:00.500+01:00", worn: NOWHERE, frames: 2700, first: [0.134268, -0.452005, 0.888597], last: [0.126439, -0.436125, 0.892573], seconds: 36_269.9, warnings: 0 },
    Expected { file: "formats/geneactiv/GENEAcore_One_page_bin_file.bin", unit: counts(252.11), rate_hz: 100.0, start: "2024-09-18T10:14:17.000+01:00", worn: NOWHERE, frames: 300, first: [0.247233, -0.004649, -0.95671], last: [0.2512, 0.003298, -0.980782], seconds: 2.99, warnings: 0 },
    Expected { file: "formats/geneactiv/GGIRread_GENEActiv_testfile.bin", unit: counts(258.6), rate_hz: 85.714, start: "2013-05-30T10:12:54.500+01:00", worn: NOWHERE, frames: 5031, first: [0.740522, 0.014067, -0.643903], last: [-0.577353, 0.309396, -0.855353], seconds: 58.6838, warnings: 2 },
    Expected { file: "formats/geneactiv/RomeoSajina_left_ankle_example.bin", unit: counts(253.0), rate_hz: 20.0, start: "2020-01-30T09:17:11.000+01:00", worn: LEFT_ANKLE, frames: 3900, first: [-0.03184, -0.034214, -1.004682], last: [-0.538109, 0.450611, -1.00068], seconds: 194.95, warnings: 1 },
    Expected { file: "formats/geneactiv/sleeppy_test_geneactiv.bin", unit: counts(253.0), rate_hz: 100.0, start: "2018-08-27T09:32:38.000-04:00", worn: LEFT_WRIST, frames: 19_200, first: [0.017634, -1.003251, -0.106657], last: [0.001819, -1.149919, 0.092404], seconds: 191.99, warnings: 0 },
    Expected { file: "formats/edf/devicely_faros_testfile_read.EDF", unit: Unit::MilliG, rate_hz: 25.0, start: "2018-10-12T16:54:12.000+02:00", worn: NOWHERE, frames: 1950, first: [0.3085, -0.645, -1.047 / 2.0], last: [0.449, -0.1, -0.8595], seconds: 77.96, warnings: 0 },
    Expected { file: "formats/edf/nox_a1_psg_120s_acc_legEMG__rsleep_subject1.edf", unit: Unit::G, rate_hz: 20.0, start: "2018-02-06T01:36:50.000", worn: NOWHERE, frames: 2400, first: [-0.799627, -0.594662, 0.015596], last: [-0.791936, -0.602719, 0.01352], seconds: 119.95, warnings: 0 },
    // The raw accelerometer of an iPhone, its signs turned.
    Expected { file: "formats/sensor-logger/SensorLogger-2025-04-28_22-04-35__cran_actiread.zip", unit: Unit::G, rate_hz: 100.703, start: "2025-04-28T18:04:35.760-04:00", worn: NOWHERE, frames: 9201, first: [-0.089386, 0.47406, 0.91835], last: [0.144318, 0.512833, 1.296478], seconds: 91.357454, warnings: 0 },
];

fn same_unit(unit: Unit, expected: Unit) -> bool {
    match (unit, expected) {
        (Unit::Counts { per_g }, Unit::Counts { per_g: expected }) => {
            (per_g / expected - 1.0).abs() < 0.01
        }
        _ => unit == expected,
    }
}

/// Equal to a millionth of a g, or to the percent that a measured scale leaves open.
fn same_frame(frame: Frame, expected: Frame, unit: Unit) -> bool {
    let measured = matches!(unit, Unit::Counts { per_g } if per_g.fract() != 0.0);
    let tolerance = if measured { 0.01 } else { 1.5e-6 };
    frame.iter().zip(&expected).all(|(value, expected)| (value - expected).abs() <= tolerance)
}

/// The kind of file that a name promises.
fn format_of(file: &str) -> Format {
    match file.rsplit('.').next().unwrap_or_default().to_lowercase().as_str() {
        "wav" => Format::Wav,
        "cwa" => Format::Cwa,
        "gt3x" => Format::Gt3x,
        "bin" => Format::GeneActiv,
        "edf" => Format::Edf,
        _ => Format::Csv,
    }
}

#[test]
fn every_recorder_is_understood() {
    let Some(folder) = folder("every_recorder_is_understood") else { return };
    for expected in EXPECTED.iter().chain(&DEVICES) {
        let file = expected.file;
        let night = read(&folder.join(file), &OpenOptions::default())
            .unwrap_or_else(|error| panic!("{file}: {error}"));
        let spec = &night.spec;
        assert_eq!(spec.format, format_of(file), "{file}");
        assert!(same_unit(spec.unit, expected.unit), "{file}: {}", spec.unit);
        let rate = spec.rate_hz / expected.rate_hz - 1.0;
        assert!(rate.abs() < 0.01, "{file}: {} Hz", spec.rate_hz);
        assert_eq!(spec.clock.label(0.0), expected.start, "{file}");
        assert_eq!((spec.placement, spec.side), expected.worn, "{file}");
        assert_eq!(night.frames, expected.frames, "{file}");
        assert!(same_frame(night.first, expected.first, spec.unit), "{file}: {:?}", night.first);
        assert!(same_frame(night.last, expected.last, spec.unit), "{file}: {:?}", night.last);
        let seconds = night.last_stamp_ns as f64 / 1e9;
        // Within the last packet of a device, its period is known to some percent.
        let within_s = if spec.format == Format::Csv { 1e-5 } else { 0.05 };
        assert!((seconds - expected.seconds).abs() < within_s, "{file}: {seconds} s");
        assert!(spec.has_gravity, "{file}");
        assert_eq!(night.warnings.len(), expected.warnings, "{file}: {:?}", night.warnings);
    }
}

#[test]
fn acceleration_without_gravity_needs_to_be_asked_for() {
    let Some(folder) = folder("acceleration_without_gravity_needs_to_be_asked_for") else { return };
    for (file, frames) in [
        ("formats/phyphox/ios-without-g/Raw Data.csv", 5244),
        ("formats/phyphox/tab_separated__emmermarcell_2_3sarok2.csv", 800),
        ("formats/sensor-logger/v2/Accelerometer.csv", 7439),
    ] {
        let path = folder.join(file);
        let refused = open(&path, &OpenOptions::default()).err().unwrap().to_string();
        assert!(refused.contains("gravity") && refused.contains("--linear"), "{refused}");
        let night = read(&path, &OpenOptions { linear: true, ..OpenOptions::default() }).unwrap();
        assert!(!night.spec.has_gravity, "{file}");
        assert_eq!(night.frames, frames, "{file}");
    }
}

#[test]
fn archives_cut_anywhere_give_their_first_frames_or_a_clear_error() {
    let name = "archives_cut_anywhere_give_their_first_frames_or_a_clear_error";
    let Some(folder) = folder(name) else { return };
    for file in [
        "formats/actigraph/GGIR_actigraph_testfile.gt3x",
        "formats/actigraph/NHANES_sample.gt3x",
        "formats/actigraph/read.gt3x_TAS1H30182785_2019-09-17.gt3x",
        "formats/sensor-logger/SensorLogger-2025-04-28_22-04-35__cran_actiread.zip",
    ] {
        let content = std::fs::read(folder.join(file)).unwrap();
        let whole = read(&folder.join(file), &OpenOptions::default()).unwrap();
        let mut in_part = 0;
        for cut in (1..40).map(|part| content.len() * part / 40) {
            let mut part = tempfile::NamedTempFile::new().unwrap();
            std::io::Write::write_all(&mut part, &content[..cut]).unwrap();
            let opened = open(part.path(), &OpenOptions::default());
            match opened.and_then(|mut source| {
                let (mut block, mut frames) = (Block::default(), 0);
                while source.read(&mut block)? {
                    frames += block.frames.len() as u64;
                }
                Ok((frames, source.warnings()))
            }) {
                Ok((frames, warnings)) => {
                    assert!(frames <= whole.frames, "{file} cut at {cut}");
                    let told = warnings.iter().any(|warning| warning.contains("cut"));
                    assert!(told, "{file} cut at {cut}: {warnings:?}");
                    in_part += 1;
                }
                Err(error) => assert_eq!(error.exit_code(), 65, "{file} cut at {cut}: {error}"),
            }
        }
        eprintln!("{file}: read in part at {in_part} of 39 cuts");
    }
}

#[test]
fn what_is_no_recording_is_refused() {
    let Some(folder) = folder("what_is_no_recording_is_refused") else { return };
    for (file, word) in [
        ("nights", "folder"),
        ("nights/wrist-5hz/survey_results.csv", "header without acceleration"),
        ("formats/phyphox/ios-without-g/meta/device.csv", "without a table"),
        ("formats/phyphox/ios-without-g/meta/time.csv", "2 columns"),
        ("formats/sensor-logger/v2/Metadata.csv", "table"),
        ("labels/noxturnal/noxturnal_events_example_unicode.csv", "table"),
        ("formats/empatica-e4/info.txt", "table"),
        ("labels/noxturnal/noxturnal_events_example_unicode_2.csv", "table"),
        ("labels/noxturnal/noxturnal_events_example_unicode_3.csv", "table"),
    ] {
        let refused = open(&folder.join(file), &OpenOptions::default()).err();
        let refused = refused.unwrap_or_else(|| panic!("{file} was opened"));
        assert_eq!(refused.exit_code(), 65, "{file}");
        assert!(refused.to_string().contains(word), "{refused}");
    }
}

/// Neither a recording nor a file that could be taken for one.
const ABOUT: [&str; 3] = ["README", "LICENSE", "DESCRIPTION"];

#[test]
fn no_file_is_forgotten() {
    let Some(folder) = folder("no_file_is_forgotten") else { return };
    let source = include_str!("input_recordings.rs");
    let mut folders = vec![folder.clone()];
    while let Some(inner) = folders.pop() {
        for entry in std::fs::read_dir(&inner).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(&folder).unwrap().to_string_lossy().into_owned();
            let about = path.file_name().unwrap().to_string_lossy();
            if path.is_dir() {
                folders.push(path);
            } else if !ABOUT.iter().any(|word| about.starts_with(word)) {
                assert!(source.contains(&format!("\"{name}\"")), "{name} is in no test");
            }
        }
    }
}
