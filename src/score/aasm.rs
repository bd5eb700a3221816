//! The rules of the manual of the American Academy of Sleep Medicine, the same
//! in versions 2 (2012) and 3 (2023).

use super::legs::{self, LONGEST_MS};
use super::series::{InSeries, Opening, Reason, Runs};
use super::{Combined, LegMovement, WhyNot, gap_between, interval_ms, whole_ms};
use crate::recording::Side;

/// Onsets on different legs closer than this are one movement, and a movement
/// closer than this to the one counted before is not counted, ms.
const SHORTEST_INTERVAL_MS: i64 = 5_000;
/// Movements further apart than this end a series, ms onset to onset.
const LONGEST_INTERVAL_MS: i64 = 90_000;

/// Joins marks into movements of one leg, and a movement of the other leg with
/// its onset less than 5 s after into the first. Ascending by onset.
///
/// What lasts longer than 10 s is no leg movement: it stays in the list, is
/// joined with nothing and has no effect. The 5 s are counted from the onset of
/// the first movement of the two, so that alternating legs do not chain up into
/// one long movement.
pub fn combine(movements: &[LegMovement]) -> Vec<Combined> {
    let mut all: Vec<(f64, Combined)> = Vec::new();
    // Position in `all` of the movement others may join, with its leg.
    let mut first: Option<(usize, Side)> = None;
    for leg in legs::join(movements) {
        let too_long = leg.duration_ms() > LONGEST_MS;
        if let (Some((position, side)), false) = (first, too_long) {
            let (end_s, group) = &mut all[position];
            if whole_ms(leg.onset_s - group.onset_s) >= SHORTEST_INTERVAL_MS {
                first = None;
            } else if leg.side != side {
                *end_s = end_s.max(leg.end_s);
                group.duration_s = whole_ms(*end_s - group.onset_s) as f64 / 1e3;
                group.side = Side::Bilateral;
                group.parts.extend(leg.parts);
                group.parts.sort_unstable();
                continue;
            }
        }
        if !too_long && first.is_none() {
            first = Some((all.len(), leg.side));
        }
        let movement = Combined {
            onset_s: leg.onset_s,
            duration_s: leg.duration_ms() as f64 / 1e3,
            side: leg.side,
            parts: leg.parts,
            why_not: too_long.then_some(WhyNot::LongerThan10S),
        };
        all.push((leg.end_s, movement));
    }
    all.into_iter().map(|(_, movement)| movement).collect()
}

/// Puts movements into series: runs of at least four with 5 to 90 s from onset
/// to onset, both included.
///
/// `stream` is ascending by onset. A movement less than 5 s after the one
/// counted before is not counted, and the next interval is measured from the
/// earlier: the manual says nothing of it, and this was the convention of the
/// rules of 2006. A gap in the recording ends a series; the manual says nothing
/// of it either.
pub fn series(stream: &[Combined], gaps: &[(f64, f64)]) -> Vec<InSeries> {
    let mut runs = Runs::new(stream);
    let mut counted: Option<&Combined> = None;
    for (index, movement) in stream.iter().enumerate().filter(|(_, m)| m.candidate()) {
        let Some(previous) = counted.replace(movement) else {
            runs.open(index, Opening::First);
            continue;
        };
        let interval_ms = interval_ms(previous, movement);
        let after_gap = gap_between(previous, movement, gaps);
        if !after_gap {
            runs.set_interval_ms(index, interval_ms);
        }
        if interval_ms < SHORTEST_INTERVAL_MS {
            runs.leave_out(index, Reason::NotCounted);
            counted = Some(previous);
        } else if after_gap {
            runs.open(index, Opening::AfterGap);
        } else if interval_ms > LONGEST_INTERVAL_MS {
            runs.open(index, Opening::IntervalLong);
        } else {
            runs.go_on(index);
        }
    }
    runs.finish()
}

#[cfg(test)]
mod tests;
