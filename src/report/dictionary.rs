//! The data dictionary: name, type, unit, meaning and source of every column
//! and key of every output, from the documentation of the rows themselves.

use super::findings::Findings;
use super::json::{RecordingPart, SensorPart};
use super::tables::{NightRow, Table};
use crate::column::Column;
use crate::night::calibrate::Calibration;
use crate::score::indices;
use crate::score::indices::statistics::Statistic;
use crate::score::rows::ScoreRow;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The file it stands in.
    pub output: &'static str,
    /// The column, or the path of the key.
    pub name: String,
    /// `number`, `count`, `text`, `time`, `true/false` or `word`.
    pub kind: &'static str,
    /// Its unit; empty where it has none.
    pub unit: &'static str,
    /// Whether it may be empty or `null`.
    pub may_be_empty: bool,
    /// What it means.
    pub meaning: String,
    /// By which rule or publication; `hypnic` for the program's own.
    pub source: &'static str,
}

/// Every entry of a recording, output by output in the order of the columns.
pub fn entries() -> Vec<Entry> {
    let mut entries: Vec<Entry> =
        Table::ALL.iter().flat_map(|table| of(table.csv(), table.columns())).collect();
    entries.extend(of("score", ScoreRow::COLUMNS));
    entries.extend(of("score --statistics", Statistic::COLUMNS));
    let mut table = |output: &'static str, prefix: &str, columns: &[Column]| {
        entries.extend(columns.iter().map(|column| entry(output, prefix, column)));
    };
    table("summary.json", "recording.", RecordingPart::COLUMNS);
    table("summary.json", "sensors[].", SensorPart::COLUMNS);
    table("summary.json", "calibration.", Calibration::COLUMNS);
    table("summary.json", "nights[].", NightRow::COLUMNS);
    table("summary.json", "findings[].", Findings::COLUMNS);
    entries.extend(BY_HAND.into_iter().map(|(output, name, kind, meaning)| Entry {
        output,
        name: name.to_owned(),
        kind,
        unit: unit(name.rsplit('.').next().unwrap_or(name)),
        may_be_empty: false,
        meaning: meaning.to_owned(),
        source: source(name),
    }));
    entries.extend(indices::meanings().map(|(name, meaning, is_rate)| Entry {
        output: "score --indices",
        name: name.to_owned(),
        kind: "number",
        unit: if is_rate { "1/h" } else { unit(name) },
        may_be_empty: true,
        meaning: meaning.to_owned(),
        source: source(name),
    }));
    entries
}

/// The entries of a table.
pub fn of(output: &'static str, columns: &[Column]) -> Vec<Entry> {
    columns.iter().map(|column| entry(output, "", column)).collect()
}

/// The entry of a number that may be empty and is made from the column `name`.
pub fn number(output: &'static str, name: &'static str) -> Entry {
    entry(output, "", &Column { name, rust_type: "Option<f64>", doc: "" })
}

/// What is not a field of a documented row: output, name, type, meaning.
const BY_HAND: [(&str, &str, &str, &str); 31] = [
    ("summary.json", "program", "text", "hypnic: marks the folder as a result"),
    ("summary.json", "version", "text", "Version of the program"),
    ("summary.json", "note", "text", "What must be known before using a number"),
    ("summary.json", "files[]", "text", "Names of the files of the result, summary.json the last"),
    (
        "summary.json",
        "file_bytes[]",
        "count",
        "Sizes of the other files, in their order; where one has another size the result is not whole",
    ),
    (
        "summary.json",
        "input_blake3",
        "text",
        "Of several sensors: BLAKE3 of the lines that b3sum prints of their files, in the order in which they were given",
    ),
    (
        "summary.json",
        "settings.*",
        "text",
        "Each option of the command line as it was typed or stood in the TOML file; of a file the hash too. A list of these, one a file, where a manifest says something of each",
    ),
    ("summary.json", "warnings[]", "text", "What the person should know of the file, in sentences"),
    ("summary.json", "time.rate_hz", "number", "Rate of the uniform grid"),
    ("summary.json", "time.measured_rate_hz", "number", "Rate by the stamps of the file"),
    (
        "summary.json",
        "time.jitter_ms",
        "number",
        "Root mean square deviation of the steps between stamps",
    ),
    ("summary.json", "time.frames_read", "count", "Samples in the file"),
    ("summary.json", "time.frames", "count", "Points of the grid, gaps included"),
    ("summary.json", "time.gaps[].start", "count", "First missing point of the grid"),
    ("summary.json", "time.gaps[].frames", "count", "Number of missing points"),
    ("summary.json", "time.bridged", "count", "Lost samples that were interpolated"),
    ("summary.json", "time.blank", "count", "Samples of zeros, written while the recorder paused"),
    ("summary.json", "time.spikes", "count", "Single wrong samples that were mended"),
    ("summary.json", "time.repeated", "count", "Stamps equal to the one before"),
    ("summary.json", "time.backward", "count", "Stamps earlier than the one before"),
    ("summary.json", "time.corrections[].at_s", "number", "When the clock of the recorder was set"),
    (
        "summary.json",
        "time.corrections[].jump_s",
        "number",
        "How far the clock jumped; negative: backwards",
    ),
    ("events.tsv", "onset", "number", "Onset from the first sample of the recording"),
    ("events.tsv", "duration", "number", "Duration; 0 for a moment"),
    (
        "events.tsv",
        "trial_type",
        "word",
        "Label: LM, PLM, sleep_start, W, sleep, lights_off and others, see events.json",
    ),
    ("events.tsv", "side", "word", "Side of the sensor"),
    (
        "events.tsv",
        "imi_s",
        "number",
        "Interval from the candidate movement before, onset to onset",
    ),
    ("events.tsv", "wasm_series", "count", "Number of the series by WASM 2016"),
    ("events.tsv", "aasm_series", "count", "Number of the series by the AASM"),
    ("events.tsv", "asleep", "true/false", "Whether the onset lies in sleep"),
    ("annotations.edf, annotations.annot", "label", "word", "As trial_type of events.tsv"),
];

