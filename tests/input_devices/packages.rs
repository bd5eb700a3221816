//! Recordings in archives, and the exports of phone apps, which are several files.

use std::fmt::Write as _;
use std::io::Write as _;

use hypnic::input::{OpenOptions, open};
use hypnic::recording::{Format, Unit};
use zip::CompressionMethod::{Deflated, Stored};

use crate::actigraph::archive;
use crate::axivity::Cwa;
use crate::{assert_stamps, read, read_path};

/// 2024-03-12T22:15:07Z, ns.
const START_NS: i64 = 1_710_281_707_000_000_000;

/// Sensor Logger's table of a vector that turns slowly.
fn table(v3: bool, rows: i64, from: i64, value: impl Fn(i64) -> [f64; 3]) -> String {
    let mut text = (if v3 { "time,seconds_elapsed,z,y,x\n" } else { "time,z,y,x\n" }).to_owned();
    for k in from..from + rows {
        let [x, y, z] = value(k);
        let time = START_NS + k * 10_000_000;
        let elapsed = k as f64 / 100.0;
        let _ = match v3 {
            true => writeln!(text, "{time},{elapsed},{z},{y},{x}"),
            false => writeln!(text, "{time},{z},{y},{x}"),
        };
    }
    text
}

const METADATA_V3: &str = "version,device name,recording epoch time,recording time,recording timezone,platform,appVersion,sensors,sampleRateMs,standardisation
3,iPhone 13,1710281707000,2024-03-12_22-15-07,America/New_York,ios,1.43.2,Accelerometer,10,false";

const METADATA_V2: &str =
    "version,device name,recording time,platform\n2,SM-N960F,2024-03-12_22-15-07,android\n";

fn gravity(k: i64) -> [f64; 3] {
    let angle = k as f64 / 300.0;
    [9.80665 * angle.sin(), 0.5, 9.80665 * angle.cos()]
}

fn linear(k: i64) -> [f64; 3] {
    [0.01 * (k % 7) as f64, -0.02 * (k % 3) as f64, 0.0]
}

fn total(k: i64) -> [f64; 3] {
    let (gravity, linear) = (gravity(k), linear(k));
    [0, 1, 2].map(|axis| gravity[axis] + linear[axis])
}

/// Frames of `value`, in m/s², from `from` on.
fn assert_frames(frames: &[[f32; 3]], from: i64, sign: f64, value: impl Fn(i64) -> [f64; 3]) {
    for (frame, k) in frames.iter().zip(from..) {
        for (axis, value_mps2) in value(k).into_iter().enumerate() {
            let expected = sign * value_mps2 / 9.80665;
            assert!((f64::from(frame[axis]) - expected).abs() < 1e-5, "sample {k}: {frame:?}");
        }
    }
}

#[test]
fn sensor_logger_without_its_total_is_put_together() {
    // Android: the two have stamps of their own.
    let linear_table = table(false, 800, 0, linear);
    let mut gravity_table = table(false, 900, -20, gravity);
    gravity_table = gravity_table.replace("000000,", "000400,");
    let files: [(&str, &[u8]); 4] = [
        ("2024/Accelerometer.csv", linear_table.as_bytes()),
        ("2024/Gravity.csv", gravity_table.as_bytes()),
        ("2024/Gyroscope.csv", linear_table.as_bytes()),
        ("2024/Metadata.csv", METADATA_V2.as_bytes()),
    ];
    let read = read(&archive(&files, Deflated)).unwrap();
    assert!(read.spec.has_gravity);
    assert_eq!(read.spec.unit, Unit::MetresPerSecondSquared);
    assert_eq!(read.spec.device.as_deref(), Some("SM-N960F"));
    assert_eq!(read.frames.len(), 800);
    assert_frames(&read.frames, 0, 1.0, total);
    let expected_s: Vec<f64> = (0..800).map(|k| f64::from(k) / 100.0).collect();
    assert_stamps(&read.stamps_ns, &expected_s, 1e-9);
    assert!(read.spec.clock.to_string().contains("2024-03-12T22:15:07.000+00:00"));
    // That gravity is equally long everywhere is no fault of the sum's.
    let told = read.warnings.iter().any(|warning| warning.contains("equally long"));
    assert!(!told, "{:?}", read.warnings);
}

#[test]
fn gravity_that_ends_early_is_not_guessed() {
    let (linear_table, gravity_table) = (table(true, 800, 0, linear), table(true, 300, 0, gravity));
    let files: [(&str, &[u8]); 3] = [
        ("Accelerometer.csv", linear_table.as_bytes()),
        ("Gravity.csv", gravity_table.as_bytes()),
        ("Metadata.csv", METADATA_V2.as_bytes()),
    ];
    let read = read(&archive(&files, Stored)).unwrap();
    assert_eq!(read.frames.len(), 400, "a second longer than gravity");
    assert!(read.warnings.iter().any(|w| w.starts_with("400 samples without gravity")));
}

