//! Which movement of one account is which of the other.
//!
//! Each movement has at most one partner. Of all pairings the one with the
//! most pairs is taken, and among these the one with the least distance of
//! onsets in all; so the result depends on no order of rows and on no greedy
//! choice.

mod onset;
mod overlap;
#[cfg(test)]
mod tests;

use serde::Serialize;

use super::Event;

/// When two movements may be the same.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum By {
    /// Their onsets are at most this far apart.
    Onset {
        /// Seconds.
        tolerance_s: f64,
    },
    /// One begins while the other lasts, or both begin at once.
    Overlap,
}

/// A movement in whole microseconds, so that sums of distances are exact and
/// a tolerance is met by its equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    onset_us: i64,
    end_us: i64,
}

impl Span {
    fn distance_us(self, other: Self) -> i64 {
        (self.onset_us - other.onset_us).abs()
    }
}

fn whole_us(seconds: f64) -> i64 {
    (seconds * 1e6).round() as i64
}

/// Movements that can only be paired with each other: indices by onset.
#[derive(Debug, Default)]
struct Cluster {
    found: Vec<usize>,
    reference: Vec<usize>,
}

/// The pairs (index of the found, index of the reference), ascending by the
/// onset of the found. Events may be in any order.
///
/// Sorting, then within each cluster of n found and m reference movements that
/// are near each other: by onset O(n·m), by overlap O(n·m²) at worst. In a night
/// clusters hold a few movements.
pub fn pairs(found: &[Event], reference: &[Event], by: By) -> Vec<(usize, usize)> {
    let spans = |events: &[Event]| -> Vec<Span> {
        let span = |event: &Event| {
            let onset_us = whole_us(event.onset_s);
            Span { onset_us, end_us: onset_us + whole_us(event.duration_s) }
        };
        events.iter().map(span).collect()
    };
    let (found, reference) = (spans(found), spans(reference));
    let tolerance_us = match by {
        By::Onset { tolerance_s } => Some(whole_us(tolerance_s)),
        By::Overlap => None,
    };
    let reaches_us = |span: Span| tolerance_us.map_or(span.end_us, |far| span.onset_us + far);
    let mut pairs = Vec::new();
    for Cluster { found: rows, reference: columns } in clusters(&found, &reference, reaches_us) {
        let here: Vec<Span> = rows.iter().map(|&index| found[index]).collect();
        let there: Vec<Span> = columns.iter().map(|&index| reference[index]).collect();
        let paired = match tolerance_us {
            Some(tolerance_us) => onset::pairs(&here, &there, tolerance_us),
            None => overlap::pairs(&here, &there),
        };
        pairs.extend(paired.into_iter().map(|(row, column)| (rows[row], columns[column])));
    }
    pairs
}

/// Cuts time wherever nothing before reaches what comes after.
fn clusters(found: &[Span], reference: &[Span], reaches_us: impl Fn(Span) -> i64) -> Vec<Cluster> {
    let mut order: Vec<(i64, bool, usize)> = found
        .iter()
        .enumerate()
        .map(|(index, span)| (span.onset_us, false, index))
        .chain(reference.iter().enumerate().map(|(index, span)| (span.onset_us, true, index)))
        .collect();
    order.sort_unstable();
    let mut clusters = Vec::new();
    let mut reached_us = i64::MIN;
    for (onset_us, of_reference, index) in order {
        if clusters.is_empty() || onset_us > reached_us {
            clusters.push(Cluster::default());
        }
        let cluster = clusters.last_mut().expect("one was pushed");
        let (list, span) = match of_reference {
            true => (&mut cluster.reference, reference[index]),
            false => (&mut cluster.found, found[index]),
        };
        list.push(index);
        reached_us = reached_us.max(reaches_us(span));
    }
    clusters
}
