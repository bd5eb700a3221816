//! Both standards on the same lists, and against the rules written a second
//! time in whole milliseconds.

use proptest::prelude::*;

use super::periodicity::pi_ferri;
use super::*;

const WASM: Rules = Rules::Wasm(ShortInterval::MayOpen);
const STRICT: Rules = Rules::Wasm(ShortInterval::MayNotOpen);

fn left(events: &[(f64, f64)]) -> Vec<LegMovement> {
    let leg = |&(onset_s, duration_s)| LegMovement { onset_s, duration_s, side: Side::Left };
    events.iter().map(leg).collect()
}

fn two_seconds_each(onsets_s: &[f64]) -> Vec<LegMovement> {
    left(&onsets_s.iter().map(|&onset_s| (onset_s, 2.0)).collect::<Vec<_>>())
}

fn periodic(movements: &[LegMovement], rules: Rules) -> usize {
    score(movements, &[], rules).iter().filter(|(_, place)| place.series.is_some()).count()
}

fn wasm_pi(movements: &[LegMovement]) -> f64 {
    pi_ferri(score(movements, &[], WASM).iter().map(|(_, place)| place.imi_s)).unwrap()
}

/// Lists whose numbers of periodic movements were worked out by hand from the
/// texts of the standards; the index is that of Ferri et al. 2006.
#[test]
fn worked_lists_under_both_standards() {
    let worked: [(&str, Vec<LegMovement>, [usize; 3], f64); 9] = [
        ("A", two_seconds_each(&[0., 20., 40., 60.]), [4, 4, 4], 1.0),
        ("B", two_seconds_each(&[0., 20., 40., 130.1]), [0, 0, 0], 0.0),
        ("C", two_seconds_each(&[0., 20., 40., 60., 65., 85., 105., 125.]), [8, 4, 8], 6.0 / 7.0),
        ("D", two_seconds_each(&[0., 20., 40., 44., 64., 84.]), [0, 0, 5], 0.0),
        (
            // No interval is measured across the movement of 12 s.
            "E",
            left(&[
                (0., 2.),
                (20., 2.),
                (40., 2.),
                (50., 12.),
                (70., 2.),
                (90., 2.),
                (110., 2.),
                (130., 2.),
            ]),
            [4, 4, 7],
            3.0 / 5.0,
        ),
        ("F", two_seconds_each(&[0., 10., 20., 30.]), [4, 4, 4], 1.0),
        ("G", two_seconds_each(&[0., 5., 10., 15.]), [0, 0, 4], 0.0),
        ("H", two_seconds_each(&[0., 90., 180., 270.]), [4, 4, 4], 1.0),
        ("J", two_seconds_each(&[0., 20., 40., 43., 46., 66., 86., 106., 126.]), [5, 4, 8], 0.5),
    ];
    for (name, movements, [open, strict, aasm], pi) in worked {
        assert_eq!(periodic(&movements, WASM), open, "{name}, WASM");
        assert_eq!(periodic(&movements, STRICT), strict, "{name}, WASM, strict reading");
        assert_eq!(periodic(&movements, Rules::Aasm), aasm, "{name}, AASM");
        assert!((wasm_pi(&movements) - pi).abs() < 1e-12, "{name}, periodicity index");
    }
}

#[test]
fn c_is_two_series_of_four_by_wasm_and_one_of_eight_by_aasm() {
    let movements = two_seconds_each(&[0., 20., 40., 60., 65., 85., 105., 125.]);
    let numbers = |rules| -> Vec<Option<u32>> {
        score(&movements, &[], rules).iter().map(|(_, place)| place.series).collect()
    };
    assert_eq!(numbers(WASM), [1, 1, 1, 1, 2, 2, 2, 2].map(Some));
    assert_eq!(numbers(Rules::Aasm), [Some(1); 8]);
}

/// A movement as the second writing of the rules sees it: whole milliseconds,
/// legs as bits (1 left, 2 right).
#[derive(Debug, Clone, PartialEq)]
struct Naive {
    onset: i64,
    end: i64,
    legs: u8,
    parts: Vec<usize>,
    count: usize,
    candidate: bool,
}

fn absorb(into: &mut Naive, other: &Naive) {
    into.onset = into.onset.min(other.onset);
    into.end = into.end.max(other.end);
    into.legs |= other.legs;
    into.parts.extend(&other.parts);
    into.parts.sort_unstable();
    into.count += other.count;
    into.candidate &= other.candidate;
}

