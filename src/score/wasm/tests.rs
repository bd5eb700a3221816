use super::*;

fn marks(list: &[(f64, f64, Side)]) -> Vec<LegMovement> {
    let leg =
        |&(onset_s, duration_s, side): &(f64, f64, Side)| LegMovement { onset_s, duration_s, side };
    list.iter().map(leg).collect()
}

/// Candidates of 1 s on the left.
fn at(onsets_s: &[f64]) -> Vec<Combined> {
    combine(&marks(&onsets_s.iter().map(|&onset_s| (onset_s, 1.0, Side::Left)).collect::<Vec<_>>()))
}

fn places(onsets_s: &[f64]) -> Vec<InSeries> {
    series(&at(onsets_s), &[], ShortInterval::MayOpen)
}

fn numbers(onsets_s: &[f64]) -> Vec<u32> {
    places(onsets_s).iter().map(|place| place.series.unwrap_or(0)).collect()
}

use Side::{Bilateral, Left, Right};

#[test]
fn wasm_2016_one_leg_longer_than_10_s_is_no_candidate() {
    for (duration_s, why_not) in [(10.0, None), (10.001, Some(WhyNot::LongerThan10S))] {
        let found = combine(&marks(&[(0.0, duration_s, Left)]));
        assert_eq!(found[0].why_not, why_not, "{duration_s} s");
        assert_eq!(found[0].duration_s, duration_s);
    }
}

#[test]
fn wasm_2016_shorter_than_half_a_second_is_no_movement() {
    assert!(combine(&marks(&[(0.0, 0.499, Left)])).is_empty());
    assert_eq!(combine(&marks(&[(0.0, 0.5, Left)])).len(), 1);
}

