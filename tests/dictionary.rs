//! Every column and key of every output has an entry in the data dictionary,
//! and its page is what the code says.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use assert_cmd::cargo::cargo_bin;
use hypnic::report::dictionary;
use serde_json::Value;

fn hypnic(args: &[&str]) -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    let done = Command::new(cargo_bin!("hypnic")).args(args).current_dir(root).output().unwrap();
    assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// Paths of all values, `[]` for the elements of a list.
fn paths(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    let join = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        // An enumeration with a number inside is one value.
        Value::Object(fields) if !path.ends_with(".unit") => {
            fields.iter().for_each(|(key, value)| paths(value, &join(key), found));
        }
        Value::Array(list) => list.iter().for_each(|v| paths(v, &format!("{path}[]"), found)),
        _ => {
            found.insert(path.to_owned());
        }
    }
}

fn explained(output: &str) -> BTreeSet<String> {
    let all = dictionary::entries().into_iter().chain(hypnic::batch::entries());
    let of = all.filter(|entry| entry.output == output);
    of.map(|entry| entry.name).collect()
}

#[test]
fn the_pages_are_what_the_code_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (page, args) in [
        ("data/dictionary.csv", &["dictionary"][..]),
        ("data/dictionary.md", &["dictionary", "--markdown"]),
    ] {
        let page = fs::read_to_string(root.join(page)).unwrap();
        let again = hypnic(args);
        assert!(page == again, "{args:?} differs; write it again: hypnic {} > …", args.join(" "));
    }
}

#[test]
fn every_column_and_key_of_a_result_has_an_entry() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    hypnic(&["analyze", "data/ankle-night.csv.gz", "--quiet", "--out", out.to_str().unwrap()]);
    for table in ["movements.csv", "nights.csv", "epochs.csv", "events.tsv"] {
        let text = fs::read_to_string(out.join(table)).unwrap();
        let separator = if table.ends_with(".tsv") { '\t' } else { ',' };
        let columns: BTreeSet<String> =
            text.lines().next().unwrap().split(separator).map(str::to_owned).collect();
        assert_eq!(columns, explained(table), "{table}");
    }
    let summary: Value =
        serde_json::from_slice(&fs::read(out.join("summary.json")).unwrap()).unwrap();
    let mut found = BTreeSet::new();
    paths(&summary, "", &mut found);
    let explained = explained("summary.json");
    let unexplained: Vec<&String> = found
        .iter()
        .filter(|path| !path.starts_with("settings.") && !explained.contains(*path))
        .collect();
    assert_eq!(unexplained, Vec::<&String>::new());
    let scored = hypnic(&["score", out.join("events.tsv").to_str().unwrap()]);
    let columns: BTreeSet<String> =
        scored.lines().next().unwrap().split(',').map(str::to_owned).collect();
    assert_eq!(columns, self::explained("score"));
}

#[test]
fn every_column_of_the_tables_of_a_batch_has_an_entry() {
    let dir = tempfile::tempdir().unwrap();
    let nights = dir.path().join("nights");
    fs::create_dir(&nights).unwrap();
    fs::copy("data/ankle-night.csv.gz", nights.join("one.csv.gz")).unwrap();
    let out = dir.path().join("out");
    hypnic(&["batch", nights.to_str().unwrap(), "--quiet", "--out", out.to_str().unwrap()]);
    let columns = |table: &str| -> BTreeSet<String> {
        let text = fs::read_to_string(out.join(table)).unwrap();
        text.lines().next().unwrap().split(',').map(str::to_owned).collect()
    };
    for table in ["status.csv", "participants.csv"] {
        assert_eq!(columns(table), explained(table), "{table}");
    }
    for table in ["nights.csv", "movements.csv"] {
        let mut expected = explained(table);
        expected.extend(explained("nights.csv, movements.csv of a batch"));
        assert_eq!(columns(table), expected, "{table}");
    }
}