/// Joins any two until no two are left that `belong`.
fn join_all(mut list: Vec<Naive>, belong: impl Fn(&Naive, &Naive) -> bool) -> Vec<Naive> {
    'again: loop {
        for i in 0..list.len() {
            for j in 0..list.len() {
                if i != j && belong(&list[i], &list[j]) {
                    let other = list[j].clone();
                    absorb(&mut list[i], &other);
                    list.remove(j);
                    continue 'again;
                }
            }
        }
        list.sort_by_key(|movement| movement.onset);
        return list;
    }
}

/// Less than half a second between the end of one and the onset of the other,
/// or both at once.
fn near(a: &Naive, b: &Naive) -> bool {
    b.onset - a.end < 500 && a.onset - b.end < 500
}

fn naive_legs(marks: &[(i64, i64, bool)]) -> Vec<Naive> {
    let marks = marks.iter().enumerate().map(|(index, &(onset, duration, right))| Naive {
        onset,
        end: onset + duration,
        legs: if right { 2 } else { 1 },
        parts: vec![index],
        count: 1,
        candidate: true,
    });
    let mut legs = join_all(marks.collect(), |a, b| a.legs == b.legs && near(a, b));
    legs.retain(|leg| leg.end - leg.onset >= 500);
    for leg in &mut legs {
        leg.candidate = leg.end - leg.onset <= 10_000;
        leg.count = 1;
    }
    legs
}

fn naive_wasm_combine(marks: &[(i64, i64, bool)]) -> Vec<Naive> {
    let mut all = join_all(naive_legs(marks), near);
    for movement in all.iter_mut().filter(|movement| movement.legs == 3) {
        movement.candidate &= movement.end - movement.onset <= 15_000 && movement.count <= 4;
    }
    all
}

/// The numbers of the series and the intervals, run by run.
fn naive_wasm_series(
    stream: &[Naive],
    gaps: &[(i64, i64)],
    may_open: bool,
) -> Vec<(bool, Option<i64>)> {
    let mut runs: Vec<Vec<usize>> = Vec::new();
    let mut intervals = vec![None; stream.len()];
    let mut run: Vec<usize> = Vec::new();
    let mut previous: Option<usize> = None;
    for (i, movement) in stream.iter().enumerate() {
        if !movement.candidate {
            runs.push(std::mem::take(&mut run));
            previous = None;
            continue;
        }
        let onset = movement.onset;
        let measured = previous
            .map(|p| stream[p].onset)
            .filter(|&before| !gaps.iter().any(|gap| gap.0 < onset && gap.1 > before));
        match measured.map(|before| onset - before) {
            None => {
                runs.push(std::mem::replace(&mut run, vec![i]));
            }
            Some(interval) => {
                intervals[i] = Some(interval);
                if interval < 10_000 {
                    runs.push(std::mem::take(&mut run));
                    if may_open {
                        run = vec![i];
                    }
                } else if interval > 90_000 {
                    runs.push(std::mem::replace(&mut run, vec![i]));
                } else {
                    run.push(i);
                }
            }
        }
        previous = Some(i);
    }
    runs.push(run);
    let in_series = |i: usize| runs.iter().any(|run| run.len() >= 4 && run.contains(&i));
    (0..stream.len()).map(|i| (in_series(i), intervals[i])).collect()
}

/// Counts by the rules of the AASM: an onset less than 5 s after one that was
/// counted adds nothing, whichever the leg; longer than 10 s is nothing.
fn naive_aasm_onsets(marks: &[(i64, i64, bool)], gaps: &[(i64, i64)]) -> Vec<i64> {
    let mut counted: Vec<i64> = Vec::new();
    let legs = naive_legs(marks);
    for leg in legs.iter().filter(|leg| leg.candidate) {
        if counted.last().is_none_or(|last| leg.onset - last >= 5_000) {
            counted.push(leg.onset);
        }
    }
    let linked = |a: i64, b: i64| b - a <= 90_000 && !gaps.iter().any(|gap| gap.0 < b && gap.1 > a);
    let mut periodic = Vec::new();
    for window in counted.windows(4) {
        if window.windows(2).all(|pair| linked(pair[0], pair[1])) {
            periodic.extend(window);
        }
    }
    periodic.sort_unstable();
    periodic.dedup();
    periodic
}

