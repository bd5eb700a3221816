//! Sleep and wakefulness from movement alone.
//!
//! A two-state hidden Markov model over rows of 30 s, the idea of Li et al. 2020
//! (unsupervised sleep/wake identification from actigraphy), with fixed
//! probabilities. What it is shown is the motion of the body: limb movements
//! that come back are neither for nor against sleep, since periodic ones would
//! otherwise count as wakefulness, and their absence as sleep.

use super::stirring::Part;
use super::{ROW_S, Row, Stirring, motion_s};

/// What a row shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// Nothing can be said: a gap, or not worn.
    Nothing,
    /// No movement.
    Still,
    /// Limb movements of a train, and nothing else.
    Train,
    /// Single movements of a limb, and none of the body.
    Limb,
    /// Up to [`BODY_SHORT_S`] of motion of the body.
    BodyShort,
    /// More than that.
    BodyLong,
}

/// Whether this sleeper's limbs move in trains while awake, too.
///
/// Restless legs are worst in the evening, lying still (IRLSSG criteria): the
/// wakefulness before sleep, which is surer than any in the night, shows it. Of
/// who has no trains there, trains in the night speak for sleep; of who has, for
/// neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trains {
    AwakeToo,
    AsleepOnly,
}

/// Rows with a train of limb movements within [`EVENING_S`] before sleep that
/// make [`Trains::AwakeToo`], and their least share: a first series asleep may
/// begin some rows early.
const FEWEST_TRAIN_ROWS: usize = 5;
const LEAST_TRAIN_SHARE: f64 = 0.1;

/// Before sleep, this long at most, s.
const EVENING_S: f64 = 3600.0;

/// Motion of the body that a turn in sleep takes, s.
const BODY_SHORT_S: f64 = 4.0;

/// ln P(shown | asleep), ln P(shown | awake). Sleepers make about 7 large body
/// movements an hour (normative median 6.8, large muscle group movements, Ferri
/// et al. 2021 and the normative study of 100 sleepers): 7 of 120 rows. Awake in
/// bed, a body movement every minute or so, and single movements of a limb
/// besides. Trains of limb movements come asleep, and in restless legs awake: see
/// [`Trains`].
fn evidence(shown: Shown, trains: Trains) -> [f64; 2] {
    let [asleep, awake] = match shown {
        Shown::Nothing => [1.0, 1.0],
        Shown::Still => [0.90, 0.40],
        Shown::Train if trains == Trains::AsleepOnly => [0.25, 0.125],
        Shown::Train => [0.25, 0.25],
        Shown::Limb => [0.10, 0.20],
        Shown::BodyShort => [0.05, 0.22],
        Shown::BodyLong => [0.05, 0.32],
    };
    [f64::ln(asleep), f64::ln(awake)]
}

/// Mean length of a sleep and of a wakefulness, rows: 45 min and 4 min.
const SLEEP_ROWS: f64 = 90.0;
const WAKE_ROWS: f64 = 8.0;

/// Who has been awake for so long, s, goes on being awake for so long, s, though
/// nothing moves any more (the first three of the rules of Webster et al. 1982).
const LINGERING_S: [(f64, f64); 3] = [(240.0, 60.0), (600.0, 180.0), (900.0, 240.0)];

/// Sleep counts as begun with the first sleep that lasts this long, s: ten
/// minutes is the common choice of actigraphy.
pub(super) const SUSTAINED_S: f64 = 600.0;

/// Sets `asleep` of every row to the likelier of the two states, taken over the
/// whole night at once.
pub(super) fn estimate(rows: &mut [Row], stirrings: &[Stirring]) {
    let shown = shown(rows, stirrings);
    decide(rows, &shown, Trains::AwakeToo);
    if trains(rows, &shown) == Trains::AsleepOnly {
        decide(rows, &shown, Trains::AsleepOnly);
    }
}

