//! The work list: every recording with what is known of it, and its share.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::input;

/// One recording to be analysed: a file that was found, a row of the manifest, or
/// the rows of one night that several sensors recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    /// Its name in the results and tables: the path of its file below the folder,
    /// with `/`; of several files, whose night it is and which.
    pub name: String,
    /// Whose night it is.
    pub participant: String,
    /// The evening's date, if it was given.
    pub night: String,
    /// As `--lights-off` has it.
    pub lights_off: String,
    /// As `--lights-on` has it.
    pub lights_on: String,
    /// The share it belongs to, from 1; 0 when shares were not dealt.
    pub shard: u32,
    /// Its files by path, one a sensor.
    pub files: Vec<SensorFile>,
}

/// A file of a recording, with what is known of its sensor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SensorFile {
    /// The file: absolute in a plan, as typed in a manifest.
    pub path: PathBuf,
    /// `ankle`, … if it was given; the next ones likewise.
    pub placement: String,
    /// `left` or `right`.
    pub side: String,
    /// IANA name.
    pub timezone: String,
    /// Size; 0 when it is not there.
    pub bytes: u64,
    /// When it was last changed, ns since 1970.
    pub modified_ns: u64,
}

impl Item {
    /// The file at `path` under the name `name`, as it is on the disk now.
    pub fn new(path: PathBuf, name: String) -> Self {
        let files = vec![SensorFile::new(path)];
        Self { participant: participant(&name), name, files, ..Self::default() }
    }

    /// Paths of its files.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.files.iter().map(|file| file.path.clone()).collect()
    }

    /// Size of its files together.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// When it was last changed, ns since 1970; of several files a number that is
    /// another one when one of them changed, or two were swapped.
    pub fn modified_ns(&self) -> u64 {
        let all = self.files.iter().map(|file| file.modified_ns);
        all.fold(0, |all, one| all.wrapping_mul(31).wrapping_add(one))
    }

    /// Work that is expected of it, in bytes of text. The 4 KiB stand for opening and
    /// writing.
    pub fn work(&self) -> u64 {
        4096 + self.files.iter().map(|file| file.bytes * as_text(&file.path)).sum::<u64>()
    }
}

/// Bytes of a table that take as long as one of this file, by its ending: as
/// `scripts/bench-batch.py` measures, rounded. Only the order of the work and the
/// size of shares hang on it.
fn as_text(path: &Path) -> u64 {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    match ending.as_str() {
        "avro" => 20,
        "gt3x" | "gz" | "zip" | "zst" => 10,
        "cwa" => 6,
        "edf" | "mtx" | "wav" => 4,
        "bdf" | "bin" => 2,
        _ => 1,
    }
}

impl SensorFile {
    /// The file at `path` as it is on the disk now: a file, or all files of a
    /// folder together. What is not there has no size and no time.
    pub fn new(path: PathBuf) -> Self {
        let about = input::files_of(&path);
        let about: Vec<_> = about.iter().filter_map(|file| fs::metadata(file).ok()).collect();
        let bytes = about.iter().filter(|about| about.is_file()).map(fs::Metadata::len).sum();
        let modified_ns = about
            .iter()
            .filter_map(|about| about.modified().ok()?.duration_since(UNIX_EPOCH).ok())
            .map(|since| since.as_nanos() as u64)
            .max()
            .unwrap_or(0);
        Self { path, bytes, modified_ns, ..Self::default() }
    }
}

/// A row of the table of a plan: a file. Rows of one name are one recording.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Row {
    file: PathBuf,
    name: String,
    participant: String,
    night: String,
    placement: String,
    side: String,
    timezone: String,
    lights_off: String,
    lights_on: String,
    bytes: u64,
    modified_ns: u64,
    shard: u32,
}

impl Row {
    fn new(item: &Item, file: &SensorFile) -> Self {
        let (item, file) = (item.clone(), file.clone());
        Self {
            file: file.path,
            name: item.name,
            participant: item.participant,
            night: item.night,
            placement: file.placement,
            side: file.side,
            timezone: file.timezone,
            lights_off: item.lights_off,
            lights_on: item.lights_on,
            bytes: file.bytes,
            modified_ns: file.modified_ns,
            shard: item.shard,
        }
    }

    fn item(self) -> Item {
        let Self { file: path, placement, side, timezone, bytes, modified_ns, .. } = self;
        Item {
            name: self.name,
            participant: self.participant,
            night: self.night,
            lights_off: self.lights_off,
            lights_on: self.lights_on,
            shard: self.shard,
            files: vec![SensorFile { path, placement, side, timezone, bytes, modified_ns }],
        }
    }
}

