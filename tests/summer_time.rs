//! Nights in which the clocks change: durations are physical, and every label is
//! what a clock on the wall shows. The moments of the changes are those of the
//! EU's directive 2000/84/EC and of the US Energy Policy Act of 2005, not of a
//! library.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use hypnic::pipeline::{self, Analysis, Settings};
use hypnic::report::tables::Tables;
use hypnic::report::{annotations, rows};
use hypnic::simulate::{Scene, Stamps, simulate, write_csv};
use hypnic::time::{Clock, ZoneSource};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A change of the clocks: zone, start of a night at half past ten by the wall
/// clock, moment of the change, hours from UTC before and after, and how long the
/// night is by its labels.
const CHANGES: [(&str, &str, &str, (i32, i32)); 4] = [
    ("Europe/Berlin", "2024-03-30T21:30:00Z", "2024-03-31T01:00:00Z", (1, 2)),
    ("Europe/Berlin", "2024-10-26T20:30:00Z", "2024-10-27T01:00:00Z", (2, 1)),
    ("America/New_York", "2024-03-10T03:30:00Z", "2024-03-10T07:00:00Z", (-5, -4)),
    ("America/New_York", "2024-11-03T02:30:00Z", "2024-11-03T06:00:00Z", (-4, -5)),
];

/// A night of eight hours from that moment on, as a file.
fn file(folder: &Path, start: &str, zone: &str, stamps: Stamps) -> std::path::PathBuf {
    let mut plan = Scene::AnklePlm.plan(31);
    plan.sensor.rate_hz = 32.0;
    plan.start = Clock::Zoned {
        start: start.parse().unwrap(),
        zone: TimeZone::get(zone).unwrap(),
        source: ZoneSource::File,
    };
    let path = folder.join("night.csv");
    write_csv(&simulate(&plan, 31), stamps, fs::File::create(&path).unwrap()).unwrap();
    path
}

fn analysed(path: &Path, zone: &str) -> (Analysis, Tables) {
    let settings = Settings { timezone: Some(zone.to_owned()), ..Settings::default() };
    let analysis = pipeline::analyze(path, &settings, &mut |_, _| ()).unwrap();
    let tables = rows::tables(&analysis);
    (analysis, tables)
}

/// All labels of the tables with the seconds they stand for.
fn labels(tables: &Tables) -> Vec<(&str, f64)> {
    let movements = tables.movements.iter().map(|row| (row.time.as_str(), row.onset_s));
    let epochs = tables.epochs.iter().map(|row| (row.time.as_str(), row.onset_s));
    let nights = tables.nights.iter().flat_map(|row| {
        [
            (row.start.as_str(), row.start_s),
            (row.end.as_str(), row.end_s),
            (row.lights_off.as_str(), row.lights_off_s),
            (row.lights_on.as_str(), row.lights_on_s),
            (row.sleep_onset.as_str(), row.sleep_onset_s.unwrap()),
            (row.final_wake.as_str(), row.final_wake_s.unwrap()),
        ]
    });
    movements.chain(epochs).chain(nights).collect()
}

#[test]
fn a_change_of_the_clocks_changes_labels_and_no_duration() {
    let folder = tempfile::tempdir().unwrap();
    for (zone, start, change, hours) in CHANGES {
        for stamps in [Stamps::None, Stamps::Iso] {
            let path = file(folder.path(), start, zone, stamps);
            let (_, there) = analysed(&path, zone);
            let (_, utc) = analysed(&path, "UTC");
            assert_eq!(there.nights.len(), 1, "{zone} {start}");
            assert!(there.movements.len() > 100, "{zone} {start}");
            let (start, change): (Timestamp, Timestamp) =
                (start.parse().unwrap(), change.parse().unwrap());
            for (label, at_s) in labels(&there) {
                let moment: Timestamp = label.parse().unwrap();
                let since_s = moment.duration_since(start).as_secs_f64();
                assert!((since_s - at_s).abs() < 6e-4, "{label} stands for {at_s} s");
                let hours = if moment < change { hours.0 } else { hours.1 };
                assert!(label.ends_with(&format!("{hours:+03}:00")), "{zone}: {label}");
            }
            // The labels of one instant differ, everything else is the same.
            let plain = |tables: &Tables| {
                let mut tables = tables.clone();
                tables.movements.iter_mut().for_each(|row| row.time.clear());
                tables.epochs.iter_mut().for_each(|row| row.time.clear());
                for row in &mut tables.nights {
                    let texts = [
                        &mut row.start,
                        &mut row.end,
                        &mut row.lights_off,
                        &mut row.lights_on,
                        &mut row.sleep_onset,
                        &mut row.final_wake,
                        &mut row.timezone,
                    ];
                    texts.into_iter().for_each(String::clear);
                }
                tables.movements.iter_mut().for_each(|row| row.night.clear());
                tables.epochs.iter_mut().for_each(|row| row.night.clear());
                tables.nights.iter_mut().for_each(|row| row.night.clear());
                tables
            };
            assert!(plain(&there) == plain(&utc), "{zone} {start}: something else changed");
        }
    }
}

