//! Folders of recordings: what a batch leaves behind, whatever happens to it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use flate2::{Compression, write::GzEncoder};
use hypnic::recording::{Placement, Side};
use hypnic::simulate::{
    Scene, SimulatedNight, Stamps, another_sensor, simulate, simulate_together, write_csv,
};
use tempfile::TempDir;

fn hypnic(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("hypnic"));
    command.current_dir(dir).args(args).stdin(Stdio::null());
    command
}

struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

fn ran(output: Output) -> Ran {
    Ran {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[track_caller]
fn run(dir: &Path, args: &[&str], code: i32) -> Ran {
    let ran = ran(hypnic(dir, args).output().unwrap());
    assert_eq!(ran.code, Some(code), "{args:?}: {}{}", ran.out, ran.err);
    ran
}

/// Bytes of a simulated recording of a quarter of an hour.
fn recording(seed: u64) -> Vec<u8> {
    let mut plan = Scene::Ankle25Hz.plan(seed);
    plan.hours = 0.25 + seed as f64 * 0.01;
    let mut bytes = Vec::new();
    write_csv(&simulate(&plan, seed), Stamps::None, &mut bytes).unwrap();
    bytes
}

fn recordings() -> &'static [Vec<u8>] {
    static RECORDINGS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    RECORDINGS.get_or_init(|| (0..6).map(recording).collect())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn put(dir: &Path, name: &str, bytes: &[u8]) {
    let path = dir.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// Six recordings of three people in `nights`, two of them packed, and one that
/// is broken.
fn cohort() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (index, bytes) in recordings().iter().enumerate() {
        let person = index % 3;
        match index {
            0 | 4 => put(dir.path(), &format!("nights/p{person}/{index}.csv.gz"), &gzip(bytes)),
            _ => put(dir.path(), &format!("nights/p{person}/{index}.csv"), bytes),
        }
    }
    put(dir.path(), "nights/p2/broken.csv", b"time,x,y,z\n");
    dir
}

/// Files below `dir` and their bytes, without the memory; of `status.csv` not the
/// seconds, which are those of the run.
fn tree(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in walkdir::WalkDir::new(dir) {
        let entry = entry.unwrap();
        let name = entry.path().strip_prefix(dir).unwrap().to_str().unwrap().to_owned();
        // The journal, and the scratch of what was killed.
        if entry.file_type().is_file() && !name.starts_with(".hypnic") {
            let bytes = match name.as_str() {
                "status.csv" => without_seconds(entry.path()),
                _ => fs::read(entry.path()).unwrap(),
            };
            files.insert(name, bytes);
        }
    }
    files
}

fn without_seconds(path: &Path) -> Vec<u8> {
    let rows = rows(path).into_iter().map(|mut row| {
        assert!(row.remove("seconds").is_some());
        format!("{row:?}\n")
    });
    rows.collect::<String>().into_bytes()
}

/// The tables of the whole.
fn tables(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = tree(dir);
    files.retain(|name, _| !name.starts_with("results/"));
    assert_eq!(files.len(), 6, "{:?}", files.keys());
    files
}

fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_path(path).unwrap().deserialize().map(|row| row.unwrap()).collect()
}

fn states(out: &Path) -> BTreeMap<String, String> {
    rows(&out.join("status.csv"))
        .into_iter()
        .map(|row| (row["file"].clone(), row["state"].clone()))
        .collect()
}

#[track_caller]
fn assert_same(one: &BTreeMap<String, Vec<u8>>, other: &BTreeMap<String, Vec<u8>>) {
    assert!(one.keys().eq(other.keys()), "{:?}\n{:?}", one.keys(), other.keys());
    for (name, bytes) in one {
        assert!(*bytes == other[name], "{name} differs");
    }
}

/// What a batch over the cohort leaves when nothing disturbs it.
fn undisturbed() -> &'static BTreeMap<String, Vec<u8>> {
    static TREE: OnceLock<BTreeMap<String, Vec<u8>>> = OnceLock::new();
    TREE.get_or_init(|| {
        let dir = cohort();
        run(dir.path(), &["batch", "nights", "--out", "out"], 1);
        tree(&dir.path().join("out"))
    })
}