/// Viterbi, and what lingers.
fn decide(rows: &mut [Row], shown: &[Shown], trains: Trains) {
    let stay = [1.0 - 1.0 / SLEEP_ROWS, 1.0 - 1.0 / WAKE_ROWS].map(f64::ln);
    let leave = [1.0 / SLEEP_ROWS, 1.0 / WAKE_ROWS].map(f64::ln);
    // Recordings begin with somebody who has just started them.
    let mut score = [f64::ln(0.1), f64::ln(0.9)];
    let mut came_from: Vec<[usize; 2]> = Vec::with_capacity(rows.len());
    for shown in shown {
        let seen = evidence(*shown, trains);
        let from: [usize; 2] = std::array::from_fn(|state| {
            let other = 1 - state;
            if score[other] + leave[other] > score[state] + stay[state] { other } else { state }
        });
        score = std::array::from_fn(|state| {
            let step = if from[state] == state { stay[state] } else { leave[from[state]] };
            score[from[state]] + step + seen[state]
        });
        came_from.push(from);
    }
    let mut state = usize::from(score[1] >= score[0]);
    for (row, from) in rows.iter_mut().zip(&came_from).rev() {
        row.asleep = state == 0 && row.counts();
        state = from[state];
    }
    linger(rows);
}

/// What the wakefulness before sleep says of the sleeper's trains.
fn trains(rows: &[Row], shown: &[Shown]) -> Trains {
    let asleep = first_sustained(rows).unwrap_or(rows.len());
    let evening = &shown[asleep.saturating_sub((EVENING_S / ROW_S) as usize)..asleep];
    let with_train = evening.iter().filter(|shown| **shown == Shown::Train).count();
    let share = with_train as f64 / evening.len().max(1) as f64;
    if with_train >= FEWEST_TRAIN_ROWS && share >= LEAST_TRAIN_SHARE {
        Trains::AwakeToo
    } else {
        Trains::AsleepOnly
    }
}

/// Lets wakefulness linger ([`LINGERING_S`]); what is not known is neither.
fn linger(rows: &mut [Row]) {
    let (mut awake_s, mut lingers_s) = (0.0, 0.0);
    for row in rows.iter_mut() {
        if !row.asleep {
            awake_s += if row.counts() { ROW_S } else { 0.0 };
            let mut rules = LINGERING_S.iter().rev();
            lingers_s = rules.find(|rule| awake_s >= rule.0).map_or(0.0, |rule| rule.1);
        } else if lingers_s > 0.0 {
            row.asleep = false;
            lingers_s -= ROW_S;
        } else {
            awake_s = 0.0;
        }
    }
}

fn shown(rows: &[Row], stirrings: &[Stirring]) -> Vec<Shown> {
    let of = |part: Part| motion_s(rows, stirrings.iter().filter(move |s| s.part == part));
    let (body_s, limb_s, train_s) = (of(Part::Body), of(Part::Limb), of(Part::Train));
    rows.iter()
        .enumerate()
        .map(|(index, row)| {
            let [body_s, limb_s, train_s] = [&body_s, &limb_s, &train_s].map(|of| of[index]);
            if !row.counts() {
                Shown::Nothing
            } else if body_s > BODY_SHORT_S {
                Shown::BodyLong
            } else if body_s > 0.0 {
                Shown::BodyShort
            } else if limb_s > 0.0 {
                Shown::Limb
            } else if train_s > 0.0 {
                Shown::Train
            } else {
                Shown::Still
            }
        })
        .collect()
}

/// The first row of the first sustained sleep.
fn first_sustained(rows: &[Row]) -> Option<usize> {
    let sustained = (SUSTAINED_S / ROW_S) as usize;
    rows.windows(sustained).position(|window| window.iter().all(|row| row.asleep))
}

