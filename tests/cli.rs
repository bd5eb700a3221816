//! The program as a newcomer meets it: what it says, what it refuses, what it
//! leaves behind.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

/// What came of a run.
struct Ran {
    code: i32,
    out: String,
    err: String,
}

fn ran(output: Output) -> Ran {
    Ran {
        code: output.status.code().expect("the program ends by itself"),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn hypnic(dir: &Path) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("hypnic"));
    // Standard input stays open and silent: who waits for it hangs.
    command.current_dir(dir).stdin(Stdio::piped());
    command
}

fn run(dir: &Path, args: &[&str]) -> Ran {
    ran(hypnic(dir).args(args).output().unwrap())
}

#[track_caller]
fn done(dir: &Path, args: &[&str]) -> Ran {
    let ran = run(dir, args);
    assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
    ran
}

/// Fails with `code`, one message that has all `words`, and nothing on stdout
/// and nothing new in `dir`.
#[track_caller]
fn refused(dir: &Path, args: &[&str], code: i32, words: &[&str]) -> String {
    let before = names(dir);
    let ran = run(dir, args);
    assert_eq!(ran.code, code, "{args:?}: {}", ran.err);
    for word in words {
        assert!(ran.err.contains(word), "{args:?}: no {word:?} in {}", ran.err);
    }
    assert_eq!(ran.out, "", "{args:?}");
    assert_eq!(names(dir), before, "{args:?} left something behind");
    ran.err
}

/// Everything in a folder, hidden files too.
fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into()).collect();
    names.sort();
    names
}

fn contents(dir: &Path) -> Vec<(String, Vec<u8>)> {
    names(dir).into_iter().map(|name| (name.clone(), fs::read(dir.join(name)).unwrap())).collect()
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Rows of a sensor that lies still but for a slow sway and its own noise.
fn rows(count: usize) -> impl Iterator<Item = [f64; 4]> {
    let mut state = 1u32;
    (0..count).map(move |index| {
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 16) / 65536.0 * 0.01 - 0.005
        };
        let sway = 0.02 * (index as f64 / 7.0).sin();
        [index as f64 / 25.0, 0.1 + sway + noise(), noise() - 0.2, 0.97 + noise()]
    })
}

fn table(rows: impl Iterator<Item = [f64; 4]>) -> String {
    let mut table = "time,x,y,z\n".to_owned();
    for [time, x, y, z] in rows {
        table += &format!("{time:.3},{x:.6},{y:.6},{z:.6}\n");
    }
    table
}

/// Three minutes at 25 Hz.
fn few_minutes() -> String {
    table(rows(4500))
}

/// A folder with `night.csv` of three minutes.
fn with_night() -> TempDir {
    let dir = folder();
    fs::write(dir.path().join("night.csv"), few_minutes()).unwrap();
    dir
}

/// A simulated night, 22:00 to 06:00 from 2024-03-12 on, and its results.
fn night() -> (&'static Path, &'static Path) {
    static NIGHT: OnceLock<(TempDir, PathBuf, PathBuf)> = OnceLock::new();
    let (_, file, results) = NIGHT.get_or_init(|| {
        let dir = folder();
        done(dir.path(), &["simulate", "--scene", "healthy", "--seed", "1", "--out", "sim"]);
        done(dir.path(), &["analyze", "sim/night.csv", "--out", "results", "--quiet"]);
        let (file, results) = (dir.path().join("sim/night.csv"), dir.path().join("results"));
        (dir, file, results)
    });
    (file, results)
}

fn copy_results(dir: &Path) -> PathBuf {
    let copy = dir.join("results");
    fs::create_dir(&copy).unwrap();
    for (name, bytes) in contents(night().1) {
        fs::write(copy.join(name), bytes).unwrap();
    }
    copy
}