#[test]
fn ferri_2017_legs_that_overlap_or_are_less_than_half_a_second_apart_are_one() {
    for (second_onset_s, expected) in [
        (0.0, vec![(0.0, 2.0, Bilateral)]),
        (1.0, vec![(0.0, 3.0, Bilateral)]),
        (2.499, vec![(0.0, 4.499, Bilateral)]),
        (2.5, vec![(0.0, 2.0, Left), (2.5, 2.0, Right)]),
    ] {
        let found = combine(&marks(&[(0.0, 2.0, Left), (second_onset_s, 2.0, Right)]));
        let found: Vec<_> = found.iter().map(|m| (m.onset_s, m.duration_s, m.side)).collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn ferri_2017_legs_join_transitively() {
    let chain = marks(&[(0.0, 2.0, Left), (2.2, 2.0, Right), (4.4, 2.0, Left)]);
    let [movement] = &combine(&chain)[..] else { panic!("one movement") };
    assert_eq!((movement.duration_s, movement.side), (6.4, Bilateral));
    assert_eq!(movement.parts, [0, 1, 2]);
    assert!(movement.candidate());
}

#[test]
fn ferri_2017_both_legs_longer_than_15_s_are_no_candidate() {
    for (second_s, why_not) in [(6.0, None), (6.001, Some(WhyNot::BilateralLongerThan15S))] {
        let found = combine(&marks(&[(0.0, 9.0, Left), (9.0, second_s, Right)]));
        assert_eq!((found.len(), found[0].why_not), (1, why_not));
    }
}

#[test]
fn ferri_2017_more_than_four_parts_are_no_candidate() {
    let side = |n: u32| if n.is_multiple_of(2) { Left } else { Right };
    let parts = |count: u32| {
        let list: Vec<_> = (0..count).map(|n| (f64::from(n) * 1.2, 1.0, side(n))).collect();
        combine(&marks(&list))
    };
    assert_eq!(parts(4).iter().map(|m| m.why_not).collect::<Vec<_>>(), [None]);
    assert_eq!(
        parts(5).iter().map(|m| m.why_not).collect::<Vec<_>>(),
        [Some(WhyNot::MoreThanFourParts)]
    );
}

#[test]
fn wasm_2016_fragments_of_one_leg_are_one_part() {
    let list = [(0.0, 0.6, Left), (1.0, 0.6, Left), (2.0, 0.6, Left), (3.0, 0.6, Left)];
    let found = combine(&marks(&[&list[..], &[(0.0, 0.8, Right), (1.4, 0.8, Right)]].concat()));
    assert_eq!((found.len(), found[0].why_not), (1, None));
    assert_eq!(found[0].parts, [0, 1, 2, 3, 4, 5]);
}

#[test]
fn wasm_2016_a_part_that_is_no_candidate_makes_the_whole_none() {
    let found = combine(&marks(&[(0.0, 10.5, Left), (1.0, 2.0, Right)]));
    assert_eq!((found.len(), found[0].why_not), (1, Some(WhyNot::PartIsNoCandidate)));
}

#[test]
fn a_mark_of_both_legs_may_last_15_s_and_counts_as_two_parts() {
    let why_not = |list: &[(f64, f64, Side)]| combine(&marks(list))[0].why_not;
    assert_eq!(why_not(&[(0.0, 15.0, Bilateral)]), None);
    assert_eq!(why_not(&[(0.0, 15.001, Bilateral)]), Some(WhyNot::BilateralLongerThan15S));
    let four = [(0.0, 2.0, Bilateral), (2.2, 1.0, Left), (3.4, 1.0, Right)];
    assert_eq!(why_not(&four), None);
    let five = [(0.0, 2.0, Bilateral), (2.2, 1.0, Left), (3.4, 2.0, Bilateral)];
    assert_eq!(why_not(&five), Some(WhyNot::MoreThanFourParts));
}

#[test]
fn wasm_2016_a_series_needs_four() {
    assert_eq!(numbers(&[0.0, 20.0, 40.0]), [0; 3]);
    assert_eq!(numbers(&[0.0, 20.0, 40.0, 60.0]), [1; 4]);
}

#[test]
fn wasm_2016_interval_below_10_s_ends_a_series() {
    assert_eq!(numbers(&[0., 20., 40., 60., 69.999, 90., 110., 130.]), [1, 1, 1, 1, 2, 2, 2, 2]);
    assert_eq!(numbers(&[0., 20., 40., 60., 70., 90., 110., 130.]), [1; 8]);
    assert_eq!(numbers(&[0., 20., 40., 45., 65., 85.]), [0; 6]);
}

#[test]
fn wasm_2016_interval_above_90_s_ends_a_series() {
    assert_eq!(numbers(&[0., 20., 40., 60., 150.001, 170., 190., 210.]), [1, 1, 1, 1, 2, 2, 2, 2]);
    assert_eq!(numbers(&[0., 20., 40., 60., 150., 170., 190., 210.]), [1; 8]);
}

#[test]
fn wasm_2016_bounds_hold_for_onsets_in_binary_fractions() {
    // None of these is a sum of powers of two; 10.1 − 0.1 is above 10 or below.
    for shift in 1..1000 {
        let shift_s = f64::from(shift) * 0.1;
        let onsets_s = [0., 10., 100., 110.].map(|onset_s| onset_s + shift_s);
        assert_eq!(numbers(&onsets_s), [1; 4], "from {shift_s} s");
    }
}

#[test]
fn strict_reading_after_a_short_interval_the_next_may_open() {
    let strict = |onsets_s: &[f64]| series(&at(onsets_s), &[], ShortInterval::MayNotOpen);
    let places = strict(&[0., 5., 25., 45., 65., 85.]);
    let numbers: Vec<_> = places.iter().map(|place| place.series).collect();
    assert_eq!(numbers, [None, None, Some(1), Some(1), Some(1), Some(1)]);
    assert_eq!(places[1].reason, Reason::MayNotOpen);
    assert_eq!(places[2].reason, Reason::Opens(Opening::AfterMayNotOpen));
    assert_eq!(places[2].imi_s, Some(20.0));
}

#[test]
fn wasm_2016_a_movement_that_is_no_candidate_ends_a_series() {
    let mut list: Vec<_> = [0., 20., 40., 60., 100., 120., 140., 160.]
        .iter()
        .map(|&onset_s| (onset_s, 1.0, Left))
        .collect();
    list.push((75.0, 10.5, Right));
    let stream = combine(&marks(&list));
    let places = series(&stream, &[], ShortInterval::MayOpen);
    let numbers: Vec<_> = places.iter().map(|place| place.series.unwrap_or(0)).collect();
    assert_eq!(numbers, [1, 1, 1, 1, 0, 2, 2, 2, 2]);
    assert_eq!(places[4].reason, Reason::NotCandidate(WhyNot::LongerThan10S));
    assert_eq!((places[4].imi_s, places[5].imi_s), (None, None));
    assert_eq!(places[5].reason, Reason::Opens(Opening::AfterNonCandidate));
}

#[test]
fn a_gap_in_the_recording_ends_a_series_and_leaves_the_interval_open() {
    let stream = at(&[0., 20., 40., 60., 80., 100., 120., 140.]);
    for (gap, ends) in [
        ((65.0, 70.0), true),
        ((60.5, 79.0), true),
        ((65.0, 65.5), true),
        ((141.0, 500.0), false),
        ((-10.0, 0.0), false),
    ] {
        let places = series(&stream, &[gap], ShortInterval::MayOpen);
        let numbers: Vec<_> = places.iter().map(|place| place.series.unwrap_or(0)).collect();
        if ends {
            assert_eq!(numbers, [1, 1, 1, 1, 2, 2, 2, 2], "{gap:?}");
            assert_eq!(places[4].imi_s, None);
            assert_eq!(places[4].reason, Reason::Opens(Opening::AfterGap));
        } else {
            assert_eq!(numbers, [1; 8], "{gap:?}");
        }
    }
}

#[test]
fn every_place_has_its_reason() {
    let places = places(&[0., 20., 40., 60., 200., 204., 224., 400.]);
    let told: Vec<String> = places.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "first of series 1: no candidate before it",
            "in series 1: 20 s after the movement before",
            "in series 1: 20 s after the movement before",
            "in series 1: 20 s after the movement before",
            "in no series: alone, 140 s after the movement before, over 90 s; ends series 1",
            "in no series: in a run of 2 and 4 are needed, 4 s after the candidate before, \
             under 10 s; ends a run of 1",
            "in no series: in a run of 2 and 4 are needed",
            "in no series: alone, 176 s after the movement before, over 90 s; ends a run of 2",
        ]
    );
    let intervals: Vec<_> = places.iter().map(|place| place.imi_s).collect();
    let expected = [20., 20., 20., 140., 4., 20., 176.].map(Some);
    assert_eq!(intervals, [&[None][..], &expected].concat());
}

#[test]
fn a_movement_that_ends_a_series_says_which() {
    let list = [(0., 1.), (20., 1.), (40., 1.), (60., 1.), (80., 11.), (100., 1.), (103.5, 1.)];
    let list: Vec<_> =
        list.iter().map(|&(onset_s, duration_s)| (onset_s, duration_s, Left)).collect();
    let stream = combine(&marks(&list));
    let told = |reading| -> Vec<String> {
        series(&stream, &[], reading)[4..].iter().map(ToString::to_string).collect()
    };
    let non_candidate = "no candidate: longer than 10 s; ends series 1";
    let alone = "in no series: alone, after a movement that is no candidate";
    assert_eq!(
        told(ShortInterval::MayOpen),
        [
            non_candidate,
            alone,
            "in no series: alone, 3.5 s after the candidate before, under 10 s; ends a run of 1",
        ]
    );
    assert_eq!(
        told(ShortInterval::MayNotOpen),
        [
            non_candidate,
            alone,
            "in no series: 3.5 s after the candidate before, under 10 s, so it may not begin one; \
             ends a run of 1",
        ]
    );
}
