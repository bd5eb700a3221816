//! EDF, EDF+ and BDF, as Kemp et al. (1992) and Kemp and Olivan (2003) have them.

use hypnic::input::OpenOptions;
use hypnic::recording::{Format, Frame, Placement, Side, Unit};
use proptest::prelude::*;

use crate::{assert_stamps, read, read_with};

/// A file to be written: an ECG, three axes, and perhaps annotations.
#[derive(Debug, Clone)]
pub(crate) struct Edf {
    pub(crate) labels: [&'static str; 3],
    pub(crate) dimension: &'static str,
    pub(crate) physical: (f64, f64),
    pub(crate) digital: (i32, i32),
    pub(crate) record_s: f64,
    /// Samples a record of each axis, in digital values; their records may
    /// begin late.
    pub(crate) records: Vec<(f64, Vec<[i32; 3]>)>,
    /// EDF+ with a time a record.
    pub(crate) plus: bool,
    pub(crate) bdf: bool,
    /// -1: unknown.
    pub(crate) promised: i64,
}

const TIMES: usize = 20;

impl Edf {
    pub(crate) fn sample() -> Self {
        let record =
            |index: i32| (f64::from(index) * 2.0, (0..50).map(|k| [k * 10, index, 2000]).collect());
        Self {
            labels: ["Accelerometer_X", "Accelerometer_Y", "Accelerometer_Z"],
            dimension: "mg",
            physical: (-4000.0, 4000.0),
            digital: (-8000, 8000),
            record_s: 2.0,
            records: (0..4).map(record).collect(),
            plus: true,
            bdf: false,
            promised: 4,
        }
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        let samples = self.records[0].1.len();
        let width = if self.bdf { 3 } else { 2 };
        let mut labels = vec!["ECG".to_owned()];
        labels.extend(self.labels.map(str::to_owned));
        if self.plus {
            labels.push(format!("{} Annotations", if self.bdf { "BDF" } else { "EDF" }));
        }
        let counts = [7, samples, samples, samples, TIMES];
        let signals = labels.len();
        let field = |text: &str, length: usize| {
            let mut field: Vec<u8> = text.bytes().collect();
            field.truncate(length);
            field.resize(length, b' ');
            field
        };
        let mut file = if self.bdf { b"\xffBIOSEMI".to_vec() } else { field("0", 8) };
        file.extend(field("X X X X", 80));
        file.extend(field("Startdate 12-OCT-2018 X X SER=1621280_DEVTYPE=Faros180_TZ=+0200", 80));
        file.extend(field("12.10.18", 8));
        file.extend(field("16.54.12", 8));
        file.extend(field(&(256 * (signals + 1)).to_string(), 8));
        file.extend(field(if self.plus { "EDF+D" } else { "" }, 44));
        file.extend(field(&self.promised.to_string(), 8));
        file.extend(field(&self.record_s.to_string(), 8));
        file.extend(field(&signals.to_string(), 4));
        let axis = |index: usize| (1..4).contains(&index);
        let columns: [(usize, &dyn Fn(usize) -> String); 10] = [
            (16, &|index| labels[index].clone()),
            (80, &|_| String::new()),
            (8, &|index| if axis(index) { self.dimension } else { "uV" }.to_owned()),
            (8, &|index| if axis(index) { self.physical.0 } else { -1.0 }.to_string()),
            (8, &|index| if axis(index) { self.physical.1 } else { 1.0 }.to_string()),
            (8, &|index| if axis(index) { self.digital.0 } else { -32768 }.to_string()),
            (8, &|index| if axis(index) { self.digital.1 } else { 32767 }.to_string()),
            (80, &|_| String::new()),
            (8, &|index| counts[index].to_string()),
            (32, &|_| String::new()),
        ];
        for (length, value) in columns {
            for index in 0..signals {
                file.extend(field(&value(index), length));
            }
        }
        for (begin_s, samples) in &self.records {
            let mut record = vec![0x55; counts[0] * width];
            for axis in 0..3 {
                for sample in samples {
                    record.extend(&sample[axis].to_le_bytes()[..width]);
                }
            }
            if self.plus {
                let mut times = format!("+{begin_s}\x14\x14\0").into_bytes();
                times.resize(TIMES * width, 0);
                record.extend(times);
            }
            file.extend(record);
        }
        file
    }