#[test]
fn a_batch_gives_what_analyze_gives_and_tables_of_the_whole() {
    let dir = cohort();
    let ran = run(dir.path(), &["batch", "nights", "--jobs", "2"], 1);
    assert!(
        ran.out.starts_with("7 recordings: 6 analysed, 0 done before, 1 failed.\n"),
        "{}",
        ran.out
    );
    let told = "hypnic: 1 recording failed:\n  p2/broken.csv  ";
    assert!(ran.err.starts_with(told), "nothing but the failure in a pipe: {}", ran.err);

    let out = dir.path().join("nights.hypnic");
    for name in ["p1/1.csv", "p0/0.csv.gz"] {
        run(dir.path(), &["analyze", &format!("nights/{name}"), "--out", "one"], 0);
        let mut alone = tree(&dir.path().join("one"));
        let batched = tree(&out.join(format!("results/{name}.hypnic")));
        alone.retain(|file, _| file.ends_with(".csv"));
        assert_eq!(alone.len(), 3);
        for (file, bytes) in alone {
            assert!(batched[&file] == bytes, "{name}: {file} differs");
        }
    }
    let names: Vec<String> =
        rows(&out.join("nights.csv")).iter().map(|row| row["file"].clone()).collect();
    let expected = ["p0/0.csv.gz", "p0/3.csv", "p1/1.csv", "p1/4.csv.gz", "p2/2.csv", "p2/5.csv"];
    assert_eq!(names, expected);
    let movements = rows(&out.join("movements.csv"));
    for name in expected {
        let alone = rows(&out.join(format!("results/{name}.hypnic/movements.csv")));
        assert_eq!(movements.iter().filter(|row| row["file"] == name).count(), alone.len());
    }
    let participants = rows(&out.join("participants.csv"));
    assert_eq!(participants.len(), 3);
    assert!(participants.iter().all(|row| row["recordings"] == "2"));
    let status = rows(&out.join("status.csv"));
    let done = &status[0];
    let hash = blake3::hash(&fs::read(dir.path().join("nights/p0/0.csv.gz")).unwrap());
    assert_eq!((&*done["state"], &*done["input_blake3"]), ("done", &*hash.to_hex()));
    assert_eq!(done["version"], env!("CARGO_PKG_VERSION"));
    assert!(done["seconds"].parse::<f64>().unwrap() > 0.0);
    let page = fs::read_to_string(out.join("batch.html")).unwrap();
    for word in ["results/p1/4.csv.gz.hypnic/", "p2/broken.csv", "<svg", "not a diagnosis"] {
        assert!(page.contains(word), "{word}");
    }
    assert!(!page.contains("http"), "the page loads nothing from elsewhere");
}

