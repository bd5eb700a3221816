//! Text tables: what is written in any dialect is read back, and what cannot
//! be read is refused in words that say what to do.

use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::{Compression, write::GzEncoder};
use hypnic::error::{Error, Position, Result};
use hypnic::input::{OpenOptions, open};
use hypnic::recording::{Block, Frame, Placement, Side, Source, Spec, Unit};
use hypnic::time::{Clock, ZoneSource};
use proptest::prelude::*;

/// A file that is there as long as this is.
struct File {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn file(content: impl AsRef<[u8]>) -> File {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("night.csv");
    std::fs::write(&path, content).unwrap();
    File { _folder: folder, path }
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// All of a recording.
#[derive(Debug)]
struct Night {
    spec: Spec,
    frames: Vec<Frame>,
    stamps_ns: Vec<i64>,
    warnings: Vec<String>,
}

fn read_source(mut source: Box<dyn Source>) -> Result<Night> {
    let (mut frames, mut stamps_ns) = (Vec::new(), Vec::new());
    let mut block = Block::default();
    while source.read(&mut block)? {
        assert!(!block.frames.is_empty() && block.frames.len() <= 10_000);
        frames.extend_from_slice(&block.frames);
        stamps_ns.extend_from_slice(&block.stamps_ns);
    }
    assert!(block.frames.is_empty() && block.stamps_ns.is_empty(), "the last block is empty");
    let warnings = source.warnings();
    Ok(Night { spec: source.spec().clone(), frames, stamps_ns, warnings })
}

fn read_with(content: impl AsRef<[u8]>, options: &OpenOptions) -> Result<Night> {
    let file = file(content);
    read_source(open(&file.path, options)?)
}

fn read(content: impl AsRef<[u8]>) -> Night {
    read_with(content, &OpenOptions::default()).unwrap()
}

/// Position, what was found and what to do, of a refusal.
fn refusal(content: impl AsRef<[u8]>) -> (Position, String) {
    match read_with(content, &OpenOptions::default()) {
        Err(Error::Input { at, found, expected, help, .. }) => {
            assert!(!expected.is_empty() && help.ends_with('.'), "{expected} {help}");
            (at, format!("{found} | {expected} | {help}"))
        }
        other => panic!("not refused: {other:?}"),
    }
}

/// A body that lies still and turns a little, in g, at 50 Hz.
fn lying(frames: usize) -> Vec<Frame> {
    (0..frames)
        .map(|i| {
            let turn = (i as f32 / 700.0).sin() * 0.4;
            let tremor = ((i * 7919) % 13) as f32 / 1000.0;
            [turn.sin() + tremor, tremor - 0.02, -turn.cos()]
        })
        .collect()
}

/// A plain table of `frames` with elapsed seconds.
fn table(frames: &[Frame]) -> String {
    let rows = frames
        .iter()
        .enumerate()
        .map(|(i, [x, y, z])| format!("{:.2},{x:.4},{y:.4},{z:.4}\n", i as f64 * 0.02));
    format!("time,x,y,z\n{}", rows.collect::<String>())
}

/// How a test writes a table.
#[derive(Debug, Clone)]
struct Style {
    delimiter: &'static str,
    decimal_comma: bool,
    quoted: bool,
    line_end: &'static str,
    header: Option<[&'static str; 4]>,
    time: Time,
    unit: Unit,
    order: [usize; 3],
    extra_columns: bool,
    trailing_delimiter: bool,
    preamble: &'static str,
    last_line_end: bool,
    packed: bool,
    encoding: Encoding,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Encoding {
    Plain,
    Bom,
    Utf16,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Time {
    Seconds,
    Millis,
    UnixSeconds,
    UnixMillis,
    UnixNanos,
    Iso,
    IsoOffset,
    IsoZulu,
    IsoColonMillis,
    Slashes,
    Dots,
}

/// 2024-03-13T21:30:00Z: a day that is no month.
const START_S: i64 = 1_710_365_400;

impl Time {
    /// What the stamp `ns` after the start looks like.
    fn text(self, ns: i64) -> String {
        let t =
            jiff::Timestamp::from_nanosecond(i128::from(START_S) * 1_000_000_000 + i128::from(ns))
                .unwrap();
        let format = |format: &str| t.strftime(format).to_string();
        let total = START_S * 1_000_000_000 + ns;
        match self {
            Self::Seconds => format!("{}.{:09}", ns / 1_000_000_000, ns % 1_000_000_000),
            Self::Millis => (ns / 1_000_000).to_string(),
            Self::UnixSeconds => {
                format!("{}.{:06}", total / 1_000_000_000, total / 1000 % 1_000_000)
            }
            Self::UnixMillis => (total / 1_000_000).to_string(),
            Self::UnixNanos => total.to_string(),
            Self::Iso => format("%Y-%m-%d %H:%M:%S%.3f"),
            Self::IsoOffset => {
                let local = t + jiff::SignedDuration::from_hours(1);
                local.strftime("%Y-%m-%dT%H:%M:%S%.6f+01:00").to_string()
            }
            Self::IsoZulu => format("%Y-%m-%dT%H:%M:%S%.3fZ"),
            Self::IsoColonMillis => {
                format!("{}:{:03}", format("%Y-%m-%d %H:%M:%S"), ns / 1_000_000 % 1000)
            }
            Self::Slashes => format("%-d/%-m/%Y %H:%M:%S%.3f"),
            Self::Dots => format("%d.%m.%Y %H:%M:%S%.3f"),
        }
    }

    /// Whether its decimal point becomes a comma with those of the values.
    fn is_number(self) -> bool {
        use Time::{Millis, Seconds, UnixMillis, UnixNanos, UnixSeconds};
        matches!(self, Seconds | Millis | UnixSeconds | UnixMillis | UnixNanos)
    }

    fn expected_clock(self) -> Clock {
        let start = jiff::Timestamp::from_second(START_S).unwrap();
        let utc = jiff::tz::TimeZone::UTC;
        match self {
            Self::Seconds | Self::Millis => Clock::None,
            Self::Iso | Self::IsoColonMillis | Self::Slashes | Self::Dots => {
                Clock::Local { start: utc.to_datetime(start) }
            }
            Self::IsoOffset => {
                let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(1));
                Clock::Zoned { start, zone, source: ZoneSource::File }
            }
            _ => Clock::Zoned { start, zone: utc, source: ZoneSource::AssumedUtc },
        }
    }
}

/// Writes frames of 50 Hz in a style.
fn write(frames: &[Frame], style: &Style) -> Vec<u8> {
    let mut text = style.preamble.replace('\n', style.line_end);
    let quote = |cell: &str| if style.quoted { format!("\"{cell}\"") } else { cell.to_owned() };
    let mut row = |cells: Vec<String>| {
        text += &cells.iter().map(|cell| quote(cell)).collect::<Vec<_>>().join(style.delimiter);
        if style.trailing_delimiter {
            text += style.delimiter;
        }
        text += style.line_end;
    };
    if let Some([time, x, y, z]) = style.header {
        let axes = [x, y, z];
        let mut cells = vec![time.to_owned()];
        cells.extend(style.order.map(|axis| axes[axis].to_owned()));
        if style.extra_columns {
            cells.extend(["Gyro X", "temperature", "note"].map(str::to_owned));
        }
        row(cells);
    }
    for (i, frame) in frames.iter().enumerate() {
        let comma = |text: String| if style.decimal_comma { text.replace('.', ",") } else { text };
        let stamp = style.time.text(i as i64 * 20_000_000);
        let mut cells = vec![if style.time.is_number() { comma(stamp) } else { stamp }];
        cells.extend(style.order.map(|axis| {
            let value = f64::from(frame[axis]) / style.unit.in_g();
            match style.unit {
                Unit::Counts { .. } => format!("{value:.0}"),
                _ => comma(format!("{value:.5}")),
            }
        }));
        if style.extra_columns {
            cells.extend([
                comma(format!("{}.5", i % 7)),
                "21".to_owned(),
                "lying still".to_owned(),
            ]);
        }
        row(cells);
    }
    if !style.last_line_end {
        text.truncate(text.len() - style.line_end.len());
    }
    let mut bytes = match style.encoding {
        Encoding::Plain => text.into_bytes(),
        Encoding::Bom => format!("\u{feff}{text}").into_bytes(),
        Encoding::Utf16 => {
            format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
        }
    };
    if style.packed {
        bytes = gzip(&bytes);
    }
    bytes
}

const HEADERS: [[&str; 4]; 6] = [
    ["time", "x", "y", "z"],
    ["Timestamp", "accX", "accY", "accZ"],
    ["HEADER_TIME_STAMP", "X", "Y", "Z"],
    ["Time", "Accelerometer X", "Accelerometer Y", "Accelerometer Z"],
    ["t", "ax", "ay", "az"],
    ["elapsed time", "x Accel", "y Accel", "z Accel"],
];

fn style() -> impl Strategy<Value = Style> {
    use prop::sample::select;
    let writing = (
        select(vec![",", ";", "\t", " ", "|", ", "]),
        any::<bool>(),
        prop::bool::weighted(0.2),
        select(vec!["\n", "\r\n"]),
        select(vec![Encoding::Plain, Encoding::Plain, Encoding::Bom, Encoding::Utf16]),
    );
    let times = vec![
        Time::Seconds,
        Time::Millis,
        Time::UnixSeconds,
        Time::UnixMillis,
        Time::UnixNanos,
        Time::Iso,
        Time::IsoOffset,
        Time::IsoZulu,
        Time::IsoColonMillis,
        Time::Slashes,
        Time::Dots,
    ];
    let content = (
        prop::option::weighted(0.8, select(HEADERS.to_vec())),
        select(times),
        select(vec![
            Unit::G,
            Unit::MetresPerSecondSquared,
            Unit::MilliG,
            Unit::Counts { per_g: 256.0 },
            Unit::Counts { per_g: 16_384.0 },
        ]),
        Just([0, 1, 2]).prop_shuffle(),
    );
    let habits = (
        any::<bool>(),
        any::<bool>(),
        select(vec![
            "",
            "\n",
            "start\n",
            "# a comment\n# device: band 7\n",
            "My sensor\nStudy;7\n\n",
        ]),
        any::<bool>(),
        any::<bool>(),
    );
    (writing, content, habits).prop_map(|(writing, content, habits)| {
        let (delimiter, decimal_comma, quoted, line_end, encoding) = writing;
        let (header, time, unit, order) = content;
        let (extra_columns, trailing_delimiter, preamble, last_line_end, packed) = habits;
        let spaces = delimiter == " ";
        Style {
            delimiter,
            // A decimal comma needs quotes between commas.
            decimal_comma: decimal_comma && (quoted || !delimiter.starts_with(',')),
            // Names and stamps with blanks need quotes between blanks.
            quoted: quoted || spaces,
            line_end,
            order: if header.is_some() { order } else { [0, 1, 2] },
            header,
            time,
            unit,
            // Other columns need names to be known as such.
            extra_columns: extra_columns && header.is_some(),
            trailing_delimiter: trailing_delimiter && !spaces,
            preamble,
            last_line_end,
            packed,
            encoding,
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_in_any_style_is_read_back(style in style(), count in 20usize..200) {
        let frames = lying(count);
        let night = read(write(&frames, &style));
        let spec = &night.spec;
        prop_assert_eq!(night.frames.len(), frames.len(), "{:?}", spec);
        // The scale of counts is measured on gravity, which lies within 3 % here.
        let (tolerance, unit) = match (style.unit, spec.unit) {
            (Unit::Counts { per_g }, Unit::Counts { per_g: read }) => {
                (0.05 + 1.0 / per_g as f32, (read / per_g - 1.0).abs() < 0.04)
            }
            (written, read) => (1e-5 + 0.5e-5 * written.in_g() as f32, written == read),
        };
        prop_assert!(unit, "{:?} read as {:?}", style.unit, spec);
        for (frame, expected) in night.frames.iter().zip(&frames) {
            for (value, expected) in frame.iter().zip(expected) {
                prop_assert!((value - expected).abs() <= tolerance, "{:?}", spec);
            }
        }
        let stamps: Vec<i64> = (0..count as i64).map(|i| i * 20_000_000).collect();
        prop_assert_eq!(&night.stamps_ns, &stamps, "{:?}", spec);
        prop_assert!((spec.rate_hz - 50.0).abs() < 1e-6, "{:?}", spec);
        prop_assert_eq!(&spec.clock, &style.time.expected_clock(), "{:?}", spec);
        // A file that was cut just there would look the same.
        let unended = "The last row has no line end: the file may have been cut there.";
        let expected = if style.last_line_end { vec![] } else { vec![unended] };
        prop_assert_eq!(night.warnings, expected);
    }

    /// Nothing that stands in a file may make the program panic.
    #[test]
    fn a_damaged_table_is_read_or_refused(
        style in style(), at in 0.0f64..1.0, damage in prop::collection::vec(any::<u8>(), 0..30), cut: bool,
    ) {
        let mut content = write(&lying(60), &style);
        let at = (at * content.len() as f64) as usize;
        if cut {
            content.truncate(at);
        }
        content.splice(at..content.len().min(at + damage.len() / 2), damage);
        let _ = read_with(content, &OpenOptions { linear: true, ..OpenOptions::default() });
    }
}

/// activPAL's table, by what others read of it: days from 1899-12-30, of which
/// 45364.895833… is 2024-03-13T21:30, and (number - 127) / 63 g.
fn activpal(frames: &[[u8; 3]], header: Option<&str>, delimiter: char, before_1970: i64) -> String {
    let mut text = header.map_or(String::new(), |header| format!("{header}\n"));
    for (i, [x, y, z]) in frames.iter().enumerate() {
        let days = START_S as f64 / 86_400.0 + before_1970 as f64 + i as f64 / 20.0 / 86_400.0;
        let stamp = format!("{days:.10}");
        let stamp = if delimiter == ';' { stamp.replace('.', ",") } else { stamp };
        let index = header.map_or(String::new(), |_| format!("{i}{delimiter}"));
        text += &format!("{stamp}{delimiter}{index}{x}{delimiter}{y}{delimiter}{z}\n");
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn serial_days_and_offset_bytes_are_activpal(
        frames in prop::collection::vec(prop_oneof![
            // Lying, one way and the other, and a movement now and then.
            8 => Just([127_u8, 120, 189]), 8 => Just([66_u8, 127, 130]),
            1 => any::<[u8; 3]>().prop_map(|bytes| bytes.map(|byte| byte.min(253))),
        ], 40..200),
        has_header in any::<bool>(),
        delimiter in prop::sample::select(vec![',', ';', '\t']),
        before_1970 in prop::sample::select(vec![25_569, 719_529]),
    ) {
        let header = ["Time", "Index", "X", "Y", "Z"].join(&delimiter.to_string());
        let header = has_header.then_some(&*header);
        let night = read(activpal(&frames, header, delimiter, before_1970));
        prop_assert!(night.spec.layout.contains("written by activPAL"), "{:?}", night.spec);
        prop_assert_eq!(night.frames.len(), frames.len());
        for (frame, bytes) in night.frames.iter().zip(&frames) {
            for (value, byte) in frame.iter().zip(bytes) {
                prop_assert!((value - (f32::from(*byte) - 127.0) / 63.0).abs() < 1e-6);
            }
        }
        for (i, stamp_ns) in night.stamps_ns.iter().enumerate() {
            // The tenth decimal is 8.6 µs; of both stamps a half.
            prop_assert!((stamp_ns - i as i64 * 50_000_000).abs() < 20_000);
        }
        prop_assert!((night.spec.rate_hz - 20.0).abs() < 0.01, "{:?}", night.spec);
        let Clock::Local { start } = night.spec.clock else { panic!("{:?}", night.spec.clock) };
        let off = start - jiff::civil::date(2024, 3, 13).at(21, 30, 0, 0);
        prop_assert!(off.total(jiff::Unit::Second).unwrap().abs() < 2e-5, "{}", start);
    }
}

#[test]
fn serial_days_of_a_recording_in_g_are_stamps_and_nothing_more() {
    let frames = lying(100);
    let row = |(i, [x, y, z]): (usize, &Frame)| {
        format!("{:.11},{x:.4},{y:.4},{z:.4}\n", 738_000.5 + i as f64 / 50.0 / 86_400.0)
    };
    let night =
        read(format!("time,x,y,z\n{}", frames.iter().enumerate().map(row).collect::<String>()));
    assert_eq!(night.spec.unit, Unit::G);
    assert!((night.spec.rate_hz - 50.0).abs() < 0.01, "{:?}", night.spec);
    // 738000 is the 28th of July 2020 for MATLAB, whose days are Python's ordinals and 366.
    let noon = jiff::civil::date(2020, 7, 28).at(12, 0, 0, 0);
    assert_eq!(night.spec.clock, Clock::Local { start: noon });
    assert!(!night.spec.layout.contains("activPAL"), "{}", night.spec.layout);
}

#[test]
fn whole_numbers_beside_other_stamps_are_no_activpal() {
    let text: String =
        (0..100).map(|i| format!("{:.2},127,120,{}\n", i as f64 / 20.0, 189 + i % 2)).collect();
    let night = read(text);
    assert!(!night.spec.layout.contains("activPAL"), "{}", night.spec.layout);
    assert!(night.frames[0][0] > 0.1, "nothing was taken off: {:?}", night.frames[0]);
}

#[test]
fn our_own_preamble_says_everything() {
    let rows: String = lying(100).iter().map(|[x, y, z]| format!("{x},{y},{z}\n")).collect();
    let preamble = "# rate_hz: 50\n# start: 2024-03-12T22:00:00.000+01:00\n# timezone: Europe/Berlin\n\
                    # placement: ankle\n# side: left\n# device: band 7\n# full_scale_g: 8\nx,y,z\n";
    let night = read(format!("{preamble}{rows}"));
    let spec = &night.spec;
    assert_eq!((spec.rate_hz, spec.has_stamps), (50.0, false));
    assert_eq!(spec.clock.label(0.0), "2024-03-12T22:00:00.000+01:00");
    let Clock::Zoned { zone, source, .. } = &spec.clock else { panic!("{:?}", spec.clock) };
    assert_eq!((zone.iana_name(), *source), (Some("Europe/Berlin"), ZoneSource::File));
    assert_eq!((spec.placement, spec.side), (Some(Placement::Ankle), Some(Side::Left)));
    assert_eq!((spec.device.as_deref(), spec.full_scale_g), (Some("band 7"), Some(8.0)));
    assert_eq!(night.frames, lying(100), "an f32 written in full comes back to the bit");
}

#[test]
fn stamps_are_delivered_as_they_stand() {
    // Repeats, a step back and a gap; another stage mends them.
    let times = [0.0, 0.02, 0.02, 0.04, 0.06, 0.05, 0.08, 7.5, 7.52];
    let rows: String = times.iter().map(|t| format!("{t},0,0,1\n")).collect();
    let expected: Vec<i64> = times.iter().map(|t| (t * 1e9_f64).round() as i64).collect();
    assert_eq!(read(format!("time (s),x,y,z\n{rows}")).stamps_ns, expected);
}

#[test]
fn a_clock_change_is_no_matter_of_the_reader() {
    let night = read(
        "time,x,y,z\n2024-10-27 02:59:59.5,0,0,1\n2024-10-27 02:00:00.0,0,0,1\n2024-10-27 02:00:00.5,0,0,1\n2024-10-27 02:00:01.0,0,0,1\n",
    );
    assert_eq!(night.stamps_ns, [0, -3_599_500_000_000, -3_599_000_000_000, -3_598_500_000_000]);
    let night = read(
        "time,x,y,z\n2024-10-27T02:59:59.5+02:00,0,0,1\n2024-10-27T02:00:00.0+01:00,0,0,1\n2024-10-27T02:00:00.5+01:00,0,0,1\n",
    );
    assert_eq!(night.stamps_ns, [0, 500_000_000, 1_000_000_000]);
}

#[test]
fn equal_stamps_within_a_second_are_a_rate() {
    let rows: String = (0..3000)
        .map(|i| format!("2024-01-01 22:{:02}:{:02},0,0,1\n", i / 1800, i / 30 % 60))
        .collect();
    let night = read(format!("time,x,y,z\n{rows}"));
    assert!((night.spec.rate_hz - 30.0).abs() < 1e-9);
    assert_eq!(night.stamps_ns[29..31], [0, 1_000_000_000]);
}

#[test]
fn an_uptime_is_not_taken_for_a_fraction() {
    let header = "Year,Month,Day,Hour,Minute,Second,Millisecond,x Accel,y Accel,z Accel\n";
    let row = |i: i64| {
        format!("2017,11,24,1,7,{},{},100,200,16384\n", 50 + (i * 600) / 1000, 1750 + i * 600)
    };
    let night = read(format!("{header}{}", (0..10).map(row).collect::<String>()));
    assert_eq!(night.stamps_ns[..3], [0, 600_000_000, 1_200_000_000]);
    assert_eq!(night.spec.clock.label(0.0), "2017-11-24T01:07:50.000");
    let row =
        |i: i64| format!("2017,11,24,1,7,{},{},100,200,16384\n", (i * 600) / 1000, i * 600 % 1000);
    let night = read(format!("{header}{}", (0..10).map(row).collect::<String>()));
    assert_eq!(night.stamps_ns[..3], [0, 600_000_000, 1_200_000_000]);
}

#[test]
fn a_wall_clock_and_unix_times_make_a_zone() {
    let rows: String = (0..50)
        .map(|i| {
            let ms = START_S * 1000 + i * 20;
            let wall = jiff::Timestamp::from_millisecond(ms + 5 * 3_600_000 + 1_800_000).unwrap();
            format!("{ms},{},0,0,1\n", wall.strftime("%Y-%m-%d %H:%M:%S%.3f"))
        })
        .collect();
    let night = read(format!("epoch,local time,x,y,z\n{rows}"));
    assert_eq!(night.spec.clock.label(0.0), "2024-03-14T03:00:00.000+05:30");
}

#[test]
fn an_order_of_day_and_month_that_was_assumed_is_said() {
    let night = |delimiter: &str| {
        let row = |i| format!("3/4/2024 10:00:0{i},0,0,1\n");
        let text = format!("time,x,y,z\n{}", (0..9).map(row).collect::<String>());
        read(text.replace(',', delimiter)).spec
    };
    let american = night(",");
    assert_eq!(american.clock.label(0.0), "2024-03-04T10:00:00.000");
    assert!(american.layout.contains("assumed to be month/day"), "{}", american.layout);
    let european = night(";");
    assert_eq!(european.clock.label(0.0), "2024-04-03T10:00:00.000");
    assert!(european.layout.contains("assumed to be day/month"), "{}", european.layout);
    let known = read("time,x,y,z\n3/14/2024 10:00:00,0,0,1\n3/14/2024 10:00:01,0,0,1\n").spec;
    assert!(!known.layout.contains("assumed"), "{}", known.layout);
}

#[test]
fn a_column_may_say_where_the_sensor_was() {
    let night = read(
        "t,left_ankle_x,left_ankle_y,left_ankle_z,right_ankle_x,right_ankle_y,right_ankle_z\n0,0,0,1,1,0,0\n0.5,0,0,1,1,0,0\n",
    );
    assert_eq!((night.spec.placement, night.spec.side), (Some(Placement::Ankle), Some(Side::Left)));
    assert_eq!(night.frames, [[0.0, 0.0, 1.0]; 2]);
    assert!(night.spec.layout.contains("not used: right_ankle_x"), "{}", night.spec.layout);
}

#[test]
fn numbers_that_a_spreadsheet_rewrote_are_read() {
    // Sensor Logger's file, saved again by a spreadsheet in Germany.
    let rows: String = (0..50)
        .map(|i| {
            format!(
                "\"1,70136286{:06}E+018\",\"0,{:03}\",\"9,80{i:02}\",\"0,25\",\"-0,5\"\r\n",
                270_131 + i * 10,
                50 + i * 10
            )
        })
        .collect();
    let night = read(format!("time,seconds_elapsed,z,y,x\r\n{rows}"));
    assert!(night.spec.layout.contains("seconds_elapsed"), "{}", night.spec.layout);
    assert_eq!(night.stamps_ns[..3], [0, 10_000_000, 20_000_000]);
    assert_eq!(night.spec.clock.label(0.0), "2023-11-30T16:47:42.701+00:00");
    let [x, y, z] = night.frames[0].map(|value| value * 9.806_65);
    assert!((x + 0.5).abs() < 1e-6 && (y - 0.25).abs() < 1e-6 && (z - 9.80).abs() < 1e-5);
}

#[test]
fn date_and_time_may_stand_in_two_columns() {
    let night = read(
        "Date;Time;X;Y;Z\n13.03.2024;23:59:59,900;0,01;0;0,99\n14.03.2024;00:00:00,000;0,01;0;0,99\n14.03.2024;00:00:00,100;0,01;0;0,99\n",
    );
    assert_eq!(night.stamps_ns, [0, 100_000_000, 200_000_000]);
    assert_eq!(night.spec.clock.label(0.0), "2024-03-13T23:59:59.900");
}

#[test]
fn missing_values_leave_their_row_out() {
    let mut text = table(&lying(100));
    text = text.replacen("\n0.10,", "\n0.10,NaN,0,0\n0.11,", 1);
    text = text.replacen("\n0.20,", "\n0.20,,0,1\n0.21,", 1);
    let night = read(&text);
    assert_eq!(night.frames.len(), 100);
    assert_eq!(night.warnings.len(), 1);
    assert!(
        night.warnings[0].contains("2 rows") && night.warnings[0].contains("row 7"),
        "{:?}",
        night.warnings
    );
}

#[test]
fn a_cut_last_row_is_left_out() {
    let whole = table(&lying(100));
    for cut in ["1.98,0", "1.98,0.1,0.2", "1.98,0.1,0.2,", "1.98,0.1,0.2,-", "1.", ""] {
        let mut text = whole[..whole.rfind("1.98,").unwrap()].to_owned();
        text.push_str(cut);
        let night = read(&text);
        assert_eq!(night.frames.len(), 99, "{cut}");
        let warned = night.warnings.iter().any(|warning| warning.contains("row 101, is cut"));
        assert_eq!(warned, !cut.is_empty(), "{cut}: {:?}", night.warnings);
    }
    // As long as others, or not a digit of the last cell left: no row is lost unsaid.
    for (cut, frames, said) in [
        ("1.0,0,0,1", 2, "no line end"),
        ("1.0,0,0,", 1, "The last row, row 3, is cut and left out"),
        ("1.0,0,0,1\n", 2, ""),
    ] {
        let night = read_with(
            format!("time,x,y,z\n0.0,0,0,1\n{cut}"),
            &OpenOptions { rate_hz: Some(50.0), ..OpenOptions::default() },
        )
        .unwrap();
        assert_eq!(night.frames.len(), frames, "{cut}");
        let warned = night.warnings.iter().any(|warning| warning.contains("row"));
        assert_eq!(warned, !said.is_empty(), "{cut}: {:?}", night.warnings);
        assert!(night.warnings.concat().contains(said), "{cut}: {:?}", night.warnings);
    }
}

#[test]
fn a_cut_gzip_file_is_read_as_far_as_it_goes() {
    let frames = lying(20_000);
    let mut packed = gzip(table(&frames).as_bytes());
    packed.truncate(packed.len() * 2 / 3);
    let night = read(&packed);
    assert!(night.frames.len() > 5000 && night.frames.len() < 20_000);
    for (frame, expected) in night.frames.iter().zip(&frames) {
        assert!(frame.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-4));
    }
    assert!(night.warnings.iter().any(|warning| warning.contains("gzip")), "{:?}", night.warnings);
}

#[test]
fn progress_counts_the_bytes_of_the_packed_file() {
    let packed = gzip(table(&lying(100_000)).as_bytes());
    let size = packed.len() as u64;
    let file = file(packed);
    let mut source = open(&file.path, &OpenOptions::default()).unwrap();
    let (mut block, mut last) = (Block::default(), source.progress());
    assert!(last.0 < size && last.1 == size);
    while source.read(&mut block).unwrap() {
        let now = source.progress();
        assert!(now.0 >= last.0 && now.1 == size);
        last = now;
    }
    assert_eq!(last, (size, size));
}

#[test]
fn a_repeated_header_is_left_out() {
    let part = table(&lying(50));
    let night = read(format!("{part}{part}"));
    assert_eq!(night.frames.len(), 100);
    assert!(night.warnings[0].contains("row 52"), "{:?}", night.warnings);
}

#[test]
fn the_row_of_a_wrong_value_is_named() {
    let mut text = table(&lying(60_000));
    let rows = text.lines().count();
    text.push_str("1200.00,0.1,oops,1\n1200.02,0,0,1\n");
    let text = format!("a preamble\n\n{text}");
    let (at, message) = refusal(&text);
    assert_eq!(at, Position::Row(rows as u64 + 3));
    assert!(message.starts_with("\"oops\""), "{message}");
    let line = text.lines().nth(rows + 2).unwrap();
    assert!(line.contains("oops"), "an editor finds it there: {line}");
}

#[test]
fn the_unit_is_known_or_measured() {
    let night = read("t (s),x (mg),y (mg),z (mg)\n0,0,0,1000\n0.5,0,100,990\n1,0,0,1000\n");
    assert_eq!(night.spec.unit, Unit::MilliG);
    assert!(night.spec.unit_source.contains("x (mg)"), "{}", night.spec.unit_source);
    // The name is wrong: gravity is 9.8 of it.
    let rows: String =
        (0..100).map(|i| format!("{},0.1,0.2,9.{}\n", i as f64 / 50.0, 78 + i % 4)).collect();
    let night = read(format!("t (s),x (g),y (g),z (g)\n{rows}"));
    assert_eq!(night.spec.unit, Unit::MetresPerSecondSquared);
    assert!(
        night.warnings[0].contains("9.7") || night.warnings[0].contains("9.8"),
        "{:?}",
        night.warnings
    );
    // All frames equal: accepted here.
    let night = read("t,x,y,z\n0,0,0,1\n0.5,0,0,1\n1,0,0,1\n");
    assert_eq!((night.spec.unit, night.frames.len()), (Unit::G, 3));
}

#[test]
fn gravity_is_asked_for() {
    let rows: String =
        (0..200).map(|i| format!("{},0.0{},0.1,-0.0{}\n", i as f64 / 50.0, i % 7, i % 5)).collect();
    for header in ["time,x,y,z", "time,userAcceleration.x,userAcceleration.y,userAcceleration.z"] {
        let text = format!("{header}\n{rows}");
        let (_, message) = refusal(&text);
        assert!(message.contains("gravity") && message.contains("--linear"), "{message}");
        let night =
            read_with(&text, &OpenOptions { linear: true, ..OpenOptions::default() }).unwrap();
        assert!(!night.spec.has_gravity);
        assert_eq!(night.frames.len(), 200);
    }
}

#[test]
fn a_rate_is_asked_for() {
    let rows: String = lying(100).iter().map(|[x, y, z]| format!("{x},{y},{z}\n")).collect();
    let text = format!("x,y,z\n{rows}");
    let (_, message) = refusal(&text);
    assert!(message.contains("--rate-hz"), "{message}");
    let options = OpenOptions { rate_hz: Some(25.0), ..OpenOptions::default() };
    let night = read_with(&text, &options).unwrap();
    assert_eq!((night.spec.rate_hz, night.spec.has_stamps), (25.0, false));
    assert!(night.stamps_ns.is_empty());
    let wrong = OpenOptions { rate_hz: Some(f64::NAN), ..OpenOptions::default() };
    assert!(matches!(read_with(&text, &wrong), Err(Error::Setting { name: "--rate-hz", .. })));
}

#[test]
fn what_is_no_recording_is_refused_in_words() {
    let stamped = |stamp: &dyn Fn(i64) -> i64| {
        let rows: String = (0..100).map(|i| format!("{},0.1,0.2,0.98\n", stamp(i))).collect();
        format!("millis,x,y,z\n{rows}")
    };
    let noise: Vec<u8> =
        (0..5000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let nan = "time,x,y,z\n".to_owned() + &"0.1,NaN,NaN,NaN\n".repeat(50);
    let cases: [(&str, Vec<u8>, &[&str]); 11] = [
        ("empty", Vec::new(), &["empty"]),
        ("noise", noise, &["binary"]),
        ("prose", b"I slept well.\nThen I woke up.\n".to_vec(), &["without a table"]),
        ("two columns", b"time,magnitude\n0.1,1.0\n0.2,1.1\n".to_vec(), &["2 columns", "three"]),
        ("equal stamps", stamped(&|_| 7).into_bytes(), &["all equal", "--rate-hz"]),
        ("backwards", stamped(&|i| 9000 - i * 20).into_bytes(), &["backwards"]),
        ("all NaN", nan.into_bytes(), &["no row with a number"]),
        ("header alone", b"time,x,y,z\n".to_vec(), &["without a table"]),
        (
            "gyroscope",
            b"t,gyro_x,gyro_y,gyro_z\n0.1,1,2,3\n0.2,1,2,3\n".to_vec(),
            &["header", "gyro_x"],
        ),
        ("one frame", b"time,x,y,z\n0.1,0,0,1\n".to_vec(), &["single frame"]),
        ("no gzip", b"\x1f\x8b\x08\x00trash".to_vec(), &["unpacked"]),
    ];
    for (case, content, words) in cases {
        let (_, message) = refusal(content);
        for word in words {
            assert!(message.contains(word), "{case}: {message}");
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let error = open(folder.path(), &OpenOptions::default()).err().unwrap();
    assert!(
        matches!(error, Error::Input { .. }) && error.to_string().contains("folder"),
        "{error}"
    );
    let missing = Path::new("no/such/night.csv");
    let error = open(missing, &OpenOptions::default()).err().unwrap();
    assert_eq!(error.exit_code(), 66);
}

#[test]
fn useless_stamps_can_be_read_over() {
    let rows = "7,0.1,0.2,0.98\n".repeat(100);
    let options = OpenOptions { rate_hz: Some(50.0), ..OpenOptions::default() };
    let night = read_with(format!("millis,x,y,z\n{rows}"), &options).unwrap();
    assert!(!night.spec.has_stamps && night.warnings.len() == 1, "{:?}", night.warnings);
}

#[test]
fn a_night_that_begins_with_zeros_is_understood() {
    // Two megabytes of a sleeping sensor, then a body.
    let zeros: String = (0..80_000)
        .map(|i| format!("{}.{:02},0.0000,0.0000,0.0000\n", i / 50, i % 50 * 2))
        .collect();
    let body: String =
        (80_000..80_500).map(|i| format!("{}.{:02},0.1,0.2,9.7\n", i / 50, i % 50 * 2)).collect();
    let night = read(format!("time,x,y,z\n{zeros}{body}"));
    assert_eq!(night.spec.unit, Unit::MetresPerSecondSquared);
    assert_eq!(night.frames.len(), 80_500);
}

#[test]
fn a_person_may_name_the_axes_and_the_unit() {
    let mut text = "t,alpha,beta,gamma,delta\n".to_owned();
    for k in 0..200 {
        text += &format!("{}.{},7,{},0,100\n", k / 50, 100 + k % 50 * 2, k % 5);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("night.csv");
    std::fs::write(&path, text).unwrap();
    let refused = open(&path, &OpenOptions::default()).err().unwrap().to_string();
    assert!(refused.contains("header without acceleration"), "{refused}");
    let axes = Some(["delta", "3", "Gamma"].map(str::to_owned));
    let unit = Some(Unit::Counts { per_g: 100.0 });
    let options = OpenOptions { axes, unit, ..OpenOptions::default() };
    let mut source = open(&path, &options).unwrap();
    assert_eq!(source.spec().unit_source, "given with --unit");
    let mut block = Block::default();
    assert!(source.read(&mut block).unwrap());
    for (k, frame) in block.frames.iter().enumerate() {
        assert_eq!(*frame, [1.0, (k % 5) as f32 / 100.0, 0.0]);
    }
    let axes = Some(["delta", "9", "gamma"].map(str::to_owned));
    let options = OpenOptions { axes, ..OpenOptions::default() };
    let refused = open(&path, &options).err().unwrap();
    assert_eq!(refused.exit_code(), 65);
    assert!(refused.to_string().contains("without a column \"9\""), "{refused}");
}