#[test]
fn annotations_and_charts_count_on_through_the_change() {
    let folder = tempfile::tempdir().unwrap();
    let (zone, start, ..) = CHANGES[1];
    let path = file(folder.path(), start, zone, Stamps::None);
    let (analysis, tables) = analysed(&path, zone);
    let create = |name: &str| Ok(std::fs::File::create(folder.path().join(name)).unwrap());
    let (clock, ledger) = (&analysis.spec.clock, &analysis.ledger);
    let mut writer = annotations::Writer::new(clock, ledger, folder.path(), create).unwrap();
    writer.push(&tables).unwrap();
    writer.finish(create).unwrap();
    let edf = std::fs::read(folder.path().join("annotations.edf")).unwrap();
    // EDF+ has the local start and counts seconds from there.
    assert_eq!(&edf[168..184], b"26.10.2422.30.00");
    let records: u32 = std::str::from_utf8(&edf[236..244]).unwrap().trim().parse().unwrap();
    assert_eq!(records, 8 * 120);
    // From two to three o'clock there are two hours; the axis shows both.
    let svg = String::from_utf8(
        hypnic::chart::files(&tables)
            .into_iter()
            .find(|(name, _)| name.starts_with("timeline") && name.ends_with(".svg"))
            .unwrap()
            .1,
    )
    .unwrap();
    let ticks = |label: &str| svg.matches(&format!("\n{label}\n")).count();
    assert_eq!(ticks("02:00"), 2, "two o'clock comes twice");
    assert_eq!(ticks("01:00"), 1);
}

/// A phone writes what its wall clock shows, without an offset: an hour is left
/// out in spring and comes twice in autumn.
#[test]
fn stamps_of_a_wall_clock_lose_and_gain_no_hour() {
    let folder = tempfile::tempdir().unwrap();
    for (start, change) in [("2024-03-31T00:30:00Z", "spring"), ("2024-10-27T00:30:00Z", "autumn")]
    {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let start: Timestamp = start.parse().unwrap();
        let mut text = String::from("time,x,y,z\n");
        for k in 0..36_000_i64 {
            let moment = start + jiff::SignedDuration::from_millis(100 * k);
            let noise = (k.wrapping_mul(2_654_435_761) >> 7) % 16;
            let x = if k % 900 < 30 { 0.3 } else { 0.0 } + noise as f64 * 1e-3;
            let wall = zone.to_datetime(moment).strftime("%Y-%m-%d %H:%M:%S%.3f");
            writeln!(text, "{wall},{x:.3},0.0{noise:02},1.000").unwrap();
        }
        let path = folder.path().join("phone.csv");
        fs::write(&path, text).unwrap();
        let (analysis, tables) = analysed(&path, "Europe/Berlin");
        assert_eq!(analysis.ledger.gaps, [], "{change}");
        assert_eq!(analysis.ledger.frames, 36_000, "{change}");
        let jump_s = analysis.ledger.corrections[0].jump_s;
        let expected_s = if change == "spring" { 3600.0 } else { -3600.0 };
        assert!((jump_s - expected_s).abs() < 0.2, "{change}: {jump_s}");
        let end: Timestamp = tables.nights[0].end.parse().unwrap();
        assert_eq!(end.duration_since(start).as_secs(), 3600, "{change}");
        let label = if change == "spring" { "T03:30:00.000+02:00" } else { "T02:30:00.000+01:00" };
        assert!(tables.nights[0].end.ends_with(label), "{}", tables.nights[0].end);
    }
}