/// Whose night a file is when nobody says: the `sub-…` of BIDS, else the first
/// folder of its path, else the name of the file without its endings.
pub fn participant(name: &str) -> String {
    let parts = || name.split('/');
    if let Some(subject) = parts().find(|part| part.starts_with("sub-")) {
        return subject.split(['_', '.']).next().unwrap_or(subject).to_owned();
    }
    let first = parts().next().unwrap_or(name);
    if first.len() < name.len() {
        return first.to_owned();
    }
    let stem = first.split_once('.').map_or(first, |(stem, _)| stem);
    if stem.is_empty() { first.to_owned() } else { stem.to_owned() }
}

/// A part of the work: `K/N`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Which, from 1 to `of`.
    pub number: u32,
    /// Of how many.
    pub of: u32,
}

impl std::str::FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let wrong = || format!("{text:?} is no share; give K/N with K from 1 to N, such as 2/8");
        let (number, of) = text.split_once('/').ok_or_else(wrong)?;
        let (Ok(number), Ok(of)) = (number.trim().parse(), of.trim().parse()) else {
            return Err(wrong());
        };
        if number < 1 || number > of {
            return Err(wrong());
        }
        Ok(Self { number, of })
    }
}

/// All recordings, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// By name, each name once.
    pub items: Vec<Item>,
}

/// Most shares that are proposed: sites ask for about a thousand queued tasks.
const MOST_SHARDS: u32 = 1000;

/// What a share should hold: about ten minutes at the 20 MB/s of text that one
/// slow core gets through. Starting a task costs a scheduler about a second.
const SHARD_WORK: u64 = 600 * 20_000_000;

impl Plan {
    /// Of recordings in any order; files of one name are those of one recording.
    pub fn new(mut items: Vec<Item>) -> Self {
        items.sort_by(|a, b| a.name.cmp(&b.name));
        items.dedup_by(|later, one| {
            let is_same = later.name == one.name;
            if is_same {
                one.files.append(&mut later.files);
            }
            is_same
        });
        for item in &mut items {
            item.files.sort_by(|a, b| a.path.cmp(&b.path));
        }
        Self { items }
    }

    /// How many shares the plan was dealt into; 0 when it was not.
    pub fn shards(&self) -> u32 {
        self.items.iter().map(|item| item.shard).max().unwrap_or(0)
    }

    /// A number of shares of about ten minutes each, never more than recordings.
    pub fn fitting_shards(&self) -> u32 {
        let work: u64 = self.items.iter().map(Item::work).sum();
        let most = MOST_SHARDS.min(u32::try_from(self.items.len()).unwrap_or(MOST_SHARDS));
        u32::try_from(work.div_ceil(SHARD_WORK)).unwrap_or(MOST_SHARDS).clamp(1, most.max(1))
    }

    /// Deals the recordings into `shards` shares of like size: the largest first,
    /// each to the share that has least (longest processing time first, Graham
    /// 1969: no share is above 4/3 of the best possible). Depends on names and
    /// sizes alone.
    pub fn deal(&mut self, shards: u32) {
        use std::cmp::Reverse;
        let mut shares: std::collections::BinaryHeap<_> =
            (1..=shards).map(|shard| Reverse((0, 0, shard))).collect();
        for index in self.largest_first() {
            let Some(Reverse((work, items, shard))) = shares.pop() else { return };
            let item = &mut self.items[index];
            item.shard = shard;
            shares.push(Reverse((work + item.work(), items + 1, shard)));
        }
    }

