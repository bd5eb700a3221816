//! `hypnic score` against the rules written a second time in another language,
//! and on marks of other programs.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use hypnic::recording::Side;
use hypnic::score::{LegMovement, Rules, ShortInterval, score};

const RULES: [(&str, Rules); 3] = [
    ("wasm", Rules::Wasm(ShortInterval::MayOpen)),
    ("strict", Rules::Wasm(ShortInterval::MayNotOpen)),
    ("aasm", Rules::Aasm),
];

/// The fields of a movement, in whole milliseconds: onset, duration, side,
/// candidate, series, interval.
type Row = (i64, i64, Side, bool, Option<u32>, Option<i64>);

/// `tests/tables/series.csv`, written by `scripts/series-reference.py sample`:
/// by list and rules, the movements. The input has the name `input`.
fn lists() -> BTreeMap<(u32, String), Vec<Row>> {
    let mut lists: BTreeMap<_, Vec<Row>> = BTreeMap::new();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tables/series.csv");
    for record in csv::Reader::from_path(path).unwrap().records() {
        let record = record.unwrap();
        let side = match &record[4] {
            "left" => Side::Left,
            "right" => Side::Right,
            "bilateral" => Side::Bilateral,
            other => panic!("{other} is no side"),
        };
        let row = (
            record[2].parse().unwrap(),
            record[3].parse().unwrap(),
            side,
            &record[5] == "true",
            record[6].parse().ok(),
            record[7].parse().ok(),
        );
        lists.entry((record[0].parse().unwrap(), record[1].to_owned())).or_default().push(row);
    }
    lists
}

#[test]
fn random_lists_at_every_bound_are_scored_as_by_the_reference() {
    let lists = lists();
    let inputs: Vec<_> = lists.iter().filter(|((_, rules), _)| rules == "input").collect();
    assert_eq!(inputs.len(), 24);
    let ms = |seconds: f64| (seconds * 1e3).round() as i64;
    for ((list, _), input) in inputs {
        let movements: Vec<LegMovement> = input
            .iter()
            .map(|&(onset, duration, side, ..)| LegMovement {
                onset_s: onset as f64 / 1e3,
                duration_s: duration as f64 / 1e3,
                side,
            })
            .collect();
        for (name, rules) in RULES {
            let found: Vec<Row> = score(&movements, &[], rules)
                .into_iter()
                .map(|(movement, place)| {
                    let (onset, duration) = (ms(movement.onset_s), ms(movement.duration_s));
                    let imi = place.imi_s.map(ms);
                    (onset, duration, movement.side, movement.candidate(), place.series, imi)
                })
                .collect();
            let expected = lists.get(&(*list, name.to_owned())).cloned().unwrap_or_default();
            assert_eq!(found, expected, "list {list} under {name}");
        }
    }
}

/// Events of a real night, if the recordings are there: Noxturnal marked one
/// series of four by the AASM rules, 00:21:35 to 00:23:42.
#[test]
fn a_real_night_has_the_series_its_laboratory_marked() {
    let Some(folder) = std::env::var_os("HYPNIC_RECORDINGS") else {
        println!("skipped: HYPNIC_RECORDINGS names no folder of recordings");
        return;
    };
    let path = Path::new(&folder).join("labels/noxturnal/noxturnal_events_example_unicode_2.csv");
    let marks = hypnic::marks::read(&path, &hypnic::marks::Labels::default()).unwrap();
    assert_eq!(marks.start.unwrap().to_string(), "2018-07-25T23:45:40");
    let scorable = hypnic::score::marks::Scorable::new(marks);
    assert_eq!(scorable.movements.len(), 29);
    let scored = score(&scorable.movements, &scorable.gaps, Rules::Aasm);
    let periodic: Vec<f64> = scored
        .iter()
        .filter(|(_, place)| place.series.is_some())
        .map(|(movement, _)| movement.onset_s)
        .collect();
    // 00:21:35, 00:23:04, 00:23:19, 00:23:37, in seconds after 23:45:40.
    assert_eq!(periodic, [2155.0, 2244.0, 2259.0, 2277.0]);
}

/// `tests/tables/statistics.csv`, written by `scripts/statistics-reference.py
/// sample`: every cell is that of the second implementation.
#[test]
fn statistics_by_side_and_stage_are_those_of_the_reference() {
    let tables = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tables");
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("statistics.csv");
    let night = tables.join("statistics-night.tsv");
    let mut hypnic = assert_cmd::Command::cargo_bin("hypnic").unwrap();
    hypnic.arg("score").arg(night).arg("--statistics").arg(&out).assert().success();
    type Table = BTreeMap<Vec<String>, Vec<Option<f64>>>;
    let read = |path: &Path| -> (csv::StringRecord, Table) {
        let mut reader = csv::Reader::from_path(path).unwrap();
        let header = reader.headers().unwrap().clone();
        let row = |record: csv::StringRecord| {
            let key = record.iter().take(3).map(str::to_owned).collect();
            (key, record.iter().skip(3).map(|cell| cell.parse().ok()).collect())
        };
        (header, reader.records().map(|record| row(record.unwrap())).collect())
    };
    let ((header, expected), (columns, found)) = (read(&tables.join("statistics.csv")), read(&out));
    assert_eq!(header, columns);
    assert_eq!(expected.keys().collect::<Vec<_>>(), found.keys().collect::<Vec<_>>());
    for (row, cells) in &expected {
        for (expected, found) in cells.iter().zip(&found[row]) {
            match (expected, found) {
                (Some(expected), Some(found)) => {
                    assert!((expected - found).abs() <= 1e-9 * expected.abs(), "{row:?}");
                }
                _ => assert_eq!(expected, found, "{row:?}"),
            }
        }
    }
}

#[test]
fn the_committed_lists_hold_every_bound() {
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tables/series.csv"))
            .unwrap();
    for bound in ["9999", "10000", "10001", "89999", "90000", "90001", "5000", "5001"] {
        let as_interval = format!(",{bound}\n");
        assert!(text.contains(&as_interval), "no interval of {bound} ms");
    }
}