pub(super) fn entry(output: &'static str, prefix: &str, column: &Column) -> Entry {
    let bare = column.rust_type.replace(' ', "");
    let inner = bare.strip_prefix("Option<").and_then(|rest| rest.strip_suffix('>'));
    let name = column.name;
    let list = if bare.starts_with("Vec<") || bare.starts_with('[') { "[]" } else { "" };
    let words = column.doc.replace(['`', '[', ']'], "");
    let meaning = words.split_whitespace().collect::<Vec<_>>().join(" ");
    Entry {
        output,
        name: format!("{prefix}{name}{list}"),
        kind: match inner.unwrap_or(&bare) {
            "f64" | "[f64;3]" => "number",
            "u32" | "usize" => "count",
            "bool" => "true/false",
            "String" if meaning.contains("ISO 8601") => "time",
            "Vec<String>" | "String" => "text",
            _ => "word",
        },
        unit: unit(name),
        may_be_empty: inner.is_some() || meaning.contains("empty"),
        meaning: meaning.trim_end_matches('.').to_owned(),
        source: source(name),
    }
}

/// The unit by the name: names carry their units.
fn unit(name: &str) -> &'static str {
    let ends = |unit: &str| name.ends_with(unit);
    if name.contains("slope_per_hour") {
        "1/h per h"
    } else if name.contains("_per_hour") || name == "plm_by_hour" {
        "1/h"
    } else if name.starts_with("hours_") {
        "h"
    } else if ends("_s") || name == "seconds" || name == "onset" || name == "duration" {
        "s"
    } else if ends("_ms") {
        "ms"
    } else if ends("_mg") {
        "mg"
    } else if ends("_g") {
        "g"
    } else if ends("_deg") {
        "degrees"
    } else if ends("_hz") {
        "Hz"
    } else if ends("_bytes") || ends("_bytes[]") {
        "bytes"
    } else if name.starts_with("pi_") || name == "observed" {
        "share, 0 to 1"
    } else if name.contains("_log_") {
        "ln(s)"
    } else {
        ""
    }
}

/// Where a number is defined.
fn source(name: &str) -> &'static str {
    let has = |part: &str| name.contains(part);
    if name.starts_with("gain") || ["offset_g", "error_before", "error_after"].into_iter().any(has)
    {
        "van Hees et al. 2014, J Appl Physiol 117:738-744"
    } else if has("aasm") {
        "AASM manual, versions 2 and 3"
    } else if has("pi_ferri") {
        "Ferri et al. 2006, Sleep 29:759-769"
    } else if has("slope") || has("third") || has("by_hour") {
        "Ferri et al. 2006, Sleep 29:1587-1594"
    } else if ["plm", "clm", "pi_ratio", "imi", "series", "isolated", "short_interval"]
        .into_iter()
        .any(has)
        || name.starts_with("interval")
    {
        "WASM 2016: Ferri et al. 2016, Sleep Med 26:86-95"
    } else {
        "hypnic"
    }
}

/// A dictionary as CSV.
pub fn csv(entries: Vec<Entry>) -> String {
    let in_memory = "a table is encoded in memory";
    let mut table = csv::Writer::from_writer(Vec::new());
    table
        .write_record(["output", "name", "type", "unit", "may_be_empty", "meaning", "source"])
        .expect(in_memory);
    for entry in entries {
        let Entry { output, name, kind, unit, may_be_empty, meaning, source } = entry;
        let empty = if may_be_empty { "true" } else { "false" };
        table.write_record([output, &name, kind, unit, empty, &meaning, source]).expect(in_memory);
    }
    String::from_utf8(table.into_inner().expect(in_memory)).expect("text was written")
}

/// A dictionary as a page of Markdown, a table an output.
pub fn markdown(entries: Vec<Entry>) -> String {
    let mut page = String::from(
        "# Data dictionary\n\nEvery column and key that hypnic writes. Made by `hypnic dictionary \
         --markdown` from the documentation of the code; `hypnic dictionary` gives the same as CSV.\n",
    );
    let mut output = "";
    for entry in entries {
        if entry.output != output {
            output = entry.output;
            page += &format!(
                "\n## {output}\n\n| name | type | unit | meaning | source |\n|---|---|---|---|---|\n"
            );
        }
        let Entry { name, kind, unit, may_be_empty, meaning, source, .. } = entry;
        let optional = if may_be_empty { ", may be empty" } else { "" };
        let meaning = meaning.replace('|', "\\|");
        page += &format!("| `{name}` | {kind}{optional} | {unit} | {meaning} | {source} |\n");
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_has_a_meaning_and_a_number_of_its_own_kind() {
        for entry in entries() {
            assert!(entry.meaning.len() >= 6, "{entry:?}");
            assert!(!entry.meaning.starts_with('…'), "{entry:?} needs what stands above it");
            let unit = unit(entry.name.rsplit('.').next().unwrap());
            assert!(entry.kind != "number" || !entry.name.ends_with("_s") || unit == "s");
        }
    }

    #[test]
    fn names_within_an_output_are_told_once() {
        let mut names: Vec<_> = entries().into_iter().map(|e| (e.output, e.name)).collect();
        let all = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