    /// Indices of the items, the largest first.
    pub fn largest_first(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.items.len()).collect();
        order.sort_by_key(|&index| std::cmp::Reverse(self.items[index].work()));
        order
    }

    /// The plan as a table, which is a manifest with more columns.
    pub fn encode(&self) -> Vec<u8> {
        let mut table = csv::Writer::from_writer(Vec::new());
        for item in &self.items {
            for file in &item.files {
                table.serialize(Row::new(item, file)).expect("a plan is encoded in memory");
            }
        }
        table.into_inner().expect("a plan is encoded in memory")
    }

    /// Reads back what [`Self::encode`] wrote to `path`.
    ///
    /// # Errors
    /// A file that cannot be read or is no plan.
    pub fn read(path: &Path) -> Result<Self> {
        let file = fs::File::open(path).map_err(Error::read(path))?;
        let rows: std::result::Result<Vec<Row>, csv::Error> =
            csv::Reader::from_reader(file).deserialize().collect();
        rows.map(|rows| Self::new(rows.into_iter().map(Row::item).collect()))
            .map_err(|error| super::manifest::no_table(path, &error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, bytes: u64) -> SensorFile {
        SensorFile { path: path.into(), bytes, modified_ns: bytes + 1, ..SensorFile::default() }
    }

    fn plan(sizes: &[u64]) -> Plan {
        let item = |(index, &bytes): (usize, &u64)| Item {
            name: format!("night-{index:03}.csv"),
            files: vec![file(&format!("night-{index:03}.csv"), bytes)],
            ..Item::default()
        };
        Plan::new(sizes.iter().enumerate().map(item).collect())
    }

    fn work_of(plan: &Plan, shard: u32) -> u64 {
        plan.items.iter().filter(|item| item.shard == shard).map(Item::work).sum()
    }

    #[test]
    fn every_recording_is_in_one_share_and_the_shares_are_of_like_size() {
        let mut plan = plan(&(0..100).map(|n| 1_000_000 + n * n * 1_000).collect::<Vec<_>>());
        plan.deal(7);
        let work: Vec<u64> = (1..=7).map(|shard| work_of(&plan, shard)).collect();
        let in_all: u64 = plan.items.iter().map(Item::work).sum();
        assert_eq!(work.iter().sum::<u64>(), in_all);
        let (least, most) = (work.iter().min().unwrap(), work.iter().max().unwrap());
        // LPT leaves at most one recording between two shares.
        assert!(most - least <= 1_000_000 + 99 * 99 * 1_000, "{work:?}");
        assert!(plan.items.iter().all(|item| (1..=7).contains(&item.shard)));
    }

    #[test]
    fn dealing_does_not_depend_on_the_order_in_which_files_were_found() {
        let mut there = plan(&[5, 5, 9, 1, 5, 7, 7]);
        let mut back = Plan::new(there.items.iter().rev().cloned().collect());
        there.deal(3);
        back.deal(3);
        assert_eq!(there, back);
    }

    #[test]
    fn more_shares_than_recordings_leave_some_empty() {
        let mut plan = plan(&[10, 20]);
        plan.deal(5);
        assert_eq!(plan.items.iter().filter(|item| item.shard > 0).count(), 2);
    }

    #[test]
    fn shares_are_of_minutes_and_never_more_than_a_thousand() {
        assert_eq!(plan(&[1_000; 200]).fitting_shards(), 1);
        assert_eq!(plan(&[SHARD_WORK; 30]).fitting_shards(), 30);
        assert_eq!(plan(&vec![SHARD_WORK; 5_000]).fitting_shards(), 1000);
        assert_eq!(plan(&[]).fitting_shards(), 1);
    }

    #[test]
    fn a_plan_is_read_back_as_it_was_written() {
        let mut plan = plan(&[10, 20, 30]);
        plan.items[1].lights_off = "22:45".to_owned();
        plan.items[1].files.push(SensorFile { side: "left".to_owned(), ..file("other.cwa", 7) });
        plan.deal(2);
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), plan.encode()).unwrap();
        assert_eq!(Plan::read(file.path()).unwrap(), plan);
    }

    #[test]
    fn a_night_of_several_files_is_one_recording_of_all_their_bytes() {
        let item = |path: &str, bytes| Item {
            name: "p1/2024-03-12".to_owned(),
            files: vec![file(path, bytes)],
            ..Item::default()
        };
        let plan = Plan::new(vec![item("right.cwa", 100), item("left.csv.gz", 10)]);
        let [night] = &plan.items[..] else { panic!("{plan:?}") };
        assert_eq!(night.paths(), ["left.csv.gz", "right.cwa"].map(PathBuf::from));
        assert_eq!((night.bytes(), night.work()), (110, 4096 + 10 * 10 + 6 * 100));
        // Two files of one size that change their places are another recording.
        let stamp = |one, two| {
            let files = [(1, one), (2, two)]
                .map(|(n, modified_ns)| SensorFile { modified_ns, ..file(&n.to_string(), 5) });
            Item { files: files.to_vec(), ..Item::default() }.modified_ns()
        };
        assert_ne!(stamp(70, 90), stamp(90, 70));
        assert_eq!(plan.items[0].modified_ns(), 11 * 31 + 101);
    }

    #[test]
    fn a_share_is_told_as_k_of_n() {
        assert_eq!("2/8".parse(), Ok(Share { number: 2, of: 8 }));
        for wrong in ["0/8", "9/8", "8", "a/b", "-1/2", "1/0"] {
            assert!(wrong.parse::<Share>().unwrap_err().contains("such as 2/8"), "{wrong}");
        }
    }

    #[test]
    fn the_participant_is_told_by_the_path() {
        for (name, expected) in [
            ("sub-07/ses-1/motion/sub-07_ses-1_motion.csv", "sub-07"),
            ("p03/left.csv.gz", "p03"),
            ("night.csv.gz", "night"),
            (".csv", ".csv"),
        ] {
            assert_eq!(participant(name), expected);
        }
    }
}
