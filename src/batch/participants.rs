//! The numbers of many nights of one person: `participants.csv`.

use std::collections::{BTreeMap, BTreeSet};

use super::collate::PARTICIPANTS;
use crate::column::Column;
use crate::median::median;
use crate::report::dictionary::{self, Entry};
use crate::report::tables::NightRow;
use crate::summary::LEAST_OBSERVED_H;

/// What is summed up, by the columns of `nights.csv`.
type Measure = (&'static str, fn(&NightRow) -> Option<f64>);

const MEASURES: [Measure; 7] = [
    ("hours_asleep", |night| Some(night.hours_asleep)),
    ("plm_per_hour_sleep", |night| night.plm_per_hour_sleep),
    ("plm_per_hour_bed", |night| night.plm_per_hour_bed),
    ("plmw_per_hour", |night| night.plmw_per_hour),
    ("pi_ferri", |night| night.pi_ferri),
    ("hypnic_starts", |night| night.hypnic_starts.map(f64::from)),
    ("limb_movements", |night| Some(f64::from(night.limb_movements))),
];

/// The nights of all participants.
#[derive(Debug, Default)]
pub struct Participants(BTreeMap<String, Person>);

#[derive(Debug, Default)]
struct Person {
    recordings: BTreeSet<String>,
    /// By night: two sensors may have recorded one.
    nights: BTreeMap<String, Vec<Option<Values>>>,
}

/// The measures of a recording of a night.
type Values = [Option<f32>; MEASURES.len()];

impl Participants {
    /// Takes up the nights of a recording.
    pub fn add(&mut self, participant: &str, file: &str, nights: &[NightRow]) {
        let person = self.0.entry(participant.to_owned()).or_default();
        person.recordings.insert(file.to_owned());
        for night in nights {
            // Without a clock, nights have numbers, which mean nothing to others.
            let label = match night.start.is_empty() {
                true => format!("{file} {}", night.night),
                false => night.night.clone(),
            };
            let values = is_used(night)
                .then(|| MEASURES.map(|(_, measure)| measure(night).map(|value| value as f32)));
            person.nights.entry(label).or_default().push(values);
        }
    }

    /// The table, a row a participant. A night that several sensors recorded
    /// counts once, with the mean of what they say.
    pub fn encode(&self) -> Vec<u8> {
        let mut table = csv::Writer::from_writer(Vec::new());
        let header = entries().into_iter().map(|entry| entry.name);
        let in_memory = "a table is encoded in memory";
        table.write_record(header).expect(in_memory);
        for (name, person) in &self.0 {
            let used = person.nights.values().filter(|night| night.iter().any(Option::is_some));
            let mut row = vec![
                name.clone(),
                person.recordings.len().to_string(),
                person.nights.len().to_string(),
                used.count().to_string(),
            ];
            for measure in 0..MEASURES.len() {
                row.extend(spread(person.nights.values().filter_map(|night| mean(night, measure))));
            }
            table.write_record(&row).expect(in_memory);
        }
        table.into_inner().expect(in_memory)
    }
}

/// What its columns mean.
pub fn entries() -> Vec<Entry> {
    let count = |name, doc| Column { name, rust_type: "u32", doc };
    let mut entries = dictionary::of(
        PARTICIPANTS,
        &[
            Column { name: "participant", rust_type: "String", doc: "Whose nights they are" },
            count("recordings", "Number of recordings"),
            count("nights", "Number of nights; one that several sensors recorded counts once"),
            count("nights_used", "Nights with sleep and at least two hours observed"),
        ],
    );
    for (name, _) in MEASURES {
        let of = |(short, word): (&str, &str)| Entry {
            name: format!("{name}_{short}"),
            meaning: format!("{word} of {name} over the nights used"),
            ..dictionary::number(PARTICIPANTS, name)
        };
        entries.extend([("median", "Median"), ("min", "Least"), ("max", "Most")].map(of));
    }
    entries
}

/// A night is used when enough of it was observed and the sleeper slept: the
/// same bounds below which no pattern is told.
fn is_used(night: &NightRow) -> bool {
    night.hours_observed >= LEAST_OBSERVED_H && night.sleep_onset_s.is_some()
}

fn mean(night: &[Option<Values>], measure: usize) -> Option<f64> {
    let values: Vec<f64> =
        night.iter().flatten().filter_map(|values| values[measure].map(f64::from)).collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Median, least and most; empty where there is none.
fn spread(values: impl Iterator<Item = f64>) -> [String; 3] {
    let mut values: Vec<f64> = values.collect();
    let Some(median) = median(&mut values) else { return Default::default() };
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    [median, least, most].map(|value| format!("{value:.3}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn night(label: &str, plm_per_hour_sleep: Option<f64>) -> NightRow {
        let columns = crate::report::files::columns::<NightRow>();
        let cells = columns.iter().map(|column| match *column {
            "night" => label,
            "start" => "2024-03-12T22:00:00.000",
            "hours_observed" => "7.5",
            "limb_movements" => "120",
            "pattern" => "quiet",
            "sleep_source" => "estimated",
            "placement" => "ankle",
            "side" => "left",
            column if column.ends_with("_source") => "given",
            _ => "0",
        });
        let text = columns.join(",") + "\n" + &cells.collect::<Vec<_>>().join(",");
        let mut rows = csv::Reader::from_reader(text.as_bytes()).into_deserialize();
        NightRow { plm_per_hour_sleep, ..rows.next().unwrap().unwrap() }
    }

    fn rows(participants: &Participants) -> Vec<BTreeMap<String, String>> {
        csv::Reader::from_reader(&participants.encode()[..])
            .deserialize()
            .map(|row| row.unwrap())
            .collect()
    }

    #[test]
    fn median_and_range_are_of_the_nights_that_can_be_used() {
        let mut participants = Participants::default();
        let short = NightRow { hours_observed: 1.5, ..night("2024-03-15", Some(90.0)) };
        let awake = NightRow { sleep_onset_s: None, ..night("2024-03-16", Some(80.0)) };
        let nights =
            [night("2024-03-12", Some(8.0)), night("2024-03-13", Some(20.0)), short, awake];
        participants.add("p1", "week.csv", &nights);
        participants.add("p1", "more.csv", &[night("2024-03-14", None)]);
        participants.add("p0", "broken.csv", &[]);
        let rows = rows(&participants);
        assert_eq!(rows[0]["participant"], "p0");
        assert_eq!((&*rows[0]["nights"], &*rows[0]["hours_asleep_median"]), ("0", ""));
        let row = &rows[1];
        assert_eq!((&*row["recordings"], &*row["nights"], &*row["nights_used"]), ("2", "5", "3"));
        assert_eq!(row["plm_per_hour_sleep_median"], "14.000");
        assert_eq!(row["plm_per_hour_sleep_min"], "8.000");
        assert_eq!(row["plm_per_hour_sleep_max"], "20.000");
        assert_eq!(row["limb_movements_median"], "120.000");
    }

    #[test]
    fn two_sensors_of_a_night_are_one_night_unless_there_is_no_clock() {
        let mut participants = Participants::default();
        participants.add("p1", "left.csv", &[night("2024-03-12", Some(10.0))]);
        participants.add("p1", "right.csv", &[night("2024-03-12", Some(20.0))]);
        for file in ["a.csv", "b.csv"] {
            let timeless = NightRow { start: String::new(), ..night("1", Some(1.0)) };
            participants.add("p2", file, &[timeless]);
        }
        let rows = rows(&participants);
        assert_eq!((&*rows[0]["nights"], &*rows[1]["nights"]), ("1", "2"));
        assert_eq!(rows[0]["plm_per_hour_sleep_median"], "15.000");
    }
}