/// Begin of the first sustained sleep and end of the last sleep, s.
pub(super) fn bounds(rows: &[Row]) -> (Option<f64>, Option<f64>) {
    let onset = first_sustained(rows).map(|first| rows[first].onset_s);
    let wake = rows
        .iter()
        .rev()
        .find(|row| row.asleep)
        .map(|row| row.onset_s + ROW_S)
        .filter(|_| onset.is_some());
    (onset, wake)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(count: usize) -> Vec<Row> {
        (0..count)
            .map(|index| Row {
                onset_s: index as f64 * ROW_S,
                asleep: false,
                worn: true,
                observed: 1.0,
                posture_deg: None,
                activity_g: Some(0.0),
            })
            .collect()
    }

    fn stirring(onset_s: f64, active_s: f64, part: Part) -> Stirring {
        Stirring { onset_s, end_s: onset_s + active_s, active_s, part }
    }

    /// Twenty minutes of turning every 45 s, then three hours of stillness.
    fn evening() -> Vec<Stirring> {
        (0..26).map(|k| stirring(f64::from(k) * 45.0, 5.0, Part::Body)).collect()
    }

    #[test]
    fn who_turns_every_minute_is_awake_and_who_stops_sleeps() {
        let mut rows = rows(400);
        estimate(&mut rows, &evening());
        let (onset_s, wake_s) = bounds(&rows);
        // The last turn ends at 1130 s; after 15 min awake, 4 min more (Webster 1982).
        assert!((onset_s.unwrap() - 1370.0).abs() <= 60.0, "{onset_s:?}");
        assert_eq!(wake_s, Some(12_000.0));
    }

    #[test]
    fn one_turn_in_sleep_wakes_nobody() {
        let mut rows = rows(400);
        let mut stirrings = evening();
        stirrings.push(stirring(6000.0, 12.0, Part::Body));
        estimate(&mut rows, &stirrings);
        assert!(rows[60..].iter().all(|row| row.asleep));
    }

    #[test]
    fn periodic_limb_movements_are_not_wakefulness() {
        let mut rows = rows(400);
        let mut stirrings = evening();
        stirrings
            .extend((0..200).map(|k| stirring(3000.0 + f64::from(k) * 25.0, 2.0, Part::Train)));
        estimate(&mut rows, &stirrings);
        assert!(rows[60..].iter().all(|row| row.asleep));
    }

    /// A train from 3,000 s on with a turn of the body every four minutes.
    fn train_with_turns() -> Vec<Stirring> {
        let train = (0..200).map(|k| stirring(3000.0 + f64::from(k) * 25.0, 2.0, Part::Train));
        train
            .chain((1..8).map(|k| stirring(3000.0 + f64::from(k) * 240.0, 5.0, Part::Body)))
            .collect()
    }

    #[test]
    fn turns_within_a_train_wake_nobody_who_lay_still_before_sleep() {
        let mut rows = rows(400);
        let mut stirrings = evening();
        stirrings.extend(train_with_turns());
        estimate(&mut rows, &stirrings);
        assert!(rows[60..].iter().all(|row| row.asleep));
    }

    #[test]
    fn trains_before_sleep_make_trains_in_the_night_doubtful_irlssg() {
        let mut rows = rows(400);
        let mut stirrings = evening();
        stirrings.extend((0..30).map(|k| stirring(10.0 + f64::from(k) * 35.0, 2.0, Part::Train)));
        stirrings.extend(train_with_turns());
        estimate(&mut rows, &stirrings);
        assert!(rows[108..150].iter().all(|row| !row.asleep));
    }

    #[test]
    fn ten_minutes_of_turning_in_the_night_are_wakefulness() {
        let mut rows = rows(400);
        let mut stirrings = evening();
        stirrings.extend((0..20).map(|k| stirring(6000.0 + f64::from(k) * 30.0, 5.0, Part::Body)));
        estimate(&mut rows, &stirrings);
        let awake = rows[100..].iter().filter(|row| !row.asleep).count();
        // … and the three minutes that linger after ten.
        assert!((24..=30).contains(&awake), "{awake}");
    }

    #[test]
    fn wakefulness_lingers_webster_1982() {
        for (awake_rows, lingering) in [(7, 0), (8, 2), (19, 2), (20, 6), (29, 6), (30, 8)] {
            let mut rows = rows(200);
            for row in &mut rows[..60] {
                row.asleep = true;
            }
            for row in &mut rows[60 + awake_rows..] {
                row.asleep = true;
            }
            linger(&mut rows);
            let awake = rows.iter().filter(|row| !row.asleep).count();
            assert_eq!(awake, awake_rows + lingering, "after {awake_rows} rows");
        }
    }

    #[test]
    fn nobody_sleeps_in_a_gap() {
        let mut rows = rows(400);
        for row in &mut rows[200..300] {
            row.observed = 0.0;
        }
        estimate(&mut rows, &evening());
        assert!(rows[200..300].iter().all(|row| !row.asleep));
        assert!(rows[300..].iter().all(|row| row.asleep));
    }
}
