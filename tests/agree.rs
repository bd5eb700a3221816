//! `hypnic agree` and the tables it reads, against numbers worked out by hand.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use assert_cmd::cargo::cargo_bin;
use hypnic::agree::Event;
use hypnic::agree::given::{given, given_nights};
use hypnic::movement::Kind;
use hypnic::recording::Side;
use hypnic::simulate::{Scene, simulate};
use serde_json::Value;
use tempfile::TempDir;

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().expect("a folder can be made"))
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().expect("within the folder")).expect("a folder");
        fs::write(&path, text).expect("a file can be written");
        path
    }

    /// Runs the program here: exit code, standard output, standard error.
    fn hypnic(&self, args: &[&str]) -> (i32, String, String) {
        let done = Command::new(cargo_bin!("hypnic"))
            .args(args)
            .current_dir(self.0.path())
            .output()
            .expect("the program runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        (done.status.code().expect("an exit code"), text(done.stdout), text(done.stderr))
    }

    fn json(&self, args: &[&str]) -> Value {
        let (code, out, err) = self.hypnic(&[&["agree", "--json"], args].concat());
        assert_eq!((code, err.as_str()), (0, ""));
        serde_json::from_str(&out).expect("JSON")
    }
}

const FOUND: &str = "onset_s,duration_s,kind\n\
                     10.1,2.0,limb_movement\n\
                     30.0,2.5,limb_movement\n\
                     52.0,2.0,limb_movement\n\
                     70.3,0.3,twitch\n";

/// Off by 0.1 and −0.2 s, 2 s away, and off by 0.3 s with another kind.
const REFERENCE: &str = "onset_s,duration_s,kind\n\
                         10.0,2.0,limb_movement\n\
                         30.2,2.0,limb_movement\n\
                         50.0,2.5,limb_movement\n\
                         70.0,0.3,hypnic_start\n";

