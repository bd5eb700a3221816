use super::*;
use Side::{Bilateral, Left, Right};

fn marks(list: &[(f64, f64, Side)]) -> Vec<LegMovement> {
    let leg =
        |&(onset_s, duration_s, side): &(f64, f64, Side)| LegMovement { onset_s, duration_s, side };
    list.iter().map(leg).collect()
}

fn one_leg(onsets_s: &[f64]) -> Vec<InSeries> {
    let list: Vec<_> = onsets_s.iter().map(|&onset_s| (onset_s, 1.0, Left)).collect();
    series(&combine(&marks(&list)), &[])
}

fn numbers(places: &[InSeries]) -> Vec<u32> {
    places.iter().map(|place| place.series.unwrap_or(0)).collect()
}

#[test]
fn aasm_onsets_of_different_legs_under_5_s_apart_are_one() {
    for (second_s, expected) in
        [(4.999, vec![(0.0, 5.999, Bilateral)]), (5.0, vec![(0.0, 1.0, Left), (5.0, 1.0, Right)])]
    {
        let found = combine(&marks(&[(0.0, 1.0, Left), (second_s, 1.0, Right)]));
        let found: Vec<_> = found.iter().map(|m| (m.onset_s, m.duration_s, m.side)).collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn aasm_the_interval_after_two_legs_is_from_the_onset_of_the_first() {
    let onsets_s = [(0., Left), (4., Right), (20., Left), (40., Left), (60., Left), (64., Right)];
    let list = onsets_s.map(|(onset_s, side)| (onset_s, 1.0, side));
    let places = series(&combine(&marks(&list)), &[]);
    assert_eq!(numbers(&places), [1; 4]);
    let intervals: Vec<_> = places.iter().map(|place| place.imi_s).collect();
    assert_eq!(intervals, [None, Some(20.0), Some(20.0), Some(20.0)]);
}

#[test]
fn aasm_alternating_legs_do_not_chain_into_one_movement() {
    let list: Vec<_> =
        (0..8).map(|n| (4.0 * f64::from(n), 1.0, if n % 2 == 0 { Left } else { Right })).collect();
    let found = combine(&marks(&list));
    let onsets: Vec<_> = found.iter().map(|m| m.onset_s).collect();
    assert_eq!(onsets, [0.0, 8.0, 16.0, 24.0]);
    assert_eq!(numbers(&series(&found, &[])), [1; 4]);
}

#[test]
fn aasm_an_interval_under_5_s_is_skipped_and_the_last_is_not_moved() {
    let places = one_leg(&[0., 4.999, 20., 40., 60.]);
    assert_eq!(numbers(&places), [1, 0, 1, 1, 1]);
    assert_eq!(places[1].reason, Reason::NotCounted);
    assert_eq!(places[1].imi_s, Some(4.999));
    assert_eq!(places[2].imi_s, Some(20.0));
    assert_eq!(numbers(&one_leg(&[0., 5., 20., 40., 60.])), [1; 5]);
}

#[test]
fn aasm_interval_above_90_s_ends_a_series() {
    assert_eq!(
        numbers(&one_leg(&[0., 20., 40., 60., 150.001, 170., 190., 210.])),
        [1, 1, 1, 1, 2, 2, 2, 2]
    );
    assert_eq!(numbers(&one_leg(&[0., 20., 40., 60., 150., 170., 190., 210.])), [1; 8]);
}

#[test]
fn aasm_a_series_needs_four() {
    assert_eq!(numbers(&one_leg(&[0., 20., 40.])), [0; 3]);
    assert_eq!(numbers(&one_leg(&[0., 20., 40., 60.])), [1; 4]);
}

#[test]
fn aasm_longer_than_10_s_has_no_effect() {
    let list =
        [(0., 1., Left), (20., 1., Left), (25., 10.001, Right), (40., 1., Left), (60., 1., Left)];
    let stream = combine(&marks(&list));
    let places = series(&stream, &[]);
    assert_eq!(numbers(&places), [1, 1, 0, 1, 1]);
    assert_eq!(stream[2].why_not, Some(WhyNot::LongerThan10S));
    assert_eq!((places[2].imi_s, places[3].imi_s), (None, Some(20.0)));
    let ten = combine(&marks(&[(25., 10.0, Right)]));
    assert_eq!(ten[0].why_not, None);
}

#[test]
fn aasm_longer_than_10_s_joins_with_nothing() {
    let found = combine(&marks(&[(0.0, 12.0, Left), (2.0, 1.0, Right), (3.0, 1.0, Left)]));
    let found: Vec<_> = found.iter().map(|m| (m.onset_s, m.side, m.candidate())).collect();
    // The third touches the first and is a fragment of it.
    assert_eq!(found, [(0.0, Left, false), (2.0, Right, true)]);
}

#[test]
fn a_gap_in_the_recording_ends_a_series() {
    let list = [0., 20., 40., 60., 80., 100., 120., 140.].map(|onset_s| (onset_s, 1.0, Left));
    let places = series(&combine(&marks(&list)), &[(65.0, 70.0)]);
    assert_eq!(numbers(&places), [1, 1, 1, 1, 2, 2, 2, 2]);
    assert_eq!(places[4].imi_s, None);
    assert_eq!(places[4].reason, Reason::Opens(Opening::AfterGap));
}
