//! A night as annotations, read back and scored again, has the same indices.

use std::fs;
use std::path::Path;
use std::process::Command;

use assert_cmd::cargo::cargo_bin;
use serde_json::Value;

fn hypnic(dir: &Path, args: &[&str]) -> String {
    let done = Command::new(cargo_bin!("hypnic")).args(args).current_dir(dir).output().unwrap();
    assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// The only row of a table, by column.
fn night(path: &Path) -> impl Fn(&str) -> String + use<> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let columns = reader.headers().unwrap().clone();
    let row = reader.records().next().unwrap().unwrap();
    move |name| row[columns.iter().position(|column| column == name).unwrap()].to_owned()
}

fn rate(told: &Value, name: &str) -> String {
    let rates = told["indices"]["rates"].as_array().unwrap();
    let rate = rates.iter().find(|rate| rate["name"] == name).unwrap();
    rate["per_hour"].as_f64().map_or_else(String::new, |rate| format!("{rate:.3}"))
}

/// Every kind of annotation, scored again, gives the rates of `nights.csv`.
fn assert_same_indices(path: &Path, night: &impl Fn(&str) -> String) {
    let index: f64 = night("plm_per_hour_sleep").parse().unwrap();
    assert!(index > 15.0, "a night with periodic movements has {index}/h");
    for name in ["annotations.edf", "annotations.annot", "events.tsv"] {
        let file = format!("found/{name}");
        for (rules, column) in [("wasm", "plm_per_hour_sleep"), ("aasm", "aasm_plm_per_hour_sleep")]
        {
            let told: Value =
                serde_json::from_str(&hypnic(path, &["score", &file, "--rules", rules, "--json"]))
                    .unwrap();
            assert_eq!(rate(&told, "plms"), night(column), "{name}, {rules}");
            if rules == "wasm" {
                assert_eq!(rate(&told, "plmw"), night("plmw_per_hour"), "{name}");
                let pi = told["indices"]["values"].as_array().unwrap();
                let pi = pi.iter().find(|value| value["name"] == "pi_ferri").unwrap();
                let pi = format!("{:.3}", pi["value"].as_f64().unwrap());
                assert_eq!(pi, night("pi_ferri"), "{name}");
            }
        }
    }
}

#[test]
fn a_night_of_both_legs_read_back_from_annotations_has_the_same_indices() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path();
    let scene = ["--scene", "both-legs", "--seed", "3", "--sensors", "left,right", "--quiet"];
    hypnic(path, &[&["simulate", "--out", "sim"], &scene[..]].concat());
    let sensors = ["sim/left.csv", "sim/right.csv", "--no-charts", "--quiet", "--out", "found"];
    hypnic(path, &[&["analyze"], &sensors[..]].concat());
    assert_same_indices(path, &night(&path.join("found/nights.csv")));
}

#[test]
fn a_night_read_back_from_annotations_has_the_same_series_and_indices() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path();
    hypnic(path, &["simulate", "--scene", "restless-legs", "--seed", "3", "--out", "sim"]);
    hypnic(path, &["analyze", "sim/night.csv", "--side", "left", "--out", "found", "--quiet"]);
    assert_same_indices(path, &night(&path.join("found/nights.csv")));
    // The same movements in the same series, one by one.
    let scored = hypnic(path, &["score", "found/annotations.edf"]);
    let again: Vec<(String, String)> = csv::Reader::from_reader(scored.as_bytes())
        .records()
        .map(|row| row.unwrap())
        .filter(|row| !row[4].is_empty())
        .map(|row| (row[0].to_owned(), row[4].to_owned()))
        .collect();
    let movements: Vec<(String, String)> = csv::Reader::from_path(path.join("found/movements.csv"))
        .unwrap()
        .records()
        .map(|row| row.unwrap())
        .filter(|row| !row[8].is_empty())
        .map(|row| (row[2].to_owned(), row[8].to_owned()))
        .collect();
    assert_eq!(again, movements);
    // And the same movements to `agree`.
    let agreed: Value =
        serde_json::from_str(&hypnic(path, &["agree", "--json", "found/annotations.edf", "found"]))
            .unwrap();
    assert_eq!(agreed["movements"]["all"]["f1"], 1.0);
    assert_eq!(agreed["movements"]["onset_error_s"]["p90_absolute"], 0.0);
    assert_eq!(agreed["movements"]["in_series"]["f1"], 1.0);
    let sidecar: Value =
        serde_json::from_slice(&fs::read(path.join("found/events.json")).unwrap()).unwrap();
    let header = fs::read_to_string(path.join("found/events.tsv")).unwrap();
    for column in header.lines().next().unwrap().split('\t') {
        assert!(sidecar[column]["Description"].is_string(), "{column} is not explained");
    }
}

/// The truth of a simulated night as its hypnogram.
#[test]
fn a_given_hypnogram_replaces_the_estimate() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path();
    hypnic(path, &["simulate", "--scene", "ankle-plm", "--seed", "5", "--out", "sim"]);
    let sleep = ["--sleep", "sim/truth-epochs.csv"];
    let diary = "night,lights_off,lights_on\n2024-03-12,22:20,05:40\n";
    fs::write(path.join("diary.csv"), diary).unwrap();
    let analyze = ["analyze", "sim/night.csv", "--quiet", "--out"];
    hypnic(path, &[&analyze[..], &["given"], &sleep].concat());
    hypnic(path, &[&analyze[..], &["diary"], &["--diary", "diary.csv"]].concat());
    let (truth, given) =
        (night(&path.join("sim/truth-nights.csv")), night(&path.join("given/nights.csv")));
    assert_eq!(given("sleep_source"), "hypnogram");
    let epochs = fs::read_to_string(path.join("sim/truth-epochs.csv")).unwrap();
    let asleep = epochs.lines().filter(|row| row.contains(",true,true,")).count() as f64 / 120.0;
    let hours: f64 = given("hours_asleep").parse().unwrap();
    assert!((hours - asleep).abs() < 0.01, "{hours} h of {asleep}");
    assert_eq!(given("sleep_onset")[..16], truth("sleep_onset")[..16]);
    let diary = night(&path.join("diary/nights.csv"));
    assert_eq!(diary("sleep_source"), "estimated");
    assert_eq!(diary("lights_off_source"), "given");
    assert!(diary("lights_off").contains("T22:20:00"), "{}", diary("lights_off"));
    assert!(diary("lights_on").contains("T05:40:00"), "{}", diary("lights_on"));
    // Thirds, hours and counts are of one night.
    let number = |name: &str| given(name).parse::<f64>().unwrap();
    assert_eq!(given("plm_by_hour").split(' ').count(), number("hours_in_bed").ceil() as usize);
    let index = number("plms") / number("hours_asleep");
    assert!((index - number("plm_per_hour_sleep")).abs() < 0.02);
    let intervals = ["intervals_under_10", "intervals_10_to_90", "intervals_over_90"].map(number);
    assert!(intervals.iter().sum::<f64>() >= number("plms") - 1.0);
    // A table without stages is no hypnogram.
    let refused = Command::new(cargo_bin!("hypnic"))
        .args(["analyze", "sim/night.csv", "--sleep", "sim/truth.csv"])
        .current_dir(path)
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(65));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("no stage of sleep"));
}