#[test]
fn the_terminal_shows_aligned_tables() {
    let folder = Folder::new();
    folder.file("found.csv", FOUND);
    folder.file("marks.csv", REFERENCE);
    let (code, out, err) = folder.hypnic(&["agree", "found.csv", "marks.csv"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let expected = "\
found      found.csv
reference  marks.csv

Movements are the same if their onsets are within 1 s.

               reference  found  both  missed  false  precision  recall     F1
all movements          4      4     3       1      1      0.750   0.750  0.750
hypnic start           1      0     0       1      0          -   0.000  0.000
limb movement          3      3     2       1      1      0.667   0.667  0.667
twitch                 0      1     0       0      1      0.000       -  0.000

found - reference  pairs  median  median, no sign  9 of 10 within
onset, s               3  +0.100            0.200           0.280
duration, s            3  +0.000            0.000           0.400

reference (rows) found as (columns)
               start  limb  twitch  nothing
hypnic start       0     0       1        0
limb movement      0     2       0        1
twitch             0     0       0        0
nothing            0     1       0        0
";
    assert_eq!(out, expected);
}

#[test]
fn the_tolerance_and_overlap_change_what_is_the_same() {
    let folder = Folder::new();
    folder.file("found.csv", FOUND);
    folder.file("marks.csv", REFERENCE);
    let hits = |options: &[&str]| {
        let agreement = folder.json(&[&["found.csv", "marks.csv"], options].concat());
        agreement["movements"]["all"]["hits"].as_u64().expect("a number")
    };
    assert_eq!(hits(&["--tolerance-s", "0.1"]), 1);
    assert_eq!(hits(&["--tolerance-s", "0.25"]), 2);
    assert_eq!(hits(&["--tolerance-s", "2"]), 4);
    // 50 to 52.5 overlaps 52 to 54; 70 to 70.3 only touches 70.3 to 70.6.
    assert_eq!(hits(&["--by", "overlap"]), 3);
}

#[test]
fn tables_of_bids_and_of_european_spreadsheets_are_read() {
    let folder = Folder::new();
    let bids = folder.file(
        "events.tsv",
        "onset\tduration\ttrial_type\tside\n10.5\t0\tLimb_Movement\tn/a\n-2\t1\ttwitch\tR\n",
    );
    let events = given(&bids).expect("a table").events.expect("movements");
    let expected = [
        Event { kind: Some(Kind::Twitch), side: Some(Side::Right), ..Event::new(-2.0, 1.0) },
        Event { kind: Some(Kind::LimbMovement), ..Event::new(10.5, 0.0) },
    ];
    assert_eq!(events, expected);
    let semicolons = folder.file(
        "marks.csv",
        "\u{feff}Duration_s;Onset_s;asleep;series\r\n2,25;10,5;TRUE;\r\n1;20;0;3\r\n",
    );
    let events = given(&semicolons).expect("a table").events.expect("movements");
    let leg = |onset_s, duration_s, asleep, in_series| Event {
        asleep: Some(asleep),
        in_series: Some(in_series),
        ..Event::new(onset_s, duration_s)
    };
    assert_eq!(events, [leg(10.5, 2.25, true, false), leg(20.0, 1.0, false, true)]);
}

/// The output of `hypnic score` has its own name for series.
#[test]
fn scored_movements_are_compared_by_series() {
    let folder = Folder::new();
    let marks: String = [0, 20, 40, 60, 200].map(|onset_s| format!("{onset_s},2,left\n")).concat();
    folder.file("marks.csv", &format!("onset_s,duration_s,side\n{marks}"));
    let (code, scored, _) = folder.hypnic(&["score", "marks.csv"]);
    assert_eq!(code, 0);
    folder.file("scored.csv", &scored);
    // Without the first no four movements follow each other.
    let others: Vec<&str> = scored.lines().skip(2).collect();
    let lacking = others.join("\n").replace(",1,", ",,");
    folder
        .file("other.csv", &format!("onset_s,duration_s,side,clm,series,imi_s,reason\n{lacking}"));
    let agreement = folder.json(&["other.csv", "scored.csv"]);
    let movements = &agreement["movements"];
    assert_eq!(movements["all"]["hits"], 4);
    assert_eq!(movements["in_series"]["hits"], 0);
    assert_eq!(movements["in_series"]["missed"], 4);
    assert_eq!(movements["in_series_asleep"], Value::Null);
    assert_eq!(movements["confusion"], Value::Null);
    assert_eq!(movements["same_side"]["of"], 4);
}

/// The words of the simulator for what a sensor cannot show.
#[test]
fn what_a_simulated_sensor_cannot_show_is_hidden() {
    let mut plan = Scene::WristPlm.plan(3);
    plan.hours = 3.0;
    let night = simulate(&plan, 3);
    let rows = night.movement_rows(&night.series());
    let hidden = rows.iter().filter(|row| Event::from(*row).hidden).count();
    let invisible = night.truth().events.iter().filter(|event| !event.visible).count();
    assert!(invisible > 0);
    assert_eq!(hidden, invisible);
}

#[test]
fn a_simulated_night_agrees_with_itself() {
    let folder = Folder::new();
    let simulated = folder.hypnic(&["simulate", "--scene", "mixed", "--out", "sim", "--gzip"]);
    assert_eq!(simulated.0, 0, "{}", simulated.2);
    let agreement = folder.json(&["sim", "sim"]);
    let truth = fs::read_to_string(folder.0.path().join("sim/truth.csv")).expect("the truth");
    let rows = truth.lines().count() - 1;
    let hidden = truth.lines().filter(|line| line.contains("not visible to this sensor")).count();
    let movements = &agreement["movements"];
    assert_eq!(movements["all"]["hits"], rows - hidden);
    assert_eq!(movements["hidden"]["found"], hidden);
    for counts in ["all", "in_series", "in_series_asleep"] {
        assert_eq!(movements[counts]["f1"], 1.0, "{counts}");
    }
    assert_eq!(movements["onset_error_s"]["p90_absolute"], 0.0);
    assert_eq!(agreement["nights"]["same_pattern"]["count"], 1);
    assert_eq!(agreement["nights"]["sleep_onset_min"]["difference"]["bias"], 0.0);
}

const NIGHTS: &str =
    "recording,night,plm_per_hour_sleep,hypnic_starts,hours_asleep,sleep_onset,pattern\n";

/// Differences of the index 2, −4 and 5: mean 1, standard deviation
/// √((1 + 25 + 16) / 2) = 4.583.
#[test]
fn sets_of_nights_are_compared_by_name() {
    let folder = Folder::new();
    let reference = "a.csv,2024-03-12,10,1,7,2024-03-12T23:00:00+01:00,quiet\n\
                     a.csv,2024-03-13,20,,6,2024-03-14T00:10:00+01:00,periodic_limb_movements\n\
                     b.csv,2024-03-12,30,4,5,,mixed\n";
    let found = "b.csv,2024-03-12,35,5,5.5,2024-03-12T22:00:00+01:00,mixed\n\
                 a.csv,2024-03-12,12,0,7,2024-03-12T23:10:00+01:00,quiet\n\
                 a.csv,2024-03-13,16,2,6.25,2024-03-13T23:58:00+01:00,quiet\n\
                 c.csv,2024-03-12,0,0,8,,quiet\n";
    folder.file("found.csv", &format!("{NIGHTS}{found}"));
    folder.file("psg.csv", &format!("{NIGHTS}{reference}"));
    let agreement = folder.json(&["found.csv", "psg.csv"]);
    assert_eq!(agreement, folder.json(&["--nights", "found.csv", "psg.csv"]));
    assert_eq!(agreement["movements"], Value::Null);
    let nights = &agreement["nights"];
    assert_eq!(nights["paired_by"], "name");
    assert_eq!((&nights["only_found"], &nights["only_reference"]), (&1.into(), &0.into()));
    let near = |value: &Value, expected: f64| {
        let value = value.as_f64().expect("a number");
        assert!((value - expected).abs() < 1e-3, "{value}, not {expected}");
    };
    let index = &nights["plm_per_hour_sleep"];
    near(&index["difference"]["bias"], 1.0);
    near(&index["difference"]["sd"], 4.583);
    near(&index["difference"]["limits_95"][0], 1.0 - 1.96 * 4.583);
    near(&nights["hypnic_starts"]["difference"]["bias"], 0.0);
    assert_eq!(nights["hypnic_starts"]["nights"], 2);
    near(&nights["hours_asleep"]["difference"]["bias"], 0.25);
    // Ten minutes later and twelve earlier.
    near(&nights["sleep_onset_min"]["difference"]["bias"], -1.0);
    assert_eq!(nights["raised"]["sensitivity"], 1.0);
    assert_eq!(nights["raised"]["specificity"], 1.0);
    assert_eq!(nights["same_pattern"]["count"], 2);
    let (_, told, _) = folder.hypnic(&["agree", "found.csv", "psg.csv"]);
    assert!(told.contains("Without a partner: 1 of those in found.\n"), "{told}");
    assert!(
        told.contains("same pattern in 2 of 3\n  periodic limb movements taken for quiet: 1\n")
    );
}

#[test]
fn a_folder_gives_movements_and_nights() {
    let folder = Folder::new();
    folder.file("night.hypnic/movements.csv", FOUND);
    folder.file("night.hypnic/nights.csv", "night,pattern\n1,quiet\n");
    let path = folder.0.path().join("night.hypnic");
    let both = given(&path).expect("a folder of results");
    assert_eq!(both.events.map(|events| events.len()), Some(4));
    assert_eq!(both.nights.map(|nights| nights.len()), Some(1));
    assert_eq!(given_nights(&path).expect("its nights").events, None);
    fs::remove_file(path.join("nights.csv")).expect("a file");
    assert_eq!(given(&path).expect("movements alone").nights, None);
}

#[test]
fn what_is_wrong_with_a_table_is_said() {
    let folder = Folder::new();
    folder.file("good.csv", FOUND);
    folder.file("nights.csv", "night,pattern\n1,quiet\n");
    for (name, text, expected) in [
        (
            "start.csv",
            "start,duration_s\n1,2\n",
            "start.csv, row 1: found the columns start, duration_s; expected a column onset_s. A \
             table of movements has onset_s and duration_s",
        ),
        (
            "long.csv",
            "onset_s,end_s\n1,2\n",
            "long.csv, row 1: found the columns onset_s, end_s; expected a column duration_s.",
        ),
        ("empty.csv", "", "empty.csv, row 1: found no column names; expected a column onset_s."),
        (
            "word.csv",
            "onset_s,duration_s\n1,2\nsoon,2\n",
            "word.csv, row 3: found \"soon\" in the column onset_s; expected seconds as a number.",
        ),
        (
            "minus.csv",
            "onset_s,duration_s\n1,-2\n",
            "row 2: found \"-2\" in the column duration_s; expected seconds as a number, 0 or more.",
        ),
        (
            "short.csv",
            "onset_s,duration_s\n1\n",
            "row 2: found nothing in the column duration_s; expected seconds",
        ),
        (
            "kind.csv",
            "onset_s,duration_s,kind\n1,2,jerk\n",
            "row 2: found \"jerk\" in the column kind; expected one of hypnic_start, limb_movement,",
        ),
        (
            "blank.csv",
            "onset_s,duration_s,kind\n1,2,\n",
            "row 2: found nothing in the column kind; expected hypnic_start, limb_movement,",
        ),
        (
            "asleep.csv",
            "onset_s,duration_s,asleep\n1,2,maybe\n",
            "row 2: found \"maybe\" in the column asleep; expected",
        ),
        (
            "pattern.csv",
            "night,pattern\n1,calm\n",
            "row 2: found \"calm\" in the column pattern; expected one of quiet,",
        ),
        (
            "nights.csv",
            "night,pattern\n1,quiet\n",
            "nights.csv: found a table of nights; expected a table of movements, as in good.csv.",
        ),
    ] {
        folder.file(name, text);
        let (code, out, err) = folder.hypnic(&["agree", "good.csv", name]);
        assert_eq!((code, out.as_str()), (65, ""), "{name}: {err}");
        assert!(err.starts_with("hypnic: ") && err.contains(expected), "{name}: {err}");
    }
    let (code, _, err) = folder.hypnic(&["agree", "--nights", "nights.csv", "good.csv"]);
    assert_eq!(code, 65);
    assert!(err.contains("good.csv, row 1: found the columns onset_s, duration_s, kind; expected at least one of plm_per_hour_sleep"), "{err}");
}

#[test]
fn exit_codes_are_those_of_the_other_commands() {
    let folder = Folder::new();
    folder.file("good.csv", FOUND);
    fs::create_dir(folder.0.path().join("empty")).expect("a folder");
    let check = |args: &[&str], code: i32, said: &str| {
        let (found, _, err) = folder.hypnic(&[&["agree"], args].concat());
        assert_eq!(found, code, "{args:?}: {err}");
        assert!(err.contains(said), "{args:?}: {err}");
    };
    check(&["good.csv", "nowhere.csv"], 66, "nowhere.csv: cannot read");
    check(&["good.csv", "empty"], 66, "neither movements.csv nor truth.csv");
    check(&["good.csv"], 2, "REFERENCE");
    check(&["good.csv", "good.csv", "--tolerance-s", "-1"], 2, "--tolerance-s: -1");
    check(&["good.csv", "good.csv", "--tolerance-s", "nan"], 2, "--tolerance-s: NaN");
    check(&["good.csv", "good.csv", "--by", "overlap", "--tolerance-s", "1"], 2, "--by onset");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let folder = Folder::new();
    let found = folder.file("found.csv", FOUND);
    let run = |path: &Path| {
        let mut child = Command::new(cargo_bin!("hypnic"))
            .arg("agree")
            .args([path, path])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        drop(child.stdout.take());
        child.wait_with_output().expect("the program ends")
    };
    let done = run(&found);
    assert_eq!(done.status.code(), Some(0));
    assert_eq!(done.stderr, b"");
}