#[test]
fn sensor_logger_of_ios_is_turned_to_everybody_elses_signs() {
    let raw = |k| gravity(k).map(|value| -value / 9.80665);
    let raw_table = table(true, 500, 0, raw);
    let linear_table = table(true, 500, 0, linear);
    let files: [(&str, &[u8]); 3] = [
        ("rec/Accelerometer.csv", linear_table.as_bytes()),
        ("rec/AccelerometerUncalibrated.csv", raw_table.as_bytes()),
        ("rec/Metadata.csv", METADATA_V3.as_bytes()),
    ];
    let read = read(&archive(&files, Deflated)).unwrap();
    assert_eq!(read.spec.unit, Unit::G);
    assert!(read.spec.layout.contains("AccelerometerUncalibrated.csv"), "{}", read.spec.layout);
    assert_frames(&read.frames, 0, 1.0, gravity);
    assert_eq!(read.spec.clock.label(0.0), "2024-03-12T18:15:07.000-04:00");
    assert_eq!(read.spec.clock.zone_name().as_deref(), Some("America/New_York"));
}

#[test]
fn the_total_of_sensor_logger_is_preferred_and_an_unpacked_folder_is_the_same() {
    let (total_table, linear_table) = (table(true, 500, 0, total), table(true, 500, 0, linear));
    let metadata = METADATA_V3.replace("ios", "android");
    let files: [(&str, &[u8]); 3] = [
        ("Accelerometer.csv", linear_table.as_bytes()),
        ("TotalAcceleration.csv", total_table.as_bytes()),
        ("Metadata.csv", metadata.as_bytes()),
    ];
    let zipped = read(&archive(&files, Deflated)).unwrap();
    assert_frames(&zipped.frames, 0, 1.0, total);
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    for path in [folder.path().to_owned(), folder.path().join("TotalAcceleration.csv")] {
        let read = read_path(&path, &OpenOptions::default()).unwrap();
        assert_eq!(read.frames, zipped.frames);
        assert_eq!(read.spec.clock, zipped.spec.clock, "the zone of the file beside it");
    }
}

const PHYPHOX_TIMES: &str = "\"event\",\"experiment time\",\"system time\",\"system time text\"
\"START\",0.0E0,1.710281707E9,\"2024-03-12 23:15:07.000 UTC+01:00\"
\"PAUSE\",2.0E0,1.710281709E9,\"2024-03-12 23:15:09.000 UTC+01:00\"
\"START\",2.0E0,1.710281769E9,\"2024-03-12 23:16:09.000 UTC+01:00\"
\"PAUSE\",5.0E0,1.710281772E9,\"2024-03-12 23:16:12.000 UTC+01:00\"
";

/// How phyphox is told to write its numbers.
#[derive(Clone, Copy)]
enum Written {
    WithExponents,
    Plain,
}

fn phyphox_table(written: Written) -> String {
    let mut text = "\"Time (s)\";\"Acceleration x (m/s^2)\";\"Acceleration y (m/s^2)\";\"Acceleration z (m/s^2)\"\n".to_owned();
    for k in 0..500 {
        let [x, y, z] = total(k);
        let at_s = (k as f64 + 0.5) / 100.0;
        let row = match written {
            Written::WithExponents => format!("{at_s:.6E};{x:.9E};{y:.9E};{z:.9E}\n"),
            Written::Plain => format!("{at_s:.4};{x:.9};{y:.9};{z:.9}\n"),
        };
        text.push_str(&row.replace('.', ","));
    }
    text
}

fn assert_phyphox(read: &crate::Read) {
    assert_frames(&read.frames, 0, 1.0, total);
    assert_eq!(read.spec.clock.label(0.0), "2024-03-12T23:15:07.005+01:00");
    let expected_s: Vec<f64> =
        (0..500).map(|k| f64::from(k) / 100.0 + if k >= 200 { 60.0 } else { 0.0 }).collect();
    assert_stamps(&read.stamps_ns, &expected_s, 1e-6);
    assert!(read.warnings.iter().any(|w| w.starts_with("1 pause")), "{:?}", read.warnings);
}

#[test]
fn phyphox_has_its_clock_and_its_pauses_in_meta() {
    for written in [Written::WithExponents, Written::Plain] {
        has_its_clock_and_its_pauses_in_meta(&phyphox_table(written));
    }
}

fn has_its_clock_and_its_pauses_in_meta(table: &str) {
    let files: [(&str, &[u8]); 3] = [
        ("Raw Data.csv", table.as_bytes()),
        ("meta/time.csv", PHYPHOX_TIMES.as_bytes()),
        ("meta/device.csv", b"\"property\",\"value\"\n\"deviceModel\",\"iPhone13,4\"\n"),
    ];
    let zipped = read(&archive(&files, Deflated)).unwrap();
    assert_phyphox(&zipped);
    assert_eq!(zipped.spec.device.as_deref(), Some("iPhone13,4"));
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("meta")).unwrap();
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    for path in [folder.path().to_owned(), folder.path().join("Raw Data.csv")] {
        assert_phyphox(&read_path(&path, &OpenOptions::default()).unwrap());
    }
}

