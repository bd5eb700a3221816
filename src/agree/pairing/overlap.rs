//! Pairs of movements that overlap.
//!
//! A long movement may lie over several short ones, and the best pairing may
//! then cross in time: this is the assignment problem. It is solved one found
//! movement at a time: the newcomer takes a reference movement whose holder
//! moves on to another, and so forth, along the cheapest such chain (shortest
//! augmenting paths with potentials; Jonker & Volgenant 1987).

use super::Span;

/// What a pair is worth, µs: more than all distances together, so that one pair
/// more always pays. Potentials are sums of these and need more than 64 bits.
const PAIR: i128 = 1 << 80;

/// Both lists ascend by onset; the pairs ascend by found. At worst O(n·m²) for
/// n found and m reference movements of the cluster; in practice a chain is a
/// few movements long.
pub(super) fn pairs(found: &[Span], reference: &[Span]) -> Vec<(usize, usize)> {
    let chances = |&here: &Span| -> Vec<(usize, i128)> {
        let there = reference.iter().enumerate().filter(|(_, there)| overlap(here, **there));
        there.map(|(r, there)| (r, i128::from(here.distance_us(*there)) - PAIR)).collect()
    };
    let mut pairing = Pairing {
        chances: found.iter().map(chances).collect(),
        held_by: vec![None; found.len()],
        holder_of: vec![None; reference.len()],
        price_of_found: vec![0; found.len()],
        price_of_reference: vec![0; reference.len()],
    };
    for newcomer in 0..found.len() {
        pairing.place(newcomer);
    }
    pairing.held_by.iter().enumerate().filter_map(|(f, held)| Some((f, (*held)?))).collect()
}

fn overlap(a: Span, b: Span) -> bool {
    a.onset_us == b.onset_us || (a.onset_us < b.end_us && b.onset_us < a.end_us)
}

/// The best pairing of the found movements placed so far. Being without a
/// partner costs 0.
struct Pairing {
    /// The reference movements that each found one overlaps, and their costs.
    chances: Vec<Vec<(usize, i128)>>,
    /// The reference movement each found one holds.
    held_by: Vec<Option<usize>>,
    /// … and the reverse.
    holder_of: Vec<Option<usize>>,
    /// Potentials: no cost is below the sum of its two, that of a pair is equal.
    price_of_found: Vec<i128>,
    price_of_reference: Vec<i128>,
}

/// The cheapest way found so far to lay hands on a reference movement.
#[derive(Debug, Clone, Copy)]
struct Claim {
    r: usize,
    by: usize,
    cost: i128,
    /// Whether there can be none cheaper.
    settled: bool,
}

/// Where a chain ends.
#[derive(Debug, Clone, Copy)]
enum End {
    /// At a reference movement that nobody held.
    Free(usize),
    /// At a found movement that goes without.
    Without(usize),
}

impl Pairing {
    fn place(&mut self, newcomer: usize) {
        let (claims, end, cost) = self.search(newcomer);
        for claim in claims.iter().filter(|claim| claim.settled) {
            self.price_of_reference[claim.r] -= cost - claim.cost;
            if let Some(holder) = self.holder_of[claim.r] {
                self.price_of_found[holder] += cost - claim.cost;
            }
        }
        self.price_of_found[newcomer] += cost;
        let mut next = match end {
            End::Free(r) => Some(r),
            End::Without(f) => self.held_by[f].take(),
        };
        while let Some(r) = next {
            let claim = claims.iter().find(|claim| claim.r == r);
            let by = claim.expect("a chain is made of claims").by;
            next = self.held_by[by].replace(r);
            self.holder_of[r] = Some(by);
        }
    }

    /// Dijkstra's search over reduced costs, from the newcomer to the nearest
    /// end.
    fn search(&self, newcomer: usize) -> (Vec<Claim>, End, i128) {
        let mut claims: Vec<Claim> = Vec::new();
        let mut place_of: Vec<Option<usize>> = vec![None; self.holder_of.len()];
        let (mut by, mut cost) = (newcomer, 0);
        let mut without = (-self.price_of_found[newcomer], End::Without(newcomer));
        loop {
            for &(r, pair) in &self.chances[by] {
                let cost = cost + pair - self.price_of_found[by] - self.price_of_reference[r];
                let place = *place_of[r].get_or_insert_with(|| {
                    claims.push(Claim { r, by, cost, settled: false });
                    claims.len() - 1
                });
                if !claims[place].settled && cost < claims[place].cost {
                    (claims[place].by, claims[place].cost) = (by, cost);
                }
            }
            let open = claims.iter_mut().filter(|claim| !claim.settled);
            let nearest = open.min_by_key(|claim| claim.cost);
            let Some(nearest) = nearest.filter(|claim| claim.cost < without.0) else {
                return (claims, without.1, without.0);
            };
            (nearest.settled, cost) = (true, nearest.cost);
            let r = nearest.r;
            let Some(holder) = self.holder_of[r] else { return (claims, End::Free(r), cost) };
            by = holder;
            let leave = cost - self.price_of_found[holder];
            if leave < without.0 {
                without = (leave, End::Without(holder));
            }
        }
    }
}
