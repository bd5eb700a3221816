use std::cmp::Reverse;

use proptest::prelude::*;

use super::*;

fn events(list: &[(f64, f64)]) -> Vec<Event> {
    list.iter().map(|&(onset_s, duration_s)| Event::new(onset_s, duration_s)).collect()
}

fn onsets(list: &[f64]) -> Vec<Event> {
    list.iter().map(|&onset_s| Event::new(onset_s, 1.0)).collect()
}

const ONE_SECOND: By = By::Onset { tolerance_s: 1.0 };

/// The nearest first would take 10.6 for 10.4 and leave 9.5 alone.
#[test]
fn two_pairs_are_better_than_the_nearest_one() {
    let pairs = pairs(&onsets(&[10.4, 11.5]), &onsets(&[9.5, 10.6]), ONE_SECOND);
    assert_eq!(pairs, [(0, 0), (1, 1)]);
}

#[test]
fn of_two_candidates_the_nearer_is_taken() {
    assert_eq!(pairs(&onsets(&[10.0]), &onsets(&[9.2, 10.3]), ONE_SECOND), [(0, 1)]);
    assert_eq!(pairs(&onsets(&[9.2, 10.3]), &onsets(&[10.0]), ONE_SECOND), [(1, 0)]);
}

/// 2.003 − 1.003 is a little more than 1 in binary fractions.
#[test]
fn the_tolerance_itself_still_counts() {
    let (early_s, late_s): (f64, f64) = (1.003, 2.003);
    assert!(late_s - early_s > 1.0);
    assert_eq!(pairs(&onsets(&[late_s]), &onsets(&[early_s]), ONE_SECOND), [(0, 0)]);
    assert_eq!(pairs(&onsets(&[2.004]), &onsets(&[early_s]), ONE_SECOND), []);
}

#[test]
fn rows_may_be_in_any_order() {
    let found = onsets(&[50.0, 10.0, 30.0]);
    let reference = onsets(&[30.5, 49.5, 10.5]);
    assert_eq!(pairs(&found, &reference, ONE_SECOND), [(1, 2), (2, 0), (0, 1)]);
}

/// The long reference movement lies over both found ones, the short one within
/// it only over the first: in the order of time only one pair could be made.
#[test]
fn overlaps_may_cross_in_time() {
    let found = events(&[(0.0, 3.0), (50.0, 10.0)]);
    let reference = events(&[(0.0, 100.0), (1.0, 1.0)]);
    assert_eq!(pairs(&found, &reference, By::Overlap), [(0, 1), (1, 0)]);
}

#[test]
fn movements_that_only_touch_do_not_overlap() {
    assert_eq!(pairs(&events(&[(5.0, 2.0)]), &events(&[(7.0, 2.0)]), By::Overlap), []);
    assert_eq!(pairs(&events(&[(5.0, 2.001)]), &events(&[(7.0, 2.0)]), By::Overlap), [(0, 0)]);
    // Marks without length.
    assert_eq!(pairs(&events(&[(5.0, 0.0)]), &events(&[(5.0, 0.0)]), By::Overlap), [(0, 0)]);
    assert_eq!(pairs(&events(&[(5.0, 0.0)]), &events(&[(4.0, 2.0)]), By::Overlap), [(0, 0)]);
}

#[test]
fn nothing_pairs_with_nothing() {
    for by in [ONE_SECOND, By::Overlap] {
        assert_eq!(pairs(&[], &onsets(&[1.0]), by), []);
        assert_eq!(pairs(&onsets(&[1.0]), &[], by), []);
    }
}

/// A whole night in which everything is near everything: one cluster.
#[test]
fn a_night_in_one_cluster_is_paired_in_order() {
    let found: Vec<f64> = (0..1500).map(|k| f64::from(k) * 20.0).collect();
    let reference: Vec<f64> = found.iter().map(|onset_s| onset_s + 0.3).collect();
    let wide = By::Onset { tolerance_s: 60.0 };
    let paired = pairs(&onsets(&found), &onsets(&reference), wide);
    assert!(paired.len() == 1500 && paired.iter().all(|(f, r)| f == r));
    let long: Vec<(f64, f64)> = found.iter().map(|&onset_s| (onset_s, 100.0)).collect();
    let paired = pairs(&events(&long), &events(&long), By::Overlap);
    assert!(paired.len() == 1500 && paired.iter().all(|(f, r)| f == r));
}

/// Tenths of seconds as microseconds.
type Tenths = (i64, i64);

fn may_pair(found: Tenths, reference: Tenths, tolerance: Option<i64>) -> bool {
    match tolerance {
        Some(tolerance) => (found.0 - reference.0).abs() <= tolerance,
        None => {
            let begins_within = |one: Tenths, other: Tenths| {
                one.0 == other.0 || (other.0..other.0 + other.1).contains(&one.0)
            };
            begins_within(found, reference) || begins_within(reference, found)
        }
    }
}

/// The worth of the best pairing, by trying all.
fn best(
    found: &[Tenths],
    reference: &[Tenths],
    taken: &mut Vec<bool>,
    tolerance: Option<i64>,
) -> (usize, Reverse<i64>) {
    let Some((&first, rest)) = found.split_first() else { return (0, Reverse(0)) };
    let mut worth = best(rest, reference, taken, tolerance);
    for (index, &other) in reference.iter().enumerate() {
        if taken[index] || !may_pair(first, other, tolerance) {
            continue;
        }
        taken[index] = true;
        let (count, Reverse(sum)) = best(rest, reference, taken, tolerance);
        taken[index] = false;
        worth = worth.max((count + 1, Reverse(sum + (first.0 - other.0).abs())));
    }
    worth
}

fn seconds(list: &[Tenths]) -> Vec<Event> {
    let tenth = |tenths: i64| tenths as f64 / 10.0;
    list.iter().map(|&(onset, duration)| Event::new(tenth(onset), tenth(duration))).collect()
}

fn list() -> impl Strategy<Value = Vec<Tenths>> {
    proptest::collection::vec((0_i64..60, 0_i64..25), 0..7)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_pairing_is_better(
        found in list(),
        reference in list(),
        tolerance in proptest::option::of(0_i64..20),
    ) {
        let by = match tolerance {
            Some(tenths) => By::Onset { tolerance_s: tenths as f64 / 10.0 },
            None => By::Overlap,
        };
        let pairs = pairs(&seconds(&found), &seconds(&reference), by);
        let (mut rows, mut columns): (Vec<usize>, Vec<usize>) = pairs.iter().copied().unzip();
        rows.sort_unstable();
        columns.sort_unstable();
        prop_assert!(rows.windows(2).all(|two| two[0] < two[1]), "{pairs:?}");
        prop_assert!(columns.windows(2).all(|two| two[0] < two[1]), "{pairs:?}");
        for &(f, r) in &pairs {
            prop_assert!(may_pair(found[f], reference[r], tolerance), "{pairs:?}");
        }
        let sum = pairs.iter().map(|&(f, r)| (found[f].0 - reference[r].0).abs()).sum();
        let mut taken = vec![false; reference.len()];
        let best = best(&found, &reference, &mut taken, tolerance);
        prop_assert_eq!((pairs.len(), Reverse(sum)), best);
    }
}