#[test]
fn several_sensors_of_phyphox_are_told_apart() {
    let names = "\"Time (s)\",\"X (m/s^2)\",\"Y (m/s^2)\",\"Z (m/s^2)\"\n";
    let rows = |value: &dyn Fn(i64) -> [f64; 3], number: i64| {
        (0..number).fold(names.to_owned(), |text, k| {
            let [x, y, z] = value(k);
            text + &format!("{},{x},{y},{z}\n", k as f64 / 100.0)
        })
    };
    let (with, without, gyro) = (rows(&total, 300), rows(&linear, 400), rows(&linear, 900));
    let files: [(&str, &[u8]); 4] = [
        ("Linear Accelerometer.csv", without.as_bytes()),
        ("Gyroscope.csv", gyro.as_bytes()),
        ("Accelerometer.csv", with.as_bytes()),
        ("meta/time.csv", PHYPHOX_TIMES.as_bytes()),
    ];
    let read = read(&archive(&files, Deflated)).unwrap();
    assert_eq!(read.frames.len(), 300);
    assert!(read.spec.layout.starts_with("Accelerometer.csv"), "{}", read.spec.layout);
}

#[test]
fn the_largest_recording_of_an_archive_is_read_and_the_others_are_named() {
    let mut long = Cwa::sample();
    long.sectors.extend(long.sectors.clone());
    let (long, short) = (long.write(), Cwa::sample().write());
    let files: [(&str, &[u8]); 4] = [
        ("__MACOSX/._left.cwa", &[1; 5000]),
        ("left.cwa", &short),
        ("right.cwa", &long),
        ("readme.md", b"two legs"),
    ];
    let one = read(&archive(&files, Deflated)).unwrap();
    assert_eq!(one.spec.format, Format::Cwa);
    assert_eq!(one.frames.len(), 24 * 120);
    assert!(one.warnings[0].contains("left.cwa") && one.warnings[0].contains("right.cwa"));
}

#[test]
fn packings_give_the_same_as_the_file() {
    let cwa = Cwa::sample().write();
    let plain = read(&cwa).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&cwa).unwrap();
    let gzip = gzip.finish().unwrap();
    let zstd = ruzstd::encoding::compress_to_vec(
        cwa.as_slice(),
        ruzstd::encoding::CompressionLevel::Fastest,
    );
    // A frame that is to be skipped between two halves.
    let halves = [&cwa[..3000], &cwa[3000..]].map(|half| {
        ruzstd::encoding::compress_to_vec(half, ruzstd::encoding::CompressionLevel::Fastest)
    });
    let skipped = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
    let frames = [halves[0].as_slice(), &skipped, &halves[1]].concat();
    let zipped = archive(&[("night.cwa.gz", &gzip)], Stored);
    for (packing, content) in
        [("gzip", &gzip), ("zstd", &zstd), ("zstd", &frames), ("zip and gzip", &zipped)]
    {
        let read = read(content).unwrap();
        assert_eq!(read.frames, plain.frames, "{packing}");
        assert_eq!(read.stamps_ns, plain.stamps_ns, "{packing}");
        assert!(
            read.spec.layout.ends_with(&format!("packed with {packing}")),
            "{}",
            read.spec.layout
        );
        assert_eq!(read.warnings.len(), 0, "{:?}", read.warnings);
    }
}

/// Names and contents.
type Files<'a> = &'a [(&'a str, &'a [u8])];

#[test]
fn archives_without_a_recording_say_what_is_in_them() {
    let text = b"nothing to see".as_slice();
    let cases: [(Files, &str); 4] = [
        (&[("[Content_Types].xml", text), ("xl/workbook.xml", text)], "office document"),
        (&[("a.jpg", text), ("b.pdf", text)], "a.jpg, b.pdf"),
        (&[("notes.csv", text)], "without a table"),
        (&[("a.csv", text), ("b.csv", text)], "none is a recording"),
    ];
    for (files, word) in cases {
        let refused = read(&archive(files, Stored)).unwrap_err();
        assert_eq!(refused.exit_code(), 65);
        assert!(refused.to_string().contains(word), "{refused}");
    }
    let inner = archive(&[("night.cwa", &Cwa::sample().write())], Stored);
    let refused = read(&archive(&[("inner.zip", &inner)], Stored)).unwrap_err().to_string();
    assert!(refused.contains("within another"), "{refused}");
    let empty = archive(&[], Stored);
    assert!(read(&empty).unwrap_err().to_string().contains("0 files"));
}

#[test]
fn any_other_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("night.cwa"), Cwa::sample().write()).unwrap();
    let refused = open(folder.path(), &OpenOptions::default()).err().unwrap().to_string();
    assert!(refused.contains("a folder"), "{refused}");
}
