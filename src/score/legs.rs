//! Marks of one leg become movements of one leg.

use super::{LegMovement, whole_ms};
use crate::recording::Side;

/// A movement lasts at least this long, ms (AASM and WASM).
pub(super) const SHORTEST_MS: i64 = 500;
/// A movement of one leg that lasts longer is no candidate, ms (AASM and WASM).
pub(super) const LONGEST_MS: i64 = 10_000;
/// A movement ends with this much quiet, ms (AASM and WASM).
pub(super) const QUIET_MS: i64 = 500;

/// A movement of one leg, made of one mark or of several.
#[derive(Debug, Clone, PartialEq)]
pub struct OneLeg {
    /// Seconds from the first frame.
    pub onset_s: f64,
    /// Seconds from the first frame.
    pub end_s: f64,
    /// The leg; [`Side::Bilateral`] for a mark of both.
    pub side: Side,
    /// Indices into the input, ascending.
    pub parts: Vec<usize>,
}

impl OneLeg {
    /// Whole milliseconds.
    pub(super) fn duration_ms(&self) -> i64 {
        whole_ms(self.end_s - self.onset_s)
    }
}

/// Joins marks of the same leg with less than 0.5 s between them, then leaves
/// out what is shorter than 0.5 s. By both standards a movement lasts until the
/// leg has been quiet for 0.5 s (AASM manual; Ferri et al. 2016), so such marks
/// are fragments of one movement. Ascending by onset.
pub fn join(movements: &[LegMovement]) -> Vec<OneLeg> {
    let mut order: Vec<usize> = (0..movements.len()).collect();
    order.sort_by(|&i, &j| movements[i].onset_s.total_cmp(&movements[j].onset_s));

    let mut joined: Vec<OneLeg> = Vec::new();
    let mut last_of_side: [Option<usize>; 3] = [None; 3];
    for index in order {
        let LegMovement { onset_s, duration_s, side } = movements[index];
        let end_s = onset_s + duration_s;
        let last = &mut last_of_side[side as usize];
        match last.map(|position| &mut joined[position]) {
            Some(open) if whole_ms(onset_s - open.end_s) < QUIET_MS => {
                open.end_s = open.end_s.max(end_s);
                open.parts.push(index);
            }
            _ => {
                *last = Some(joined.len());
                joined.push(OneLeg { onset_s, end_s, side, parts: vec![index] });
            }
        }
    }
    joined.retain(|movement| movement.duration_ms() >= SHORTEST_MS);
    joined.iter_mut().for_each(|movement| movement.parts.sort_unstable());
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(marks: &[(f64, f64, Side)]) -> Vec<(f64, f64, Vec<usize>)> {
        let marks: Vec<LegMovement> = marks
            .iter()
            .map(|&(onset_s, duration_s, side)| LegMovement { onset_s, duration_s, side })
            .collect();
        join(&marks).into_iter().map(|leg| (leg.onset_s, leg.end_s, leg.parts)).collect()
    }

    #[test]
    fn quiet_of_499_ms_joins_and_of_500_ms_ends_a_movement() {
        let one = joined(&[(0.0, 1.0, Side::Left), (1.499, 1.0, Side::Left)]);
        assert_eq!(one, [(0.0, 2.499, vec![0, 1])]);
        let two = joined(&[(0.0, 1.0, Side::Left), (1.5, 1.0, Side::Left)]);
        assert_eq!(two.len(), 2);
    }

    #[test]
    fn half_a_second_in_binary_fractions_is_half_a_second() {
        // 1.4 − (0.1 + 0.8) is 0.4999…9 in binary.
        assert_eq!(joined(&[(0.1, 0.8, Side::Left), (1.4, 0.5, Side::Left)]).len(), 2);
    }

    #[test]
    fn a_movement_of_499_ms_is_left_out_and_of_500_ms_is_kept() {
        assert!(joined(&[(3.0, 0.499, Side::Right)]).is_empty());
        assert_eq!(joined(&[(3.0, 0.5, Side::Right)]).len(), 1);
    }

    #[test]
    fn fragments_are_joined_before_the_short_are_left_out() {
        let one = joined(&[(0.0, 0.2, Side::Left), (0.6, 0.2, Side::Left)]);
        assert_eq!(one, [(0.0, 0.8, vec![0, 1])]);
    }

    #[test]
    fn a_mark_inside_a_longer_one_does_not_shorten_it() {
        let one = joined(&[(0.0, 5.0, Side::Left), (1.0, 1.0, Side::Left), (5.2, 1.0, Side::Left)]);
        assert_eq!(one, [(0.0, 6.2, vec![0, 1, 2])]);
    }

    #[test]
    fn the_other_leg_between_them_does_not_matter() {
        let both =
            joined(&[(0.0, 1.0, Side::Left), (1.1, 0.5, Side::Right), (1.2, 1.0, Side::Left)]);
        assert_eq!(both, [(0.0, 2.2, vec![0, 2]), (1.1, 1.6, vec![1])]);
    }

    #[test]
    fn unsorted_marks_come_out_in_order_with_their_indices() {
        let out = joined(&[(50.0, 1.0, Side::Left), (10.0, 1.0, Side::Left)]);
        assert_eq!(out, [(10.0, 11.0, vec![1]), (50.0, 51.0, vec![0])]);
    }
}