fn json(path: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// 16-bit PCM; the header promises `promised` bytes of samples.
fn wav(channels: u16, rate_hz: u32, samples: &[i16], promised: usize) -> Vec<u8> {
    let mut file = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0".to_vec();
    file.extend(channels.to_le_bytes());
    file.extend(rate_hz.to_le_bytes());
    file.extend((rate_hz * u32::from(channels) * 2).to_le_bytes());
    file.extend((channels * 2).to_le_bytes());
    file.extend(16u16.to_le_bytes());
    file.extend(b"data");
    file.extend((promised as u32).to_le_bytes());
    file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    file
}

// Help.

#[test]
fn without_arguments_the_help_is_shown() {
    let ran = run(folder().path(), &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("Usage: hypnic <COMMAND>") && ran.err.contains("Examples:"));
}

#[test]
fn the_help_of_every_command_says_what_it_does_and_has_examples() {
    let dir = folder();
    for command in ["analyze", "plot", "inspect", "score", "simulate"] {
        for flag in ["--help", "-h"] {
            let help = done(dir.path(), &[command, flag]).out;
            assert!(help.contains(&format!("\n  hypnic {command} ")), "{help}");
            let first = help.lines().next().unwrap();
            assert!(first.len() > 20 && !first.starts_with("Usage"), "{first}");
        }
    }
    let help = done(dir.path(), &["-h"]).out;
    assert!(help.starts_with("Finds and draws the movements of a night"), "{help}");
}

#[test]
fn the_version_is_told() {
    let version = format!("hypnic {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(done(folder().path(), &["--version"]).out, version);
}

// Input that is not what it should be.

#[test]
fn a_missing_file_is_66() {
    refused(folder().path(), &["analyze", "night.csv"], 66, &["night.csv"]);
}

#[test]
fn a_folder_is_no_recording() {
    let dir = folder();
    fs::create_dir(dir.path().join("nights")).unwrap();
    refused(dir.path(), &["analyze", "nights"], 65, &["nights: found a folder", "Give the CSV"]);
    refused(dir.path(), &["score", "nights"], 65, &["nights: found a folder", "onset_s"]);
}

#[test]
fn tables_that_are_no_recording_are_refused_with_file_row_and_remedy() {
    let changed = |change: fn(usize, [f64; 4]) -> [f64; 4]| {
        table(rows(4500).enumerate().map(move |(index, row)| change(index, row)))
    };
    let cases: [(String, &[&str]); 9] = [
        (String::new(), &["an empty file", "Export or copy it again"]),
        ("Dear diary,\nI slept badly.\n".into(), &["text without a table", "three-axis"]),
        (
            few_minutes()
                .lines()
                .map(|row| row.rsplitn(3, ',').last().unwrap_or("").to_owned() + "\n")
                .collect(),
            &["2 columns", "all three axes"],
        ),
        (changed(|_, [_, x, y, z]| [5.0, x, y, z]), &["row 2", "all equal", "--rate-hz"]),
        (changed(|_, [t, x, y, z]| [1e3 - t, x, y, z]), &["row 2", "backwards", "Sort"]),
        (
            changed(|_, [t, ..]| [t, f64::NAN, f64::NAN, f64::NAN]),
            &["row 2", "no row with a number"],
        ),
        (table(rows(75)), &["3.0 s", "one minute", "inspect"]),
        (changed(|_, [t, ..]| [t, 0.0, 0.0, 1.0]), &["the same value", "check the export"]),
        (
            changed(|_, [t, x, y, z]| [t, x - 0.1, y + 0.2, z - 0.97]),
            &["row 2", "without gravity", "--linear"],
        ),
    ];
    for (text, words) in cases {
        let dir = folder();
        fs::write(dir.path().join("night.csv"), text).unwrap();
        let told = refused(dir.path(), &["analyze", "night.csv"], 65, words);
        assert!(told.starts_with("hypnic: night.csv") && told.contains("; expected "), "{told}");
        assert_eq!(told.lines().count(), 1, "{told}");
    }
}

#[test]
fn a_word_in_row_one_million_is_found_and_quoted() {
    let dir = folder();
    let mut text = b"# rate_hz: 50\nx,y,z\n".to_vec();
    for row in 3..=1_000_100 {
        match row {
            1_000_000 => text.extend(b"0.1,asleep,1\n"),
            _ if row % 2 == 0 => text.extend(b"0.1,0.2,1\n"),
            _ => text.extend(b"0.11,0.2,1\n"),
        }
    }
    fs::write(dir.path().join("night.csv"), text).unwrap();
    refused(dir.path(), &["analyze", "night.csv"], 65, &["night.csv, row 1000000", "\"asleep\""]);
}

#[test]
fn music_is_no_recording() {
    let dir = folder();
    let tone: Vec<i16> = (0..88_200).map(|i| (9e3 * f64::from(i / 2).sin()) as i16).collect();
    fs::write(dir.path().join("song.wav"), wav(2, 44_100, &tone, 176_400)).unwrap();
    refused(
        dir.path(),
        &["analyze", "song.wav"],
        65,
        &["song.wav", "2 channels", "three channels"],
    );
}

#[test]
fn the_readable_part_of_a_cut_wav_is_analysed_and_the_cut_is_told() {
    let dir = folder();
    let samples: Vec<i16> = rows(4500)
        .flat_map(|[_, x, y, z]| [x, y, z].map(|value| (value / 8.0 * 32767.0) as i16))
        .collect();
    fs::write(dir.path().join("night.wav"), wav(3, 25, &samples, samples.len() * 4)).unwrap();
    let told = done(dir.path(), &["analyze", "night.wav", "--full-scale-g", "8"]).out;
    assert!(told.contains("promises 4500"), "{told}");
    assert_eq!(json(&dir.path().join("night.hypnic/summary.json"))["time"]["frames_read"], 4500);
}

// Where results go.

#[test]
fn the_result_folder_is_named_after_the_file() {
    let dir = folder();
    let cases = [
        ("night.csv", "night.hypnic"),
        ("Night.CSV", "Night.hypnic"),
        ("my bad night.txt", "my bad night.hypnic"),
        ("nächtlich 夜.csv", "nächtlich 夜.hypnic"),
        ("2024.03.12.csv", "2024.03.12.hypnic"),
        ("-night.csv", "-night.hypnic"),
    ];
    for (file, results) in cases {
        fs::write(dir.path().join(file), few_minutes()).unwrap();
        done(dir.path(), &["analyze", "--quiet", "--", file]);
        assert!(dir.path().join(results).join("summary.json").is_file(), "{file}");
        fs::remove_dir_all(dir.path().join(results)).unwrap();
    }
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(few_minutes().as_bytes()).unwrap();
    fs::write(dir.path().join("night.csv.gz"), packed.finish().unwrap()).unwrap();
    done(dir.path(), &["analyze", "night.csv.gz", "--quiet"]);
    assert!(dir.path().join("night.hypnic/nights.csv").is_file());
}

#[test]
fn new_folders_are_made_as_deep_as_asked() {
    let dir = with_night();
    done(dir.path(), &["analyze", "night.csv", "--out", "a/b/c"]);
    assert!(dir.path().join("a/b/c/movements.csv").is_file());
    assert_eq!(names(&dir.path().join("a/b")), ["c"]);
}

#[test]
fn what_analyze_did_not_write_is_refused_and_untouched() {
    let dir = with_night();
    let mine = dir.path().join("mine");
    fs::create_dir(&mine).unwrap();
    fs::write(mine.join("letter.txt"), "dear").unwrap();
    fs::write(dir.path().join("file"), "dear").unwrap();
    for out in ["mine", "file", "night.csv"] {
        refused(dir.path(), &["analyze", "night.csv", "--out", out], 73, &[out, "--out"]);
    }
    refused(dir.path(), &["analyze", "night.csv", "--out", "file/deeper"], 73, &["file/deeper"]);
    assert_eq!(contents(&mine), [("letter.txt".to_owned(), b"dear".to_vec())]);
    assert_eq!(fs::read_to_string(dir.path().join("night.csv")).unwrap(), few_minutes());
}

#[test]
fn an_own_result_is_replaced_and_foreign_files_in_it_survive() {
    let dir = with_night();
    done(dir.path(), &["analyze", "night.csv"]);
    let results = dir.path().join("night.hypnic");
    let fresh = contents(&results);
    fs::write(results.join("notes.txt"), "mine").unwrap();
    fs::write(results.join("nights.csv"), "edited").unwrap();
    done(dir.path(), &["analyze", "night.csv"]);
    assert_eq!(fs::read_to_string(results.join("notes.txt")).unwrap(), "mine");
    fs::remove_file(results.join("notes.txt")).unwrap();
    assert_eq!(contents(&results), fresh);
}

#[cfg(unix)]
#[test]
fn a_parent_that_cannot_be_written_is_73() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = with_night();
    let locked = dir.path().join("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(locked.join("probe"), "").is_ok() {
        eprintln!("skipped: this user may write everywhere");
        return;
    }
    refused(dir.path(), &["analyze", "night.csv", "--out", "locked/r"], 73, &["locked"]);
}

#[test]
fn two_runs_give_the_same_bytes() {
    let dir = folder();
    let file = night().0.to_str().unwrap();
    done(dir.path(), &["analyze", file, "--out", "again", "--quiet"]);
    assert_eq!(contents(&dir.path().join("again")), contents(night().1));
}

#[test]
fn threads_change_nothing_and_tables_come_without_charts_if_asked() {
    let dir = folder();
    let file = night().0.to_str().unwrap();
    for jobs in ["1", "2"] {
        let ran =
            done(dir.path(), &["analyze", file, "--out", jobs, "--no-charts", "--jobs", jobs]);
        assert!(ran.out.contains("The tables: ") && !ran.out.contains(".png"), "{}", ran.out);
    }
    let [one, two] = ["1", "2"].map(|jobs| contents(&dir.path().join(jobs)));
    assert_eq!(one, two);
    let written: Vec<&str> = one.iter().map(|(name, _)| name.as_str()).collect();
    for table in ["epochs.csv", "movements.csv", "nights.csv", "summary.json"] {
        assert!(written.contains(&table), "{table}");
    }
    assert!(!written.iter().any(|name| name.ends_with(".svg") || name.ends_with(".png")));
    for table in ["epochs.csv", "movements.csv", "nights.csv"] {
        let [bare, drawn] = [&dir.path().join("1"), night().1].map(|dir| fs::read(dir.join(table)));
        assert_eq!(bare.unwrap(), drawn.unwrap(), "{table}");
    }
}

// Standard output.

#[test]
fn json_on_stdout_is_summary_json() {
    let dir = with_night();
    let told = done(dir.path(), &["analyze", "night.csv", "--json"]).out;
    serde_json::from_str::<serde_json::Value>(&told).unwrap();
    let written = fs::read_to_string(dir.path().join("night.hypnic/summary.json")).unwrap();
    assert_eq!(told, written);
}

#[test]
fn quiet_prints_nothing() {
    let dir = with_night();
    let ran = done(dir.path(), &["analyze", "night.csv", "--quiet"]);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", ""));
}

#[test]
fn a_closed_pipe_is_no_error() {
    let dir = with_night();
    fs::write(dir.path().join("events.csv"), "onset_s,duration_s,side\n1,2,left\n").unwrap();
    let results = night().1.to_str().unwrap();
    let runs: [&[&str]; 6] = [
        &["analyze", "night.csv"],
        &["analyze", "night.csv", "--json"],
        &["inspect", "night.csv"],
        &["score", "events.csv"],
        &["simulate", "--list"],
        &["plot", results, "--out", "charts"],
    ];
    for args in runs {
        let mut child = hypnic(dir.path())
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let ran = ran(child.wait_with_output().unwrap());
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{args:?}");
    }
}

// Settings.

#[test]
fn a_config_file_is_used_and_what_is_typed_wins() {
    let dir = with_night();
    fs::write(dir.path().join("c.toml"), "placement = \"wrist\"\nside = \"left\"\n").unwrap();
    done(dir.path(), &["analyze", "night.csv", "--config", "c.toml", "--side", "right"]);
    let summary = json(&dir.path().join("night.hypnic/summary.json"));
    assert_eq!(summary["settings"]["placement"], "wrist");
    assert_eq!(summary["settings"]["side"], "right");
    assert_eq!(summary["recording"]["placement"], "wrist");
    assert_eq!(summary["recording"]["placement_source"], "given");
}

#[test]
fn a_bad_config_file_is_told_with_row_and_key() {
    let dir = with_night();
    let cases: [(&str, &[&str]); 3] = [
        ("side = \"left\"\nspeed = 3\n", &["c.toml, row 2", "speed", "rate-hz"]),
        ("\n\nrate-hz = \"fast\"\n", &["c.toml, row 3", "rate-hz", "fast"]),
        ("side = left\n", &["c.toml, row 1", "side = left"]),
    ];
    for (text, words) in cases {
        fs::write(dir.path().join("c.toml"), text).unwrap();
        refused(dir.path(), &["analyze", "night.csv", "--config", "c.toml"], 65, words);
    }
    refused(dir.path(), &["analyze", "night.csv", "--config", "no.toml"], 66, &["no.toml"]);
}

#[test]
fn lights_are_clock_times_moments_and_seconds() {
    let (file, dir) = (night().0.to_str().unwrap(), folder());
    // The recording begins at 22:00:00.
    let pairs = [("23:00", "05:30"), ("2024-03-12T23:00", "2024-03-13 05:30"), ("3600s", "27000s")];
    for (off, on) in pairs {
        done(dir.path(), &["analyze", file, "--lights-off", off, "--lights-on", on, "--out", "r"]);
        let summary = json(&dir.path().join("r/summary.json"));
        let night = &summary["nights"][0];
        assert_eq!(night["lights_off"], "2024-03-12T23:00:00.000+01:00", "{off}");
        assert_eq!(night["lights_on"], "2024-03-13T05:30:00.000+01:00", "{on}");
        assert_eq!(night["lights_off_source"], "given");
        assert_eq!(summary["settings"]["lights-off"], off);
    }
}

#[test]
fn lights_that_make_no_sense_are_usage_errors() {
    let (file, dir) = (night().0.to_str().unwrap(), folder());
    for nonsense in ["late", "25:00", "-5s", "2024-13-01T22:00"] {
        let off = format!("--lights-off={nonsense}");
        refused(dir.path(), &["analyze", file, &off], 2, &["--lights-off", nonsense, "22:45"]);
    }
    for (off, on) in [("05:00", "03:00"), ("2024-03-13T05:00", "2024-03-12T23:00"), ("900s", "60s")]
    {
        let args = ["analyze", file, "--lights-off", off, "--lights-on", on];
        refused(dir.path(), &args, 2, &["--lights-off", "--lights-on", off, on]);
    }
}

#[test]
fn what_was_typed_and_could_not_be_used_is_told() {
    let dir = with_night();
    let args = ["analyze", "night.csv", "--timezone", "Europe/Berlin", "--lights-off", "22:45"];
    let told = done(dir.path(), &args).out;
    assert!(told.contains("--timezone was not used: this recording has no clock."), "{told}");
    assert!(told.contains("--lights-off 22:45 was not used") && told.contains("1800s"), "{told}");
    let told = done(dir.path(), &["analyze", "night.csv", "--lights-on", "99999s"]).out;
    assert!(told.contains("--lights-on 99999s was not used: it lies in no night"), "{told}");
}

#[test]
fn settings_out_of_range_are_usage_errors_that_say_what_is_right() {
    let dir = with_night();
    for rate in ["0", "-25", "NaN", "inf"] {
        refused(
            dir.path(),
            &["analyze", "night.csv", "--rate-hz", rate],
            2,
            &["--rate-hz", "such as 50"],
        );
    }
    let zone = ["analyze", "night.csv", "--timezone", "Mars/Base"];
    refused(dir.path(), &zone, 2, &["--timezone", "\"Mars/Base\"", "Europe/Berlin"]);
}

#[test]
fn without_gravity_the_result_says_what_it_cannot_show() {
    let dir = folder();
    let text = table(rows(4500).map(|[t, x, y, z]| [t, x - 0.1, y + 0.2, z - 0.97]));
    fs::write(dir.path().join("night.csv"), text).unwrap();
    let told = done(dir.path(), &["analyze", "night.csv", "--linear"]).out;
    assert!(told.contains("This recording cannot show posture and tilt (gravity"), "{told}");
    let summary = json(&dir.path().join("night.hypnic/summary.json"));
    assert_eq!(summary["recording"]["has_gravity"], false);
    assert!(summary["nights"][0]["cannot_show"].as_str().unwrap().contains("posture and tilt"));
}

#[test]
fn a_night_is_told_in_few_well_formed_sentences() {
    let (file, dir) = (night().0.to_str().unwrap(), folder());
    for options in
        [&[][..], &["--placement", "wrist"], &["--placement", "waist", "--rate-hz", "12"]]
    {
        let args = [&["analyze", file, "--out", "r"], options].concat();
        let told = done(dir.path(), &args).out;
        let sentences: Vec<&str> = told
            .lines()
            .skip_while(|line| !line.starts_with("Night of"))
            .skip(1)
            .take_while(|line| !line.is_empty())
            .collect();
        assert!((3..=8).contains(&sentences.len()), "{told}");
        for sentence in &sentences {
            assert!(sentence.ends_with('.'), "{sentence}");
            for accident in ["..", ".;", "; .", ": .", "  .", "..."] {
                assert!(!sentence.contains(accident), "{accident:?} in {sentence}");
            }
        }
        assert!(sentences.last().unwrap().contains("not a diagnosis"), "{told}");
    }
}

// The other commands.

#[test]
fn plot_draws_the_bytes_that_analyze_wrote() {
    let dir = folder();
    done(dir.path(), &["plot", night().1.to_str().unwrap(), "--out", "charts"]);
    let charts = contents(&dir.path().join("charts"));
    assert_eq!(charts.len(), 4);
    for (name, bytes) in charts {
        assert!(bytes == fs::read(night().1.join(&name)).unwrap(), "{name} differs");
    }
}

#[test]
fn plot_names_what_is_wrong_with_the_tables() {
    let dir = folder();
    let results = copy_results(dir.path());
    let path = results.join("movements.csv");
    let table = fs::read_to_string(&path).unwrap();
    let mut lines: Vec<String> = table.lines().map(str::to_owned).collect();
    let mut cells: Vec<&str> = lines[2].split(',').collect();
    cells[2] = "soon";
    lines[2] = cells.join(",");
    fs::write(&path, lines.join("\n")).unwrap();
    let words = ["movements.csv, row 3", "\"soon\"", "column onset_s", "a number"];
    refused(dir.path(), &["plot", "results"], 65, &words);
    fs::write(&path, table.replacen("onset_s", "onset", 1)).unwrap();
    refused(dir.path(), &["plot", "results"], 65, &["movements.csv, row 1", "\"onset_s\""]);
    fs::remove_file(&path).unwrap();
    refused(dir.path(), &["plot", "results"], 66, &["movements.csv", "the table is not there"]);
    fs::write(dir.path().join("night.csv"), few_minutes()).unwrap();
    refused(dir.path(), &["plot", "night.csv"], 65, &["night.csv: found a file", "night.hypnic"]);
}

#[test]
fn inspect_tells_the_good_files_and_names_the_bad_one_once() {
    let dir = with_night();
    fs::write(dir.path().join("bad.csv"), "").unwrap();
    fs::write(dir.path().join("other.csv"), few_minutes()).unwrap();
    let ran = run(dir.path(), &["inspect", "night.csv", "bad.csv", "other.csv"]);
    assert_eq!(ran.code, 65);
    assert!(ran.out.contains("night.csv\n") && ran.out.contains("other.csv\n"), "{}", ran.out);
    assert_eq!(ran.err.matches("bad.csv").count(), 1, "{}", ran.err);
}

#[test]
fn inspect_prints_a_json_value_a_file() {
    let dir = with_night();
    fs::write(dir.path().join("other.csv"), few_minutes()).unwrap();
    let told = done(dir.path(), &["inspect", "night.csv", "other.csv", "--json"]).out;
    let files: Vec<String> = serde_json::Deserializer::from_str(&told)
        .into_iter::<serde_json::Value>()
        .map(|value| value.unwrap()["file"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(files, ["night.csv", "other.csv"]);
}

/// Three movements 20 s apart on the left, one of both legs, one that is late.
const EVENTS: &str = "side,onset_s,duration_s\nleft,0,2\nleft,20,2\nleft,40,2\nleft,60,2\n\
                      right,60.2,2\nleft,200,2\n";

#[test]
fn score_has_the_columns_of_its_contract_by_both_rules() {
    let dir = folder();
    fs::write(dir.path().join("events.csv"), EVENTS).unwrap();
    for rules in ["wasm", "aasm"] {
        let told = done(dir.path(), &["score", "events.csv", "--rules", rules]).out;
        let mut lines = told.lines();
        assert_eq!(lines.next(), Some("onset_s,duration_s,side,clm,series,imi_s,reason"));
        let starts: Vec<&str> = lines.collect();
        assert_eq!(starts.len(), 5, "{rules}: {told}");
        assert!(starts[0].starts_with("0.000,2.000,left,true,1,,"), "{told}");
        assert!(starts[1].starts_with("20.000,2.000,left,true,1,20.000,"), "{told}");
        assert!(starts[3].starts_with("60.000,2.200,bilateral,true,1,20.000,"), "{told}");
        assert!(starts[4].starts_with("200.000,2.000,left,true,,"), "{told}");
        let args = ["score", "events.csv", "--rules", rules, "--out", "scored.csv"];
        assert_eq!(done(dir.path(), &args).out, "");
        assert_eq!(fs::read_to_string(dir.path().join("scored.csv")).unwrap(), told);
    }
}

#[test]
fn score_says_which_column_is_missing_and_takes_an_empty_table() {
    let dir = folder();
    fs::write(dir.path().join("events.csv"), "onset_s,side\n1,left\n").unwrap();
    refused(dir.path(), &["score", "events.csv"], 65, &["events.csv, row 1", "duration_s"]);
    fs::write(dir.path().join("events.csv"), "onset_s,duration_s,side\n").unwrap();
    let told = done(dir.path(), &["score", "events.csv"]).out;
    assert_eq!(told, "onset_s,duration_s,side,clm,series,imi_s,reason\n");
}

#[test]
fn several_sensors_of_a_night_are_joined_and_their_sides_are_given_once_a_file() {
    let dir = folder();
    let simulate = ["simulate", "--scene", "both-legs", "--seed", "5", "--sensors", "left,right"];
    refused(dir.path(), &["simulate", "--sensors", "left,left", "--out", "sim"], 2, &["--sensors"]);
    done(dir.path(), &[&simulate[..], &["--out", "sim"]].concat());
    assert!(names(&dir.path().join("sim")).contains(&"right.csv".to_owned()));
    let files = ["sim/left.csv", "sim/right.csv"];
    let one_side = [&["analyze"], &files[..], &["--side", "left"]].concat();
    refused(dir.path(), &one_side, 2, &["--side", "1 time", "2 files", "once a file"]);
    let twice = [&["analyze"], &files[..], &["--side", "left", "--side", "left"]].concat();
    refused(dir.path(), &twice, 2, &["left.csv (left ankle) and right.csv (left ankle)"]);
    let analyze = [&["analyze"], &files[..], &["--no-charts", "--json", "--out", "out"]].concat();
    let told: serde_json::Value = serde_json::from_str(&done(dir.path(), &analyze).out).unwrap();
    assert_eq!(told["nights"][0]["recording"], "left.csv + right.csv");
    assert_eq!(told["nights"][0]["side"], "bilateral");
    let sensors = told["sensors"].as_array().unwrap();
    for (sensor, side) in sensors.iter().zip(["left", "right"]) {
        assert_eq!((&sensor["side"], &sensor["joined"]), (&side.into(), &true.into()));
        assert_eq!(sensor["blake3"].as_str().unwrap().len(), 64);
        assert_eq!(sensor["gives_sleep"], side == "left");
    }
    // What is written of one, the other reads: sides in a TOML file, a list.
    fs::write(dir.path().join("sides.toml"), "side = [\"right\", \"left\"]\n").unwrap();
    let swapped = [&analyze[..], &["--config", "sides.toml"]].concat();
    let told: serde_json::Value = serde_json::from_str(&done(dir.path(), &swapped).out).unwrap();
    assert_eq!(told["sensors"][0]["side"], "right");
}

/// Two minutes at 1 Hz by a wall clock of an unknown zone, z counting up from 0.9 g.
fn wall_clock(start: &str) -> String {
    let start: jiff::civil::DateTime = start.parse().unwrap();
    let row = |second: u32| {
        let at = start.checked_add(jiff::SignedDuration::from_secs(second.into())).unwrap();
        let x = if second.is_multiple_of(2) { "0.012" } else { "-0.004" };
        format!(
            "{},{x},0.250,{:.3}\n",
            at.strftime("%Y-%m-%d %H:%M:%S"),
            0.9 + f64::from(second) / 1e3
        )
    };
    (0..120).fold("time,x (g),y (g),z (g)\n".to_owned(), |text, second| text + &row(second))
}

#[test]
fn zones_are_given_once_for_all_files_or_once_a_file() {
    let dir = TempDir::new().unwrap();
    for name in ["a.csv", "b.csv"] {
        fs::write(dir.path().join(name), wall_clock("2024-07-01 23:00:00")).unwrap();
    }
    let starts = |zones: &[&str]| -> Vec<String> {
        let told =
            done(dir.path(), &[&["inspect", "--json", "a.csv", "b.csv"], zones].concat()).out;
        let files = serde_json::Deserializer::from_str(&told).into_iter::<serde_json::Value>();
        files.map(|file| file.unwrap()["start"].as_str().unwrap().to_owned()).collect()
    };
    let berlin = "2024-07-01T23:00:00.000+02:00";
    assert_eq!(starts(&["--timezone", "Europe/Berlin"]), [berlin; 2]);
    let both = ["--timezone", "Europe/Berlin", "--timezone", "America/New_York"];
    assert_eq!(starts(&both), [berlin, "2024-07-01T23:00:00.000-04:00"]);
    let too_many = [&["analyze", "a.csv"], &both[..]].concat();
    refused(dir.path(), &too_many, 2, &["--timezone", "2 times", "1 file", "once a file"]);
    let config = "timezone = [\"Europe/Berlin\", \"America/New_York\"]\n";
    fs::write(dir.path().join("c.toml"), config).unwrap();
    let analyze = ["analyze", "a.csv", "b.csv", "--config", "c.toml"];
    // Six hours apart they are no sensors of one night.
    refused(dir.path(), &analyze, 65, &["b.csv", "2024-07-01T23:00:00.000-04:00", "--timezone"]);
}

#[test]
fn the_head_of_a_recording_is_its_first_frames_in_g_with_their_times() {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("a.csv"), wall_clock("2024-07-01 23:00:00")).unwrap();
    let told = done(dir.path(), &["inspect", "--head=3", "a.csv"]).out;
    let head: Vec<&str> = told.lines().skip_while(|line| !line.starts_with("  head ")).collect();
    assert_eq!(head.len(), 3, "{told}");
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(
        words(head[1]),
        ["1.000000", "s", "2024-07-01T23:00:01.000", "-0.00400", "0.25000", "0.90100", "g"]
    );
    let json = |args: &[&str]| -> serde_json::Value {
        let args = [&["inspect", "--json", "a.csv"], args].concat();
        serde_json::from_str(&done(dir.path(), &args).out).unwrap()
    };
    let ten = json(&["--head"]);
    assert_eq!(ten["head"].as_array().unwrap().len(), 10);
    let third: Vec<f64> = serde_json::from_value(ten["head"][2].clone()).unwrap();
    for (found, written) in third.iter().zip([2.0, 0.012, 0.25, 0.902]) {
        assert!((found - written).abs() < 1e-6, "{third:?}");
    }
    assert_eq!(json(&[])["head"], serde_json::Value::Null);
    // More than there is: all.
    assert_eq!(json(&["--head=500"])["head"].as_array().unwrap().len(), 120);
}

#[test]
fn simulate_lists_its_scenes_and_names_them_when_one_is_unknown() {
    let dir = folder();
    let list = done(dir.path(), &["simulate", "--list"]).out;
    let scenes: Vec<&str> = list.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(scenes.contains(&"healthy") && scenes.contains(&"ankle-plm"), "{list}");
    refused(dir.path(), &["simulate", "--scene", "party", "--out", "sim"], 2, &scenes);
}

#[test]
fn simulate_gives_the_same_bytes_for_the_same_seed() {
    let dir = folder();
    done(dir.path(), &["simulate", "--scene", "healthy", "--seed", "1", "--out", "again"]);
    assert!(contents(&dir.path().join("again")) == contents(night().0.parent().unwrap()));
    done(dir.path(), &["simulate", "--scene", "healthy", "--seed", "2", "--out", "again"]);
    let again = fs::read(dir.path().join("again/night.csv")).unwrap();
    assert!(again != fs::read(night().0).unwrap(), "the seed changes nothing");
}

#[test]
fn simulate_tells_the_files_it_wrote_unless_quiet() {
    let dir = folder();
    let simulate = ["simulate", "--scene", "table", "--out"];
    let told = done(dir.path(), &[&simulate[..], &["told"]].concat()).out;
    assert_eq!(told.lines().count(), 2, "{told}");
    assert!(told.lines().all(|path| dir.path().join(path).is_file()), "{told}");
    let quiet = done(dir.path(), &[&simulate[..], &["quiet", "--quiet"]].concat()).out;
    assert_eq!(quiet, "");
    assert!(dir.path().join("quiet/night.csv").is_file());
}

#[test]
fn simulate_overwrites_nothing_of_somebody_else() {
    for name in ["night.csv", "truth.csv"] {
        let dir = folder();
        fs::write(dir.path().join(name), "mine").unwrap();
        refused(dir.path(), &["simulate", "--out", "."], 73, &[name, "--out"]);
        assert_eq!(fs::read_to_string(dir.path().join(name)).unwrap(), "mine");
    }
}
