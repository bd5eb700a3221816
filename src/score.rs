//! The series rules of the standards, on movements from anywhere: this
//! program's own detector, electromyography, marks by hand.
//!
//! Marks become movements of one leg ([`legs`]), these become movements of the
//! sleeper and series of them ([`wasm`], [`aasm`]), and the intervals between
//! them become numbers ([`periodicity`]). All of it is pure functions on plain
//! data. Times are compared after rounding to 1 ms, so that a bound such as
//! 10 s is met by 10 s whatever the binary fractions of the onsets.

pub mod aasm;
pub mod indices;
pub mod kind;
pub mod legs;
pub mod marks;
pub mod night;
pub mod periodicity;
pub mod rows;
pub mod series;
pub mod starts;
pub mod wasm;

use std::fmt;

use crate::recording::Side;
pub use series::{Ended, InSeries, Opening, Reason};
pub use wasm::ShortInterval;

/// A movement of a leg as it was detected or marked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LegMovement {
    /// Seconds from the first frame of the recording.
    pub onset_s: f64,
    /// Seconds.
    pub duration_s: f64,
    /// The leg. [`Side::Bilateral`] is for a mark in which the movements of
    /// both legs are already one.
    pub side: Side,
}

/// A movement after joining, by the rules of one standard.
#[derive(Debug, Clone, PartialEq)]
pub struct Combined {
    /// Seconds from the first frame: onset of the first part.
    pub onset_s: f64,
    /// Seconds, to 1 ms: up to the end of the part that ends last.
    pub duration_s: f64,
    /// The leg, or both.
    pub side: Side,
    /// The marks it was made from, as indices into the input, ascending.
    pub parts: Vec<usize>,
    /// Why it is no candidate movement (CLM); `None` if it is one.
    pub why_not: Option<WhyNot>,
}

impl Combined {
    /// Whether it is a candidate movement (CLM) and can stand in a series.
    pub fn candidate(&self) -> bool {
        self.why_not.is_none()
    }
}

/// Why a movement is no candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WhyNot {
    /// One leg, longer than 10 s.
    LongerThan10S,
    /// Both legs, longer than 15 s.
    BilateralLongerThan15S,
    /// Both legs, of more than four movements of one leg.
    MoreThanFourParts,
    /// Both legs, and one of the parts is itself no candidate.
    PartIsNoCandidate,
}

impl fmt::Display for WhyNot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LongerThan10S => "longer than 10 s",
            Self::BilateralLongerThan15S => "of both legs and longer than 15 s",
            Self::MoreThanFourParts => "of both legs and made of more than four movements",
            Self::PartIsNoCandidate => "of both legs with a part that is itself no candidate",
        })
    }
}

/// The standard by which movements are joined and put into series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rules {
    /// WASM/IRLSSG 2016 (Ferri et al. 2016).
    Wasm(ShortInterval),
    /// The manual of the AASM, version 2 and 3.
    Aasm,
}

/// Puts movements that are joined already, ascending by onset, into series.
pub fn series(combined: &[Combined], gaps: &[(f64, f64)], rules: Rules) -> Vec<InSeries> {
    match rules {
        Rules::Wasm(reading) => wasm::series(combined, gaps, reading),
        Rules::Aasm => aasm::series(combined, gaps),
    }
}

/// Joins and scores by one standard. `gaps` are the stretches that were not
/// recorded, (begin, end) in the seconds of the onsets, in any order. The
/// result is ascending by onset.
pub fn score(
    movements: &[LegMovement],
    gaps: &[(f64, f64)],
    rules: Rules,
) -> Vec<(Combined, InSeries)> {
    let combined = match rules {
        Rules::Wasm(_) => wasm::combine(movements),
        Rules::Aasm => aasm::combine(movements),
    };
    let in_series = series(&combined, gaps, rules);
    combined.into_iter().zip(in_series).collect()
}

/// Seconds as whole milliseconds, the unit in which bounds are compared.
fn whole_ms(seconds: f64) -> i64 {
    (seconds * 1e3).round() as i64
}

/// Onset to onset in whole milliseconds.
fn interval_ms(earlier: &Combined, later: &Combined) -> i64 {
    whole_ms(later.onset_s - earlier.onset_s)
}

/// Whether something between the two onsets was not recorded.
fn gap_between(earlier: &Combined, later: &Combined, gaps: &[(f64, f64)]) -> bool {
    gaps.iter().any(|&(begin_s, end_s)| begin_s < later.onset_s && end_s > earlier.onset_s)
}

#[cfg(test)]
mod tests;