/// Marks in whole milliseconds with steps and lengths at the bounds, shuffled.
fn any_marks() -> impl Strategy<Value = Vec<(i64, i64, bool)>> {
    let step = prop_oneof![
        prop::sample::select(vec![
            0, 300, 499, 500, 501, 1_000, 4_999, 5_000, 9_999, 10_000, 10_001, 89_999, 90_000,
            90_001
        ]),
        0..6_000_i64,
        10_000..40_000_i64,
        10_000..40_000_i64,
    ];
    let duration = prop_oneof![
        prop::sample::select(vec![100, 499, 500, 10_000, 10_001, 14_000, 15_000, 15_001]),
        400..4_000_i64,
        400..4_000_i64,
        400..9_000_i64,
    ];
    prop::collection::vec((step, duration, any::<bool>()), 0..40)
        .prop_map(|steps| {
            let mut onset = 0;
            let mark = |(step, duration, right)| {
                onset += step;
                (onset, duration, right)
            };
            steps.into_iter().map(mark).collect::<Vec<_>>()
        })
        .prop_shuffle()
}

fn any_gaps() -> impl Strategy<Value = Vec<(i64, i64)>> {
    let gap = (0..600_000_i64, 1..5_000_i64).prop_map(|(begin, length)| (begin, begin + length));
    prop::collection::vec(gap, 0..3)
}

fn seconds(marks: &[(i64, i64, bool)]) -> Vec<LegMovement> {
    let leg = |&(onset, duration, right): &(i64, i64, bool)| LegMovement {
        onset_s: onset as f64 / 1e3,
        duration_s: duration as f64 / 1e3,
        side: if right { Side::Right } else { Side::Left },
    };
    marks.iter().map(leg).collect()
}

fn gap_seconds(gaps: &[(i64, i64)]) -> Vec<(f64, f64)> {
    gaps.iter().map(|&(begin, end)| (begin as f64 / 1e3, end as f64 / 1e3)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn wasm_agrees_with_the_rules_written_again(
        marks in any_marks(), gaps in any_gaps(), may_open in any::<bool>(),
    ) {
        let naive = naive_wasm_combine(&marks);
        let expected = naive_wasm_series(&naive, &gaps, may_open);
        let reading = if may_open { ShortInterval::MayOpen } else { ShortInterval::MayNotOpen };
        let found = score(&seconds(&marks), &gap_seconds(&gaps), Rules::Wasm(reading));
        prop_assert_eq!(found.len(), naive.len());
        for (((movement, place), naive), (periodic, interval)) in
            found.iter().zip(&naive).zip(expected)
        {
            prop_assert_eq!(whole_ms(movement.onset_s), naive.onset);
            prop_assert_eq!(whole_ms(movement.duration_s), naive.end - naive.onset);
            let side = [Side::Left, Side::Right, Side::Bilateral][usize::from(naive.legs) - 1];
            prop_assert_eq!(movement.side, side);
            prop_assert_eq!(&movement.parts, &naive.parts);
            prop_assert_eq!(movement.candidate(), naive.candidate);
            prop_assert_eq!(place.series.is_some(), periodic);
            prop_assert_eq!(place.imi_s.map(whole_ms), interval);
        }
    }

    #[test]
    fn aasm_agrees_with_the_rules_written_again(marks in any_marks(), gaps in any_gaps()) {
        let found = score(&seconds(&marks), &gap_seconds(&gaps), Rules::Aasm);
        let periodic: Vec<i64> = found
            .iter()
            .filter(|(_, place)| place.series.is_some())
            .map(|(movement, _)| whole_ms(movement.onset_s))
            .collect();
        prop_assert_eq!(periodic, naive_aasm_onsets(&marks, &gaps));
    }

    #[test]
    fn series_are_numbered_in_order_and_hold_four_or_more(marks in any_marks()) {
        for rules in [WASM, STRICT, Rules::Aasm] {
            let numbers: Vec<u32> =
                score(&seconds(&marks), &[], rules).iter().filter_map(|(_, p)| p.series).collect();
            prop_assert!(numbers.is_sorted());
            let last = numbers.last().copied().unwrap_or(0);
            for number in 1..=last {
                prop_assert!(numbers.iter().filter(|&&n| n == number).count() >= 4);
            }
        }
    }
}
