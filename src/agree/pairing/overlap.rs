//! Pairs of movements that overlap.
//!
//! A long movement may lie over several short ones, and the best pairing may
//! then cross in time. It is built one found movement at a time: the newcomer
//! takes a reference movement whose holder moves on to another, and so forth,
//! along the cheapest such chain. The pairing is the best of those so far after
//! every step (successive shortest augmenting paths; Jonker & Volgenant 1987).

use std::collections::VecDeque;

use super::Span;

/// Both lists ascend by onset; the pairs ascend by found. At worst O(n²·e) for
/// n found movements and e overlaps in the cluster, in practice O(n·e).
pub(super) fn pairs(found: &[Span], reference: &[Span]) -> Vec<(usize, usize)> {
    let overlaps: Vec<Vec<usize>> = found
        .iter()
        .map(|&here| (0..reference.len()).filter(|&r| overlap(here, reference[r])).collect())
        .collect();
    let mut pairing = Pairing {
        found,
        reference,
        overlaps,
        held_by: vec![None; found.len()],
        holder_of: vec![None; reference.len()],
    };
    for newcomer in 0..found.len() {
        pairing.place(newcomer);
    }
    pairing.held_by.iter().enumerate().filter_map(|(f, held)| Some((f, (*held)?))).collect()
}

fn overlap(a: Span, b: Span) -> bool {
    a.onset_us == b.onset_us || (a.onset_us < b.end_us && b.onset_us < a.end_us)
}

struct Pairing<'a> {
    found: &'a [Span],
    reference: &'a [Span],
    /// The reference movements that each found one overlaps.
    overlaps: Vec<Vec<usize>>,
    /// The reference movement each found one holds.
    held_by: Vec<Option<usize>>,
    /// … and the reverse.
    holder_of: Vec<Option<usize>>,
}

/// The cheapest way to lay hands on a reference movement.
#[derive(Debug, Clone, Copy)]
struct Claim {
    /// What the distances of all pairs grow by, µs.
    cost_us: i64,
    by: usize,
}

impl Pairing<'_> {
    fn distance_us(&self, f: usize, r: usize) -> i64 {
        self.found[f].distance_us(self.reference[r])
    }

    /// Gives the newcomer a reference movement if that makes one pair more, or
    /// as many with less distance.
    fn place(&mut self, newcomer: usize) {
        let claims = self.claims(newcomer);
        let free = |&(r, _): &(usize, Claim)| self.holder_of[r].is_none();
        let claimed = || claims.iter().enumerate().filter_map(|(r, claim)| Some((r, (*claim)?)));
        // One pair more; else the holder at the end of the chain is left
        // without, unless it costs less to leave the newcomer without.
        let more = claimed().filter(free).min_by_key(|(_, claim)| claim.cost_us);
        let end = more.map(|(r, _)| r).or_else(|| {
            claimed()
                .filter_map(|(r, claim)| {
                    Some((r, claim.cost_us - self.distance_us(self.holder_of[r]?, r)))
                })
                .filter(|&(_, change_us)| change_us < 0)
                .min_by_key(|&(_, change_us)| change_us)
                .map(|(r, _)| r)
        });
        let Some(end) = end else { return };
        if let Some(dropped) = self.holder_of[end] {
            self.held_by[dropped] = None;
        }
        let mut next = Some(end);
        while let Some(r) = next {
            let by = claims[r].expect("the chain is made of claims").by;
            next = self.held_by[by].replace(r);
            self.holder_of[r] = Some(by);
        }
    }

    /// The cheapest claim on every reference movement within reach: the
    /// newcomer's own, or that of a holder who makes room. Costs may be
    /// negative; the search (Bellman–Ford with a queue) ends, since in a best
    /// pairing no round of exchanges gains anything.
    fn claims(&self, newcomer: usize) -> Vec<Option<Claim>> {
        let mut claims: Vec<Option<Claim>> = vec![None; self.reference.len()];
        let mut queue = VecDeque::from([(newcomer, 0)]);
        while let Some((by, cost_us)) = queue.pop_front() {
            for &r in &self.overlaps[by] {
                let cost_us = cost_us + self.distance_us(by, r);
                let better = claims[r].is_none_or(|claim| cost_us < claim.cost_us);
                if self.held_by[by] == Some(r) || !better {
                    continue;
                }
                claims[r] = Some(Claim { cost_us, by });
                if let Some(holder) = self.holder_of[r] {
                    queue.push_back((holder, cost_us - self.distance_us(holder, r)));
                }
            }
        }
        claims
    }
}
