//! Runs of candidates and the series they make.

use std::fmt;

use super::{Combined, WhyNot};

/// A series has at least this many movements (AASM and WASM).
pub const FEWEST: usize = 4;

/// Where a movement stands, by the rules of one standard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InSeries {
    /// Number of the series, from 1; `None` outside of any. A movement with a
    /// number is a periodic limb movement (PLM).
    pub series: Option<u32>,
    /// Onset to onset from the movement counted before, s to 1 ms; `None` where
    /// it is not defined.
    pub imi_s: Option<f64>,
    /// Why.
    pub reason: Reason,
    /// What ended with this movement, or because of it.
    pub ended: Option<Ended>,
}

/// A run of candidates that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ended {
    /// The series of this number.
    Series(u32),
    /// So many candidates, too few for a series.
    Run(u32),
}

/// Why a movement is in a series or is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// First of a series; why it is not in the run before.
    Opens(Opening),
    /// In a series, not its first.
    Continues,
    /// A candidate in a run too short for a series.
    TooFew {
        /// Movements in the run.
        run: u32,
        /// For the first of the run, why it is not in the run before.
        opening: Option<Opening>,
    },
    /// Less than 10 s after the candidate before, and by the strict reading it
    /// may not open a run itself (WASM).
    MayNotOpen,
    /// Less than 5 s after the movement counted before (AASM).
    NotCounted,
    /// No candidate.
    NotCandidate(WhyNot),
}

/// Why a run opens with a movement instead of going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Opening {
    /// Nothing before.
    First,
    /// Less than 10 s after the candidate before, which ends a run (WASM).
    IntervalShort,
    /// More than 90 s after the candidate before.
    IntervalLong,
    /// A movement that is no candidate came between (WASM).
    AfterNonCandidate,
    /// The movement before may not open a run (WASM, strict reading).
    AfterMayNotOpen,
    /// The recording has a gap before it.
    AfterGap,
}

impl fmt::Display for InSeries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.series.unwrap_or_default();
        match self.reason {
            Reason::Opens(opening) => {
                write!(f, "first of series {number}: ")?;
                self.opening(opening, f)?;
            }
            Reason::Continues => {
                write!(f, "in series {number}: ")?;
                self.interval(f)?;
                f.write_str("the movement before")?;
            }
            Reason::TooFew { run, opening } => {
                f.write_str("in no series: ")?;
                match run {
                    1 => f.write_str("alone")?,
                    _ => write!(f, "in a run of {run} and {FEWEST} are needed")?,
                }
                if let Some(opening) = opening {
                    f.write_str(", ")?;
                    self.opening(opening, f)?;
                }
            }
            Reason::MayNotOpen => {
                f.write_str("in no series: ")?;
                self.interval(f)?;
                f.write_str("the candidate before, under 10 s, so it may not begin one")?;
            }
            Reason::NotCounted => {
                f.write_str("not counted: ")?;
                self.interval(f)?;
                f.write_str("the movement before, under 5 s")?;
            }
            Reason::NotCandidate(why) => write!(f, "no candidate: {why}")?,
        }
        match self.ended {
            None => Ok(()),
            Some(Ended::Series(number)) => write!(f, "; ends series {number}"),
            Some(Ended::Run(run)) => write!(f, "; ends a run of {run}"),
        }
    }
}

impl InSeries {
    fn interval(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.imi_s {
            Some(imi_s) => write!(f, "{imi_s} s after "),
            None => f.write_str("after "),
        }
    }

    fn opening(&self, opening: Opening, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match opening {
            Opening::First => f.write_str("no candidate before it"),
            Opening::IntervalShort => {
                self.interval(f)?;
                f.write_str("the candidate before, under 10 s")
            }
            Opening::IntervalLong => {
                self.interval(f)?;
                f.write_str("the movement before, over 90 s")
            }
            Opening::AfterNonCandidate => f.write_str("after a movement that is no candidate"),
            Opening::AfterMayNotOpen => {
                self.interval(f)?;
                f.write_str("a movement that may not begin a series")
            }
            Opening::AfterGap => f.write_str("after a gap in the recording"),
        }
    }
}

/// The runs as they grow, and what is known of every movement.
pub(super) struct Runs {
    all: Vec<InSeries>,
    run: Vec<usize>,
    opening: Opening,
    series: u32,
}

impl Runs {
    /// Room for every movement of the stream; those that are no candidates are
    /// done with.
    pub(super) fn new(stream: &[Combined]) -> Self {
        let reason = |movement: &Combined| match movement.why_not {
            Some(why) => Reason::NotCandidate(why),
            None => Reason::TooFew { run: 0, opening: None },
        };
        let all = stream
            .iter()
            .map(|movement| InSeries {
                series: None,
                imi_s: None,
                reason: reason(movement),
                ended: None,
            })
            .collect();
        Self { all, run: Vec::new(), opening: Opening::First, series: 0 }
    }

    pub(super) fn set_interval_ms(&mut self, index: usize, interval_ms: i64) {
        self.all[index].imi_s = Some(interval_ms as f64 / 1e3);
    }

    /// A candidate that can neither go on a run nor open one.
    pub(super) fn leave_out(&mut self, index: usize, reason: Reason) {
        self.all[index].reason = reason;
    }

    /// Ends the run and opens the next one.
    pub(super) fn open(&mut self, index: usize, opening: Opening) {
        self.end_at(index);
        self.run.push(index);
        self.opening = opening;
    }

    /// Ends the run because of a movement.
    pub(super) fn end_at(&mut self, index: usize) {
        self.all[index].ended = self.end();
    }

    pub(super) fn go_on(&mut self, index: usize) {
        self.run.push(index);
    }

    /// Ends the run: it becomes a series if it is long enough. `None` if there
    /// is none.
    fn end(&mut self) -> Option<Ended> {
        let is_series = self.run.len() >= FEWEST;
        self.series += u32::from(is_series);
        for (place, &index) in self.run.iter().enumerate() {
            let opening = (place == 0).then_some(self.opening);
            self.all[index].series = is_series.then_some(self.series);
            self.all[index].reason = match (is_series, opening) {
                (true, Some(opening)) => Reason::Opens(opening),
                (true, None) => Reason::Continues,
                (false, opening) => Reason::TooFew { run: self.run.len() as u32, opening },
            };
        }
        let ended = match self.run.len() as u32 {
            0 => None,
            _ if is_series => Some(Ended::Series(self.series)),
            run => Some(Ended::Run(run)),
        };
        self.run.clear();
        ended
    }

    pub(super) fn finish(mut self) -> Vec<InSeries> {
        self.end();
        self.all
    }
}
