//! The work list: every recording with what is known of it, and its share.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::input;

/// One recording to be analysed: a row of the manifest, of the plan, or a file
/// that was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Item {
    /// The file: absolute in a plan, as typed in a manifest.
    pub file: PathBuf,
    /// Its name in the results and tables: the path below the folder, with `/`.
    pub name: String,
    /// Whose night it is.
    pub participant: String,
    /// The evening's date, if it was given.
    pub night: String,
    /// `ankle`, … if it was given; the next ones likewise.
    pub placement: String,
    /// `left` or `right`.
    pub side: String,
    /// IANA name.
    pub timezone: String,
    /// As `--lights-off` has it.
    pub lights_off: String,
    /// As `--lights-on` has it.
    pub lights_on: String,
    /// Size of the file; 0 when it is not there.
    pub bytes: u64,
    /// When it was last changed, ns since 1970.
    pub modified_ns: u64,
    /// The share it belongs to, from 1; 0 when shares were not dealt.
    pub shard: u32,
}

impl Item {
    /// The file `file` under the name `name`, as it is on the disk now.
    pub fn new(file: PathBuf, name: String) -> Self {
        let mut item = Self { participant: participant(&name), file, name, ..Self::default() };
        item.look();
        item
    }

    /// Looks up size and time of the file, or of all files of a folder together;
    /// what is not there has none.
    pub fn look(&mut self) {
        let about = input::files_of(&self.file);
        let about: Vec<_> = about.iter().filter_map(|file| fs::metadata(file).ok()).collect();
        self.bytes = about.iter().filter(|about| about.is_file()).map(fs::Metadata::len).sum();
        self.modified_ns = about
            .iter()
            .filter_map(|about| about.modified().ok()?.duration_since(UNIX_EPOCH).ok())
            .map(|since| since.as_nanos() as u64)
            .max()
            .unwrap_or(0);
    }

    /// Work that is expected of it, in bytes of text: a packed table holds
    /// some four times its size. The 4 KiB stand for opening and writing.
    pub fn work(&self) -> u64 {
        let is_packed = self.name.to_ascii_lowercase().ends_with(".gz");
        4096 + self.bytes * if is_packed { 4 } else { 1 }
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
    /// Of recordings in any order.
    pub fn new(mut items: Vec<Item>) -> Self {
        items.sort_by(|a, b| a.name.cmp(&b.name));
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
            table.serialize(item).expect("a plan is encoded in memory");
        }
        table.into_inner().expect("a plan is encoded in memory")
    }

    /// Reads back what [`Self::encode`] wrote to `path`.
    ///
    /// # Errors
    /// A file that cannot be read or is no plan.
    pub fn read(path: &Path) -> Result<Self> {
        let file = fs::File::open(path).map_err(Error::read(path))?;
        let items: std::result::Result<_, csv::Error> =
            csv::Reader::from_reader(file).deserialize().collect();
        items.map(Self::new).map_err(|error| super::manifest::no_table(path, &error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(sizes: &[u64]) -> Plan {
        let item = |(index, &bytes): (usize, &u64)| Item {
            name: format!("night-{index:03}.csv"),
            bytes,
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
        plan.deal(2);
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), plan.encode()).unwrap();
        assert_eq!(Plan::read(file.path()).unwrap(), plan);
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
