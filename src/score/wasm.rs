//! The rules of the WASM, IRLSSG and EURLSSG of 2016 (Ferri R, Fulda S, Allen
//! RP et al. 2016, Sleep Med 26:86–95; the rules for both legs with their
//! evidence: Ferri R et al. 2017, Sleep Med 32:10–15).

use super::legs::{self, LONGEST_MS, OneLeg, QUIET_MS};
use super::series::{InSeries, Opening, Reason, Runs};
use super::{Combined, LegMovement, WhyNot, gap_between, interval_ms, whole_ms};
use crate::recording::Side;

/// A movement of both legs that lasts longer is no candidate, ms.
const LONGEST_BILATERAL_MS: i64 = 15_000;
/// A movement of both legs with more movements of one leg is no candidate.
const MOST_PARTS: usize = 4;
/// Candidates closer than this end a series, ms onset to onset.
pub(super) const SHORTEST_INTERVAL_MS: i64 = 10_000;
/// Candidates further apart than this end a series, ms onset to onset.
pub(super) const LONGEST_INTERVAL_MS: i64 = 90_000;

/// What an interval under 10 s means for the later movement. The abstract of
/// the standard says that it interrupts a series and not whether it may open
/// the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ShortInterval {
    /// The later movement may open the next series: the reading of the scorer
    /// published by the second author of the standard (PLMScoRe).
    #[default]
    MayOpen,
    /// It may not; the one after it may.
    MayNotOpen,
}

/// Joins marks into movements of one leg, and those of left and right into
/// movements of both where they overlap or less than 0.5 s lies between the end
/// of one and the onset of the next. Ascending by onset.
///
/// A mark that is bilateral already counts as two parts and may last 15 s.
pub fn combine(movements: &[LegMovement]) -> Vec<Combined> {
    let mut groups: Vec<(f64, Vec<OneLeg>)> = Vec::new();
    for leg in legs::join(movements) {
        // Two movements of the same leg are at least 0.5 s apart here, so a
        // group of several always holds both legs.
        match groups.last_mut() {
            Some((end_s, group)) if whole_ms(leg.onset_s - *end_s) < QUIET_MS => {
                *end_s = end_s.max(leg.end_s);
                group.push(leg);
            }
            _ => groups.push((leg.end_s, vec![leg])),
        }
    }
    groups.into_iter().map(|(end_s, group)| combined(end_s, &group)).collect()
}

fn combined(end_s: f64, group: &[OneLeg]) -> Combined {
    let onset_s = group[0].onset_s;
    let side = if group.len() == 1 { group[0].side } else { Side::Bilateral };
    let duration_ms = whole_ms(end_s - onset_s);
    let part_count: usize =
        group.iter().map(|leg| if leg.side == Side::Bilateral { 2 } else { 1 }).sum();
    let why_not = if side != Side::Bilateral {
        (duration_ms > LONGEST_MS).then_some(WhyNot::LongerThan10S)
    } else if duration_ms > LONGEST_BILATERAL_MS {
        Some(WhyNot::BilateralLongerThan15S)
    } else if part_count > MOST_PARTS {
        Some(WhyNot::MoreThanFourParts)
    } else {
        let too_long = |leg: &OneLeg| leg.side != Side::Bilateral && leg.duration_ms() > LONGEST_MS;
        group.iter().any(too_long).then_some(WhyNot::PartIsNoCandidate)
    };
    let mut parts: Vec<usize> = group.iter().flat_map(|leg| leg.parts.iter().copied()).collect();
    parts.sort_unstable();
    Combined { onset_s, duration_s: duration_ms as f64 / 1e3, side, parts, why_not }
}

/// Puts movements into series: runs of at least four candidates with 10 to 90 s
/// from onset to onset, both included, and no movement between that is no
/// candidate.
///
/// `stream` is ascending by onset. The interval is to the candidate before; it
/// is not defined for the first one, for one that follows a movement that is no
/// candidate, and across a gap.
pub fn series(
    stream: &[Combined],
    gaps: &[(f64, f64)],
    short_interval: ShortInterval,
) -> Vec<InSeries> {
    let mut runs = Runs::new(stream);
    // What the next candidate meets: the candidate before it, or why there is
    // none to measure from.
    let mut before: Result<(&Combined, bool), Opening> = Err(Opening::First);
    for (index, movement) in stream.iter().enumerate() {
        if !movement.candidate() {
            runs.end_at(index);
            before = Err(Opening::AfterNonCandidate);
            continue;
        }
        let mut in_run = true;
        match before {
            Err(opening) => runs.open(index, opening),
            Ok((previous, _)) if gap_between(previous, movement, gaps) => {
                runs.open(index, Opening::AfterGap);
            }
            Ok((previous, previous_in_run)) => {
                let interval_ms = interval_ms(previous, movement);
                runs.set_interval_ms(index, interval_ms);
                if interval_ms > LONGEST_INTERVAL_MS {
                    runs.open(index, Opening::IntervalLong);
                } else if interval_ms >= SHORTEST_INTERVAL_MS {
                    if previous_in_run {
                        runs.go_on(index);
                    } else {
                        runs.open(index, Opening::AfterMayNotOpen);
                    }
                } else if short_interval == ShortInterval::MayOpen {
                    runs.open(index, Opening::IntervalShort);
                } else {
                    runs.end_at(index);
                    runs.leave_out(index, Reason::MayNotOpen);
                    in_run = false;
                }
            }
        }
        before = Ok((movement, in_run));
    }
    runs.finish()
}

#[cfg(test)]
mod tests;
