//! Pairs by distance of onsets.
//!
//! Two pairs that cross in time can be uncrossed: neither of the two distances
//! then exceeds the larger of before, nor does their sum. So some best pairing
//! keeps the order of time, and is found by dynamic programming over the two
//! ascending lists.

use std::cmp::Reverse;

use super::Span;

/// Number of pairs, then the sum of their distances in µs, less is better.
type Worth = (u32, Reverse<i64>);

/// What is best done with the first found and the first reference movement of
/// the rest.
#[derive(Debug, Clone, Copy)]
enum Step {
    Pair,
    SkipFound,
    SkipReference,
}

/// Both lists ascend by onset; so do the pairs. O(n·m), a byte each.
pub(super) fn pairs(found: &[Span], reference: &[Span], tolerance_us: i64) -> Vec<(usize, usize)> {
    let columns = reference.len();
    let mut steps = vec![Step::SkipFound; found.len() * columns];
    // The worth of what is left from each reference movement on, for the row
    // below and for this one.
    let mut below: Vec<Worth> = vec![(0, Reverse(0)); columns + 1];
    let mut row = below.clone();
    for (f, &here) in found.iter().enumerate().rev() {
        for (r, &there) in reference.iter().enumerate().rev() {
            let mut best = (below[r], Step::SkipFound);
            if row[r + 1] > best.0 {
                best = (row[r + 1], Step::SkipReference);
            }
            let distance_us = here.distance_us(there);
            let (count, Reverse(sum_us)) = below[r + 1];
            let paired = (count + 1, Reverse(sum_us + distance_us));
            if distance_us <= tolerance_us && paired >= best.0 {
                best = (paired, Step::Pair);
            }
            (row[r], steps[f * columns + r]) = best;
        }
        std::mem::swap(&mut row, &mut below);
    }
    let (mut f, mut r, mut pairs) = (0, 0, Vec::new());
    while f < found.len() && r < columns {
        let step = steps[f * columns + r];
        if matches!(step, Step::Pair) {
            pairs.push((f, r));
        }
        f += usize::from(!matches!(step, Step::SkipReference));
        r += usize::from(!matches!(step, Step::SkipFound));
    }
    pairs
}