#[test]
fn ten_broken_kinds_stop_nothing_and_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let good = &recordings()[0];
    let text = String::from_utf8(good.clone()).unwrap();
    let minute: String = text.lines().take(1000).map(|line| format!("{line}\n")).collect();
    let flat = "# rate_hz: 25\nx,y,z\n".to_owned() + &"0.0,0.0,1.0\n".repeat(5000);
    let linear = "# rate_hz: 25\nx,y,z\n".to_owned() + &"0.001,-0.002,0.001\n".repeat(5000);
    let broken: [(&str, Vec<u8>); 10] = [
        ("empty.csv", Vec::new()),
        ("header.csv", b"time,x,y,z\n".to_vec()),
        ("words.csv", b"This was a night,\nand a long one,\n".to_vec()),
        ("two-axes.csv", b"time,x,y\n0,0.1,0.2\n0.04,0.1,0.2\n".repeat(500)),
        ("short.csv", minute.into_bytes()),
        ("flat.csv", flat.into_bytes()),
        ("linear.csv", linear.into_bytes()),
        ("cut.csv.gz", gzip(good)[..9].to_vec()),
        ("noise.wav", (0..4000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect()),
        ("riff.wav", b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0".to_vec()),
    ];
    for (name, bytes) in &broken {
        put(dir.path(), &format!("nights/{name}"), bytes);
    }
    put(dir.path(), "nights/good.csv", good);
    put(dir.path(), "nights/README.md", b"# About\n");
    let ran = run(dir.path(), &["batch", "nights"], 1);
    let states = states(&dir.path().join("nights.hypnic"));
    assert_eq!(states.len(), 11, "{states:?}");
    for (name, _) in &broken {
        assert_eq!(states[*name], "failed");
        assert!(ran.err.contains(&format!("\n  {name} ")), "{name}: {}", ran.err);
    }
    assert_eq!(states["good.csv"], "done");
    for row in rows(&dir.path().join("nights.hypnic/status.csv")) {
        assert_eq!(row["reason"].is_empty(), row["state"] == "done", "{row:?}");
        assert!(!row["reason"].contains(dir.path().to_str().unwrap()), "{row:?}");
    }
    assert!(
        ran.err.contains("1 other file passed over as no recordings: README.md"),
        "{}",
        ran.err
    );
    let allowed = run(dir.path(), &["batch", "nights", "--allow-failures"], 0);
    assert!(allowed.out.contains("0 analysed, 1 done before, 10 failed"), "{}", allowed.out);
}

#[test]
fn a_second_run_does_nothing() {
    let dir = cohort();
    run(dir.path(), &["batch", "nights"], 1);
    let out = dir.path().join("nights.hypnic");
    let journals = || fs::read_dir(out.join(".hypnic")).unwrap().count();
    let status = fs::read(out.join("status.csv")).unwrap();
    let (before, made) = (tree(&out), modified(&out));
    let journals_before = journals();
    let ran = run(dir.path(), &["batch", "nights"], 1);
    assert!(ran.out.contains("0 analysed, 6 done before, 1 failed"), "{}", ran.out);
    assert_same(&before, &tree(&out));
    assert_eq!(fs::read(out.join("status.csv")).unwrap(), status, "with the seconds, too");
    assert_eq!((modified(&out), journals()), (made, journals_before));
}

/// Nothing waits for the disk while results are put: after a power cut some may have
/// lost bytes.
#[test]
fn a_result_that_lost_bytes_is_seen_and_made_again() {
    let dir = cohort();
    run(dir.path(), &["batch", "nights"], 1);
    let out = dir.path().join("nights.hypnic");
    for name in ["epochs.csv", "movements.csv", "summary.json"] {
        let path = out.join("results/p1/1.csv.hypnic").join(name);
        let bytes = fs::read(&path).unwrap();
        for left in [0, bytes.len() / 2] {
            fs::write(&path, &bytes[..left]).unwrap();
            let told = run(dir.path(), &["batch", "--status", "nights.hypnic"], 1).out;
            assert!(told.contains("\nmissing p1/1.csv"), "{name} of {left} bytes: {told}");
            let ran = run(dir.path(), &["batch", "nights"], 1);
            assert!(ran.out.contains("1 analysed, 5 done before, 1 failed"), "{}", ran.out);
            assert_same(undisturbed(), &tree(&out));
        }
    }
}

/// What stands in a file that says something of the recordings counts, not only
/// its name.
#[test]
fn another_diary_of_the_same_name_is_another_setting() {
    let dir = cohort();
    put(dir.path(), "d.csv", b"night,lights_off,lights_on\n2024-03-12,22:02,22:12\n");
    let args = ["batch", "nights", "--diary", "d.csv"];
    let told = |words: &str| {
        let ran = run(dir.path(), &args, 1);
        assert!(ran.out.contains(words), "{}", ran.out);
    };
    told("6 analysed, 0 done before");
    told("0 analysed, 6 done before");
    put(dir.path(), "d.csv", b"night,lights_off,lights_on\n2024-03-12,22:03,22:12\n");
    told("6 analysed, 0 done before");
    let nights = rows(&dir.path().join("nights.hypnic/nights.csv"));
    assert!(nights[0]["lights_off"].contains("T22:03:00"), "{:?}", nights[0]);
    let made = fs::read(dir.path().join("nights.hypnic/results/p1/1.csv.hypnic/summary.json"));
    let made: serde_json::Value = serde_json::from_slice(&made.unwrap()).unwrap();
    let hash = blake3::hash(&fs::read(dir.path().join("d.csv")).unwrap()).to_hex();
    assert_eq!(made["settings"]["diary"]["blake3"], *hash.as_str());
}

/// The tables that a phone app puts beside the accelerometer's are of the same
/// recording; when one of them changes it is done again.
#[test]
fn the_folder_of_a_phone_app_is_one_recording() {
    let dir = tempfile::tempdir().unwrap();
    let table = |value: fn(f64) -> [f64; 3]| {
        let rows = (0..6000).map(|n| {
            let [z, y, x] = value(f64::from(n));
            format!(
                "{},{z:.5},{y:.5},{x:.5}\n",
                1_610_884_692_000_000_000 + i64::from(n) * 20_000_000
            )
        });
        ("time,z,y,x\n".to_owned() + &rows.collect::<String>()).into_bytes()
    };
    let linear = |n: f64| [0.02 * (n * 0.7).sin(), 0.01 * (n * 1.3).cos(), 0.0];
    put(
        dir.path(),
        "nights/anna/Metadata.csv",
        b"version,device name,recording time,platform\n2,SM-N960F,2021-00-17_14-00-16,android\n",
    );
    put(dir.path(), "nights/anna/Accelerometer.csv", &table(linear));
    put(dir.path(), "nights/anna/Gravity.csv", &table(|_| [9.8, 0.1, 0.2]));
    put(dir.path(), "nights/anna/Gyroscope.csv", &table(linear));
    let told = |words: &str| {
        let ran = run(dir.path(), &["batch", "nights"], 0);
        assert!(ran.out.starts_with(words), "{}{}", ran.out, ran.err);
    };
    told("1 recording: 1 analysed");
    told("1 recording: 0 analysed, 1 done before");
    assert_eq!(
        states(&dir.path().join("nights.hypnic")).into_iter().collect::<Vec<_>>(),
        [("anna".to_owned(), "done".to_owned())]
    );
    let hash = rows(&dir.path().join("nights.hypnic/status.csv"))[0]["input_blake3"].clone();
    assert_eq!(hash.len(), 64);
    put(dir.path(), "nights/anna/Gravity.csv", &table(|_| [9.7, 0.1, 0.2]));
    told("1 recording: 1 analysed");
    assert_ne!(rows(&dir.path().join("nights.hypnic/status.csv"))[0]["input_blake3"], hash);
}

#[test]
fn parquet_is_written_or_refused_with_what_to_do() {
    let dir = cohort();
    if !cfg!(feature = "parquet") {
        let ran = run(dir.path(), &["batch", "nights", "--parquet"], 2);
        assert!(ran.err.contains("--features parquet"), "{}", ran.err);
        return;
    }
    run(dir.path(), &["batch", "nights", "--parquet"], 1);
    let out = dir.path().join("nights.hypnic");
    let parquet = |dir: &Path| -> Vec<Vec<u8>> {
        ["movements", "nights", "epochs"]
            .map(|t| fs::read(dir.join(format!("{t}.parquet"))).unwrap())
            .to_vec()
    };
    let whole = parquet(&out);
    assert!(whole.iter().all(|bytes| bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1")));
    // What was collated is collated again to the same bytes, by way of its rows.
    run(dir.path(), &["collate", "nights.hypnic", "--out", "once", "--parquet"], 1);
    run(dir.path(), &["collate", "once", "--out", "twice", "--parquet"], 1);
    assert!(whole == parquet(&dir.path().join("twice")));
    // Without it none is left that would not be of the rows beside it.
    run(dir.path(), &["collate", "twice", "--out", "twice"], 1);
    assert!(!dir.path().join("twice/nights.parquet").exists());
    let ran = run(dir.path(), &["collate", "twice", "--out", "thrice", "--parquet"], 65);
    assert!(ran.err.contains("collated with --parquet"), "{}", ran.err);
}

/// When the result of one recording was made.
fn modified(out: &Path) -> std::time::SystemTime {
    fs::metadata(out.join("results/p1/1.csv.hypnic/summary.json")).unwrap().modified().unwrap()
}

#[test]
fn what_changed_is_done_again_and_nothing_else() {
    let dir = cohort();
    let count = |args: &[&str]| {
        let ran = run(dir.path(), &[&["batch", "nights"], args].concat(), 1);
        let words: Vec<&str> = ran.out.split_whitespace().collect();
        (words[2].parse::<usize>().unwrap(), words[4].parse::<usize>().unwrap())
    };
    assert_eq!(count(&[]), (6, 0));
    // New settings: everything. Back again: everything.
    assert_eq!(count(&["--side", "right"]), (6, 0));
    assert_eq!(count(&["--side", "right"]), (0, 6));
    assert_eq!(count(&[]), (6, 0));
    // Another time stamp on the same bytes: hashed, and left as it is.
    let file = dir.path().join("nights/p1/1.csv");
    let made = modified(&dir.path().join("nights.hypnic"));
    fs::write(&file, &recordings()[1]).unwrap();
    assert_eq!(count(&[]), (0, 6));
    assert_eq!(modified(&dir.path().join("nights.hypnic")), made);
    // Other bytes.
    fs::write(&file, &recordings()[2]).unwrap();
    assert_eq!(count(&[]), (1, 5));
    // A result that lost a table.
    fs::remove_file(dir.path().join("nights.hypnic/results/p2/2.csv.hypnic/epochs.csv")).unwrap();
    assert_eq!(count(&[]), (1, 5));
    // A page of each.
    assert_eq!(count(&["--report"]), (6, 0));
    let page = dir.path().join("nights.hypnic/results/p2/2.csv.hypnic/report.html");
    assert!(fs::read_to_string(page).unwrap().contains("not a diagnosis"));
    assert_eq!(count(&["--report"]), (0, 6));
    // Charts: drawn for all, and kept when they are not asked for.
    assert_eq!(count(&["--charts"]), (6, 0));
    assert_eq!(count(&[]), (0, 6));
    // A recording that is repaired, and one that breaks and loses its results.
    fs::write(dir.path().join("nights/p2/broken.csv"), &recordings()[3]).unwrap();
    fs::write(&file, "").unwrap();
    assert_eq!(count(&[]), (1, 5));
    let out = dir.path().join("nights.hypnic");
    assert_eq!(states(&out)["p1/1.csv"], "failed");
    assert!(!out.join("results/p1/1.csv.hypnic").exists());
    // Without its memory the results are still known.
    for entry in fs::read_dir(out.join(".hypnic")).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    assert_eq!(count(&[]), (0, 6));
}

#[test]
fn shards_collated_in_any_order_are_one_run() {
    let dir = cohort();
    for shard in ["1/3", "2/3", "3/3"] {
        let out = format!("s{}", &shard[..1]);
        let ran = hypnic(dir.path(), &["batch", "nights", "--shard", shard, "--out", &out])
            .output()
            .unwrap();
        assert!(matches!(ran.status.code(), Some(0 | 1)));
    }
    let of = |out: &str| {
        let states = states(&dir.path().join(out)).into_iter();
        let own = states.filter(|(_, state)| state != "missing").map(|(name, _)| name);
        own.collect::<Vec<_>>()
    };
    let mut all = [of("s1"), of("s2"), of("s3")].concat();
    all.sort();
    assert_eq!(all, states_of(undisturbed()), "each recording in one share");
    let collate = |dirs: &[&str], out: &str, code| {
        run(dir.path(), &[&["collate"], dirs, &["--out", out]].concat(), code)
    };
    let expected = {
        let mut tables = undisturbed().clone();
        tables.retain(|name, _| !name.starts_with("results/"));
        tables
    };
    collate(&["s1", "s2", "s3"], "c123", 1);
    collate(&["s3", "s1", "s2"], "c312", 1);
    collate(&["s2", "s1"], "c21", 1);
    collate(&["c21", "s3"], "c21-3", 1);
    // One of the shards, twice; it is double, and the same.
    let ran = collate(&["s3", "c21-3"], "c3-3", 1);
    assert!(ran.out.contains("in several folders, with the same results"), "{}", ran.out);
    for out in ["c123", "c312", "c21-3", "c3-3"] {
        assert_same(&expected, &tables(&dir.path().join(out)));
    }
    let ran = collate(&["s1", "s2", "s3"], "c", 1);
    assert!(ran.out.contains("1 failed, 0 missing"), "{}", ran.out);
    run(dir.path(), &["collate", "c", "--out", "c", "--allow-failures"], 0);
}

fn states_of(tree: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let text = String::from_utf8(tree["status.csv"].clone()).unwrap();
    let name = |line: &str| {
        line.split("\"file\": \"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    text.lines().map(name).collect()
}

#[test]
fn shards_into_one_folder_are_one_run() {
    let dir = cohort();
    run(dir.path(), &["batch", "nights", "--plan", "plan.csv", "--shards", "3"], 0);
    for shard in ["3/3", "1/3", "2/3"] {
        let args = [
            "batch",
            "--manifest",
            "plan.csv",
            "--shard",
            shard,
            "--out",
            "out",
            "--no-tables",
            "--allow-failures",
        ];
        run(dir.path(), &args, 0);
        assert!(!dir.path().join("out/nights.csv").exists());
        if shard == "1/3" {
            let told = run(dir.path(), &["batch", "--status", "out"], 1).out;
            assert!(told.contains("missing p") && told.contains("(share 2)"), "{told}");
        }
    }
    run(dir.path(), &["collate", "out", "--out", "out"], 1);
    assert_same(undisturbed(), &tree(&dir.path().join("out")));
    let told = run(dir.path(), &["batch", "--status", "out", "--allow-failures"], 0).out;
    assert!(
        told.lines().any(|line| line.split_whitespace().eq(["all", "7", "6", "1", "0"])),
        "{told}"
    );
    let ran =
        run(dir.path(), &["batch", "--manifest", "plan.csv", "--shard", "1/4", "--out", "out"], 2);
    assert!(ran.err.contains("the plan has 3 shares and not 4"), "{}", ran.err);
}

#[test]
fn killed_anywhere_and_run_again_it_leaves_the_same_bytes() {
    let dir = cohort();
    let args = ["batch", "nights", "--out", "out", "--quiet", "--jobs", "2"];
    let mut state = 7u64;
    for _ in 0..12 {
        let mut child = hypnic(dir.path(), &args).stderr(Stdio::null()).spawn().unwrap();
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        std::thread::sleep(Duration::from_millis(state >> 33 & 127));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    run(dir.path(), &args, 1);
    // Workers that were orphaned end by themselves and may still put the same
    // results once more.
    std::thread::sleep(Duration::from_millis(300));
    assert_same(undisturbed(), &tree(&dir.path().join("out")));
}

#[test]
fn two_batches_on_one_output_do_each_other_no_harm() {
    let dir = cohort();
    let args = ["batch", "nights", "--out", "out", "--quiet", "--jobs", "2"];
    let mut children: Vec<_> =
        (0..3).map(|_| hypnic(dir.path(), &args).stderr(Stdio::null()).spawn().unwrap()).collect();
    for child in &mut children {
        assert_eq!(child.wait().unwrap().code(), Some(1));
    }
    assert_same(undisturbed(), &tree(&dir.path().join("out")));
}

#[cfg(unix)]
#[test]
fn asked_to_stop_it_ends_with_75_and_goes_on_next_time() {
    let dir = cohort();
    let args = ["batch", "nights", "--out", "out", "--jobs", "1", "--progress", "json"];
    let mut child =
        hypnic(dir.path(), &args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // The first recording came to an end; six are left.
    lines.find(|line| line.as_ref().unwrap().contains("\"event\":\"recording\"")).unwrap().unwrap();
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    let rest: Vec<String> = lines.map(Result::unwrap).collect();
    let ran = ran(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(75), "{}", ran.err);
    assert!(ran.err.contains("run it again to go on"), "{}", ran.err);
    assert!(rest.last().unwrap().contains("\"event\":\"end\""), "{rest:?}");
    let scratch = walkdir::WalkDir::new(dir.path().join("out/.hypnic"));
    assert!(
        !scratch.into_iter().any(|entry| entry
            .unwrap()
            .file_name()
            .to_string_lossy()
            .starts_with("run-"))
    );
    let ran = run(dir.path(), &["batch", "nights", "--out", "out"], 1);
    assert!(!ran.out.contains("0 done before"), "{}", ran.out);
    assert_same(undisturbed(), &tree(&dir.path().join("out")));
}

#[test]
fn progress_is_json_a_line_an_event() {
    let dir = cohort();
    let ran = run(dir.path(), &["batch", "nights", "--progress", "json"], 1);
    let events: Vec<serde_json::Value> =
        ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<&str> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(kinds[0], "start");
    assert_eq!(kinds[1..8], ["recording"; 7]);
    assert_eq!(kinds[8..], ["end"]);
    assert_eq!((events[0]["to_do"].as_u64(), events[8]["failed"].as_u64()), (Some(7), Some(1)));
    assert!(
        events.iter().any(|event| event["file"] == "p2/broken.csv" && event["state"] == "failed")
    );
}

#[test]
fn a_manifest_says_what_is_known_of_each_recording() {
    let dir = cohort();
    let manifest = "file;participant;night;placement;side;timezone;lights_off;lights_on;age
p0/3.csv;anna;2024-03-12;wrist;right;;22:02;22:14;44
p1/1.csv;anna;;;;Europe/Berlin;;;44
gone.csv;bert;;;;;;;51
";
    put(dir.path(), "nights/cohort.csv", manifest.as_bytes());
    let ran = run(dir.path(), &["batch", "--manifest", "nights/cohort.csv"], 1);
    assert!(ran.err.contains("columns not used: age"), "{}", ran.err);
    assert!(ran.err.contains("gone.csv  cannot read: No such file"), "{}", ran.err);
    let out = dir.path().join("cohort.hypnic");
    let nights = rows(&out.join("nights.csv"));
    let [wrist, other] = &nights[..] else { panic!("{nights:?}") };
    assert_eq!((&*wrist["file"], &*wrist["participant"]), ("p0/3.csv", "anna"));
    assert_eq!((&*wrist["placement"], &*wrist["side"]), ("wrist", "right"));
    assert!(wrist["lights_off"].contains("T22:02:00"), "{}", wrist["lights_off"]);
    assert_eq!((&*wrist["lights_on_source"], &*other["lights_on_source"]), ("given", "estimated"));
    assert_eq!(other["timezone"], "Europe/Berlin");
    assert_eq!(rows(&out.join("participants.csv"))[0]["recordings"], "2");
    // From beside it, by its bare name.
    let beside = ["batch", "--manifest", "cohort.csv", "--out", "../beside"];
    run(&dir.path().join("nights"), &beside, 1);
    assert_same(&tree(&out), &tree(&dir.path().join("beside")));

    for (rows, words) in [
        ("p0/3.csv,,,elbow\n", "row 2: found placement: \"elbow\""),
        ("p1/1.csv,,,\np0/3.csv,25:00,,\n", "row 3: found --lights-off: \"25:00\" is no time"),
        ("p0/3.csv,,Mars/Base,\n", "there is no time zone \"Mars/Base\""),
        ("p0/3.csv,,,\np0/3.csv,,,\n", "a second time (as in row 2)"),
    ] {
        put(
            dir.path(),
            "wrong.csv",
            format!("file,lights_off,timezone,placement\n{rows}").as_bytes(),
        );
        let ran =
            run(dir.path(), &["batch", "nights", "--manifest", "wrong.csv", "--out", "w"], 65);
        assert!(ran.err.contains(words), "{}", ran.err);
        assert!(!dir.path().join("w").exists());
    }
}

/// Two hours of both ankles and a wrist in `nights/p1`, and an hour of somebody
/// else; with a manifest in which the rows of the night stand apart.
fn both_legs() -> TempDir {
    static SENSORS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    let sensors = SENSORS.get_or_init(|| {
        let mut plan = Scene::BothLegs.plan(3);
        plan.hours = 2.0;
        let others = [(Placement::Ankle, Some(Side::Right)), (Placement::Wrist, Some(Side::Left))]
            .map(|(placement, side)| another_sensor(&plan.sensor, placement, side, 3));
        let csv = |night: &SimulatedNight| {
            let mut bytes = Vec::new();
            write_csv(night, Stamps::None, &mut bytes).unwrap();
            bytes
        };
        simulate_together(&plan, 3, &others).iter().map(csv).collect()
    });
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes) in ["one.csv", "two.csv", "three.csv"].iter().zip(sensors) {
        put(dir.path(), &format!("nights/p1/{name}"), bytes);
    }
    put(dir.path(), "nights/p2/alone.csv", &recordings()[1]);
    put(dir.path(), "legs.csv", LEGS.as_bytes());
    dir
}

const LEGS: &str = "file,participant,night,placement,side,timezone,lights_off,lights_on
p1/two.csv,anna,2024-03-12,ankle,right,Europe/Berlin,,
p2/alone.csv,bert,2024-03-12,,,,,
p1/one.csv,anna,2024-03-12,ankle,left,Europe/Berlin,22:10,23:50
p1/three.csv,anna,2024-03-12,wrist,left,Europe/Berlin,,
";

const BATCH_OF_LEGS: [&str; 6] = ["batch", "nights", "--manifest", "legs.csv", "--out", "out"];

#[test]
fn a_night_of_several_files_is_one_recording() {
    let dir = both_legs();
    let at = dir.path();
    let ran = run(at, &BATCH_OF_LEGS, 0);
    assert!(ran.out.starts_with("2 recordings: 2 analysed"), "{}", ran.out);
    let status = rows(&at.join("out/status.csv"));
    let names: Vec<&str> = status.iter().map(|row| row["file"].as_str()).collect();
    assert_eq!(names, ["anna/2024-03-12", "p2/alone.csv"]);
    let night = &rows(&at.join("out/nights.csv"))[0];
    let said = ["file", "participant", "night", "side", "placement", "timezone"];
    assert_eq!(
        said.map(|column| night[column].as_str()),
        ["anna/2024-03-12", "anna", "2024-03-12", "bilateral", "ankle", "Europe/Berlin"]
    );
    // Bed times of one row are those of the night.
    assert_eq!(
        [&night["lights_off"][11..16], &night["lights_on"][11..16]],
        ["22:10", "23:50"],
        "{night:?}"
    );
    // As `analyze` has it, with what the manifest says of each file.
    let folder = at.join("out/results/anna/2024-03-12.hypnic");
    let told = [
        "--placement=ankle",
        "--side=left",
        "--placement=wrist",
        "--side=left",
        "--placement=ankle",
        "--side=right",
        "--timezone=Europe/Berlin",
        "--lights-off=2024-03-12T22:10",
        "--lights-on=2024-03-12T23:50",
        "--quiet",
        "--no-charts",
    ];
    let files = ["one", "three", "two"].map(|name| format!("nights/p1/{name}.csv"));
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    run(at, &[&["analyze", "--out", "alone"], &files[..], &told].concat(), 0);
    for table in ["movements.csv", "nights.csv", "epochs.csv"] {
        assert_eq!(
            fs::read(folder.join(table)).unwrap(),
            fs::read(at.join("alone").join(table)).unwrap()
        );
    }
    let summary: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.join("summary.json")).unwrap()).unwrap();
    assert_eq!(summary["sensors"].as_array().unwrap().len(), 3);
    assert_eq!(summary["settings"][0]["lights-off"], "2024-03-12T22:10:00");
    // The hash is that of what b3sum prints.
    let lines: String = ["one", "three", "two"]
        .map(|name| {
            let bytes = fs::read(at.join(format!("nights/p1/{name}.csv"))).unwrap();
            format!("{}  {name}.csv\n", blake3::hash(&bytes).to_hex())
        })
        .concat();
    assert_eq!(status[0]["input_blake3"], blake3::hash(lines.as_bytes()).to_hex().as_str());
    assert_eq!(summary["input_blake3"].as_str(), Some(status[0]["input_blake3"].as_str()));
    let page = fs::read_to_string(at.join("out/batch.html")).unwrap();
    assert!(page.contains("<a href=\"results/anna/2024-03-12.hypnic/\">anna/2024-03-12</a>"));
}

#[test]
fn a_night_of_several_files_is_keyed_by_all_of_them() {
    let dir = both_legs();
    let at = dir.path();
    let count = |code| {
        let words = run(at, &BATCH_OF_LEGS, code).out;
        let words: Vec<&str> = words.split_whitespace().collect();
        [2, 4, 7].map(|word| words[word].parse::<usize>().unwrap())
    };
    assert_eq!(count(0), [2, 0, 0]);
    let before = tree(&at.join("out"));
    // The order of the rows says nothing; their shares are one.
    let rows: Vec<&str> = LEGS.lines().collect();
    put(at, "legs.csv", [rows[0], rows[4], rows[3], rows[2], rows[1]].join("\n").as_bytes());
    assert_eq!(count(0), [0, 2, 0]);
    run(
        at,
        &["batch", "nights", "--manifest", "legs.csv", "--plan", "plan.csv", "--shards", "2"],
        0,
    );
    for shard in ["1/2", "2/2"] {
        run(at, &["batch", "--manifest", "plan.csv", "--shard", shard, "--out", "shared"], 0);
    }
    assert_same(&before, &tree(&at.join("shared")));
    // New time stamps on the same bytes are looked at and left; another sensor is not.
    let [one, two] = ["one", "two"].map(|name| at.join(format!("nights/p1/{name}.csv")));
    let bytes = [&one, &two].map(|path| fs::read(path).unwrap());
    fs::write(&two, &bytes[1]).unwrap();
    assert_eq!(count(0), [0, 2, 0]);
    fs::write(&one, &bytes[1]).unwrap();
    fs::write(&two, &bytes[0]).unwrap();
    assert_eq!(count(0), [1, 1, 0]);
    assert!(tree(&at.join("out")) != before, "the legs changed their places");
    // Without one of its files, or with a broken one, there is no result of the night.
    fs::write(&one, &bytes[0]).unwrap();
    fs::write(&two, "time,x,y,z\n").unwrap();
    assert_eq!(count(1), [0, 1, 1]);
    let status = &self::rows(&at.join("out/status.csv"))[0];
    assert!(status["reason"].starts_with("two.csv"), "{status:?}");
    assert!(!at.join("out/results/anna/2024-03-12.hypnic").exists());
    fs::remove_file(&two).unwrap();
    assert_eq!(count(1), [0, 1, 1]);
    let status = &self::rows(&at.join("out/status.csv"))[0];
    assert!(status["reason"].starts_with("two.csv: cannot read"), "{status:?}");
    fs::write(&two, &bytes[1]).unwrap();
    assert_eq!(count(0), [1, 1, 0]);
    assert_same(&before, &tree(&at.join("out")));
}

#[test]
fn collate_refuses_what_does_not_go_together_and_names_what_is_missing() {
    let dir = cohort();
    run(dir.path(), &["batch", "nights", "--out", "plain"], 1);
    run(dir.path(), &["batch", "nights", "--out", "right", "--side", "right"], 1);
    let ran = run(dir.path(), &["collate", "plain", "right", "--out", "c"], 65);
    for words in ["p0/0.csv.gz made with other settings than in ", "plain", "right", "(and 5 more)"]
    {
        assert!(ran.err.contains(words), "{}", ran.err);
    }
    assert!(!dir.path().join("c/nights.csv").exists());
    // Different recordings with different settings go together, and it is told.
    fs::create_dir(dir.path().join("more")).unwrap();
    fs::rename(dir.path().join("nights/p0"), dir.path().join("more/p9")).unwrap();
    run(dir.path(), &["batch", "more", "--out", "left", "--side", "left"], 0);
    let ran = run(dir.path(), &["collate", "left", "plain", "--out", "c"], 1);
    assert!(ran.err.contains("made with different settings"), "{}", ran.err);
    fs::remove_dir_all(dir.path().join("plain/results/p1")).unwrap();
    let ran = run(dir.path(), &["collate", "plain", "--out", "c2"], 1);
    assert!(ran.err.contains("missing: p1/1.csv, p1/4.csv.gz. Run"), "{}", ran.err);
    assert_eq!(states(&dir.path().join("c2"))["p1/1.csv"], "missing");
}

#[test]
fn results_are_never_taken_for_recordings() {
    let dir = cohort();
    let inside = ["batch", "nights", "--out", "nights/results"];
    run(dir.path(), &inside, 1);
    let before = tree(&dir.path().join("nights/results"));
    assert_same(undisturbed(), &before);
    run(dir.path(), &["analyze", "nights/p1/1.csv", "--out", "nights/one", "--quiet"], 0);
    run(dir.path(), &["simulate", "--scene", "ankle-12hz", "--out", "nights/sim"], 0);
    run(dir.path(), &["collate", "nights/results", "--out", "nights/tables"], 1);
    run(dir.path(), &["score", "nights/one/movements.csv", "--out", "nights/scored.csv"], 0);
    let ran = run(dir.path(), &inside, 1);
    assert!(
        ran.out.starts_with("8 recordings: 1 analysed, 6 done before, 1 failed"),
        "{}{}",
        ran.out,
        ran.err
    );
}

#[test]
fn a_newcomer_is_told_what_to_do() {
    let dir = cohort();
    let at = dir.path();
    fs::create_dir(at.join("empty")).unwrap();
    put(at, "junk/photo.jpg", b"\xff\xd8\xff\xe0");
    put(at, "file", b"");
    run(at, &["analyze", "nights/p1/1.csv", "--out", "one", "--quiet"], 0);
    let cases: [(&[&str], i32, &str); 9] = [
        (&["batch"], 2, "Usage: hypnic batch"),
        (&["batch", "nowhere"], 66, "nowhere: cannot read"),
        (&["batch", "empty"], 65, "empty: found no file; expected recordings of nights"),
        (&["batch", "junk"], 65, "no recording, and 1 file that is none"),
        (&["batch", "nights/p1/1.csv"], 65, "For one recording use `hypnic analyze`"),
        (&["batch", "nights", "--out", "nights"], 73, "name another folder with --out"),
        (&["batch", "nights", "--out", "one"], 73, "the results of `hypnic analyze`"),
        (&["batch", "nights", "--out", "file/out"], 73, "cannot write"),
        (&["collate", "one", "--out", "c"], 65, "an output folder of `hypnic batch`"),
    ];
    for (args, code, words) in cases {
        let ran = run(at, args, code);
        assert!(ran.err.contains(words), "{args:?}: {}", ran.err);
    }
    let entries: Vec<PathBuf> =
        fs::read_dir(at).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(entries.len(), 5, "nothing is left behind: {entries:?}");
}