    fn frames(&self, in_g: f64) -> Vec<Frame> {
        let (digital, physical) = (self.digital, self.physical);
        let value = |count: i32| {
            let share = f64::from(count - digital.0) / f64::from(digital.1 - digital.0);
            ((physical.0 + share * (physical.1 - physical.0)) * in_g) as f32
        };
        self.records
            .iter()
            .flat_map(|(_, samples)| samples)
            .map(|sample| sample.map(value))
            .collect()
    }
}

fn edf() -> impl Strategy<Value = Edf> {
    let axes = prop_oneof![
        Just((["X Axis", "Y Axis", "Z Axis"], "g", (-2.00006, 2.0))),
        Just((["Accelerometer_X", "Accelerometer_Y", "Accelerometer_Z"], "mg", (-4000.0, 4000.0))),
        Just((["Acc X", "Acc Y", "Acc Z"], "m/s2", (-20.0, 20.0))),
    ];
    (axes, any::<bool>(), any::<bool>(), 1usize..60, prop_oneof![Just(1.0), Just(0.5), Just(10.0)])
        .prop_flat_map(|((labels, dimension, physical), plus, bdf, samples, record_s)| {
            let limit = if bdf { 8_000_000 } else { 32_767 };
            // Gravity on z, that there is a unit.
            let g = if dimension == "g" { limit / 2 } else { (f64::from(limit) * 0.4903) as i32 };
            let g = if dimension == "mg" { limit / 4 } else { g };
            let noise = || -limit / 40..=limit / 40;
            let sample =
                [noise().boxed(), noise().boxed(), noise().prop_map(move |v| g + v).boxed()];
            let record = prop::collection::vec(sample, samples);
            let gap = prop_oneof![4 => Just(0.0), 1 => 1.0..1000.0f64];
            prop::collection::vec((gap, record), 1..6).prop_map(move |records| {
                let mut begin_s = 0.0;
                let mut written = Vec::new();
                for (gap_s, samples) in records {
                    written.push((begin_s, samples));
                    begin_s +=
                        record_s + if plus { (gap_s * 1000.0f64).round() / 1000.0 } else { 0.0 };
                }
                let promised = if plus { written.len() as i64 } else { -1 };
                let digital = (-limit, limit);
                let records = written;
                Edf { labels, dimension, physical, digital, record_s, records, plus, bdf, promised }
            })
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_read_back(edf in edf()) {
        let read = read(&edf.write()).unwrap();
        prop_assert_eq!(read.spec.format, Format::Edf);
        let in_g = match edf.dimension {
            "g" => 1.0,
            "mg" => 1e-3,
            _ => 1.0 / 9.80665,
        };
        let expected = edf.frames(in_g);
        prop_assert_eq!(read.frames.len(), expected.len());
        for (frame, expected) in read.frames.iter().zip(&expected) {
            for (value, expected) in frame.iter().zip(expected) {
                prop_assert!((value - expected).abs() < 1e-6, "{frame:?}");
            }
        }
        let samples = edf.records[0].1.len();
        let period_s = edf.record_s / samples as f64;
        let expected_s: Vec<f64> = edf
            .records
            .iter()
            .flat_map(|(begin_s, samples)| (0..samples.len()).map(move |k| begin_s + k as f64 * period_s))
            .collect();
        // Times have five digits or so; a record may be short beside that.
        let uneven = edf.records.windows(2).any(|pair| {
            let late_s = pair[1].0 - pair[0].0 - edf.record_s;
            late_s > 1e-9 && late_s < 0.11 * edf.record_s
        });
        if !uneven {
            assert_stamps(&read.stamps_ns, &expected_s, 1e-6);
        }
        prop_assert_eq!(read.warnings.len(), 0, "{:?}", read.warnings);
    }
}

#[test]
fn the_header_tells_start_zone_and_device() {
    let read = read(&Edf::sample().write()).unwrap();
    assert_eq!(read.spec.clock.label(0.0), "2018-10-12T16:54:12.000+02:00");
    assert_eq!(read.spec.unit, Unit::MilliG);
    assert!(read.spec.device.unwrap().contains("Faros180"));
    assert_eq!(read.spec.rate_hz, 25.0);
    assert_eq!(read.spec.placement, None);
}

#[test]
fn a_limb_in_the_label_is_where_it_was() {
    let labels = ["ACC left leg x", "ACC left leg y", "ACC left leg z"];
    let read = read(&Edf { labels, ..Edf::sample() }.write()).unwrap();
    assert_eq!((read.spec.placement, read.spec.side), (Some(Placement::Ankle), Some(Side::Left)));
}

#[test]
fn a_unit_that_is_not_named_is_seen_from_gravity() {
    let read = read(&Edf { dimension: "", ..Edf::sample() }.write()).unwrap();
    assert_eq!(read.spec.unit, Unit::MilliG);
    assert!(read.spec.unit_source.contains("gravity"), "{}", read.spec.unit_source);
}

#[test]
fn what_has_no_axes_or_no_gravity_is_refused() {
    let none = Edf { labels: ["C3", "C4", "Left Leg"], ..Edf::sample() }.write();
    let refused = read(&none).unwrap_err().to_string();
    assert!(
        refused.contains("none is an accelerometer's") && refused.contains("\"C3\""),
        "{refused}"
    );
    let linear =
        Edf { labels: ["Linear acc x", "Linear acc y", "Linear acc z"], ..Edf::sample() }.write();
    let refused = read(&linear).unwrap_err().to_string();
    assert!(refused.contains("--linear"), "{refused}");
    let accepted =
        read_with(&linear, &OpenOptions { linear: true, ..OpenOptions::default() }).unwrap();
    assert!(!accepted.spec.has_gravity);
}

#[test]
fn a_promise_of_more_records_is_said() {
    let read = read(&Edf { promised: 9, ..Edf::sample() }.write()).unwrap();
    assert_eq!(read.frames.len(), 200);
    assert!(read.warnings[0].contains("5 records more"), "{:?}", read.warnings);
}

#[test]
fn labels_that_say_nothing_can_be_chosen() {
    let edf = Edf { labels: ["Channel 7", "Channel 8", "Channel 9"], ..Edf::sample() };
    let axes = Some(["Channel 8", "3", "channel 7"].map(str::to_owned));
    let options = OpenOptions { axes, ..OpenOptions::default() };
    // Number 3 is Channel 8 again: the ECG is the first.
    let read = read_with(&edf.write(), &options).unwrap_err().to_string();
    assert!(read.contains("without gravity"), "{read}");
    let axes = Some(["Channel 8", "2", "channel 9"].map(str::to_owned));
    let options = OpenOptions { axes, ..OpenOptions::default() };
    let turned = read_with(&edf.write(), &options).unwrap();
    let straight = crate::read(&Edf::sample().write()).unwrap();
    let expected: Vec<Frame> = straight.frames.iter().map(|&[x, y, z]| [y, x, z]).collect();
    assert_eq!(turned.frames, expected);
}
