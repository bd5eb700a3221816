//! Movements that were found in pieces: trains of regular beats with rests
//! between them, and held movements of which only the two ends show.
//!
//! The detector joins what gravity proves to be one. Here neighbours help: they
//! tell what is likely where nothing more can be seen.

use super::stirring;
use crate::movement::{Movement, Rhythm};
use crate::recording::Placement;

/// Puts the pieces of a recording's movements, ascending by onset, together.
pub fn whole(movements: &[Movement], rate_hz: f64, placement: Placement) -> Vec<Movement> {
    let movements = merge_ends(&merge_trains(movements, rate_hz), rate_hz, placement);
    match placement {
        Placement::Mattress => without_bed_noise(movements, rate_hz),
        Placement::Ankle | Placement::Wrist | Placement::Waist => movements,
    }
}

/// Fewest beats of a train (AASM, hypnagogic foot tremor; Yang and Winkelman
/// 2010, high-frequency leg movements).
const FEWEST: usize = 4;

/// Beats come at 0.3 to 4 Hz (the same): the longest interval, s.
const LONGEST_INTERVAL_S: f64 = 3.4;

/// The intervals of a train vary by no more than this share of their mean.
const REGULAR_SHARE: f64 = 0.3;

/// Puts regular runs of short movements together, each into one movement with
/// its [`Rhythm`]; leaves the rest as they are.
///
/// At under 1 Hz the quiet between two beats can be longer than the half second
/// that ends a movement, and a train falls into its beats.
fn merge_trains(movements: &[Movement], rate_hz: f64) -> Vec<Movement> {
    let onset_s = |movement: &Movement| movement.onset as f64 / rate_hz;
    let mut merged = Vec::with_capacity(movements.len());
    let mut from = 0;
    while from < movements.len() {
        let close =
            |pair: &&[Movement]| onset_s(&pair[1]) - onset_s(&pair[0]) <= LONGEST_INTERVAL_S;
        let run = 1 + movements[from..].windows(2).take_while(close).count();
        let beats = &movements[from..from + run];
        match rhythm(beats, rate_hz) {
            Some(rhythm) => merged.push(merge(beats, Some(rhythm))),
            None => merged.extend_from_slice(beats),
        }
        from += run;
    }
    merged
}

/// Longest rest between the two ends of a held leg movement, s: tonic
/// contractions hold for up to 5 s.
const LONGEST_HOLD_S: f64 = 5.0;

/// On a mattress only weak movements are taken for the ends of one, g: a leg
/// arrives with no more.
const WEAK_ON_MATTRESS_G: f32 = 0.03;

/// On a limb an end is brief, s, and a hold that tilts the sensor further than
/// this, degrees, would show.
const LONGEST_END_S: f32 = 1.0;
const UNSEEN_TILT_DEG: f32 = 0.9;

/// Whether a movement may be one end of a held one whose tilt cannot be seen.
fn is_end(movement: &Movement, placement: Placement) -> bool {
    movement.rhythm.is_none()
        && movement.bursts == 1
        && match placement {
            Placement::Mattress => movement.burst_g < WEAK_ON_MATTRESS_G,
            Placement::Ankle | Placement::Wrist | Placement::Waist => {
                movement.active_s < LONGEST_END_S && movement.tilt_deg < UNSEEN_TILT_DEG
            }
        }
}

/// Takes two weak movements with no more than a hold between them for the two
/// ends of one: taken for two, they would put an interval of a few seconds into
/// every series and break it, while doublets, which this joins, are rare.
///
/// A sensor on a limb is moved by twitches besides: there it takes a train of
/// limb movements or of such pairs around it. Of the pairs in simulated trains
/// nine in ten are the ends of one movement.
fn merge_ends(movements: &[Movement], rate_hz: f64, placement: Placement) -> Vec<Movement> {
    let pairs = pairs_of_ends(movements, rate_hz, placement);
    let in_train = |index: usize| {
        let alike = stirring::neighbours(movements, index, rate_hz)
            .filter(|other| *other != index + 1)
            .filter(|&other| pairs[other] || stirring::is_limb_like(&movements[other], placement));
        alike.count() + 1 >= stirring::FEWEST_IN_TRAIN
    };
    let mut merged: Vec<Movement> = Vec::with_capacity(movements.len());
    let mut index = 0;
    while index < movements.len() {
        if pairs[index] && (placement == Placement::Mattress || in_train(index)) {
            merged.push(merge(&movements[index..index + 2], None));
            index += 2;
        } else {
            merged.push(movements[index].clone());
            index += 1;
        }
    }
    merged
}

/// Of each movement, whether it and the next may be the ends of one.
fn pairs_of_ends(movements: &[Movement], rate_hz: f64, placement: Placement) -> Vec<bool> {
    let hold = (LONGEST_HOLD_S * rate_hz) as u64;
    let mut pairs = vec![false; movements.len()];
    let mut from = 0;
    while from + 1 < movements.len() {
        let [first, second] = [&movements[from], &movements[from + 1]];
        pairs[from] = is_end(first, placement)
            && is_end(second, placement)
            && second.onset.saturating_sub(first.end) <= hold;
        from += if pairs[from] { 2 } else { 1 };
    }
    pairs
}

/// Leaves out what is no more than breathing, unless it comes where a train of
/// limb movements would have its next.
fn without_bed_noise(movements: Vec<Movement>, rate_hz: f64) -> Vec<Movement> {
    let company = stirring::company(&movements, rate_hz, Placement::Mattress);
    let kept = movements.into_iter().zip(company);
    kept.filter(|(movement, company)| company.is_train() || !stirring::is_bed_noise(movement))
        .map(|(movement, _)| movement)
        .collect()
}

fn rhythm(beats: &[Movement], rate_hz: f64) -> Option<Rhythm> {
    if beats.len() < FEWEST {
        return None;
    }
    let intervals_s: Vec<f64> =
        beats.windows(2).map(|pair| (pair[1].onset - pair[0].onset) as f64 / rate_hz).collect();
    let count = intervals_s.len() as f64;
    let mean_s = intervals_s.iter().sum::<f64>() / count;
    let variance = intervals_s.iter().map(|i| (i - mean_s).powi(2)).sum::<f64>() / count;
    let spread = variance.sqrt() / mean_s;
    (spread <= REGULAR_SHARE).then(|| Rhythm {
        frequency_hz: (1.0 / mean_s) as f32,
        peaks: beats.len() as u32,
        share: (1.0 - spread) as f32,
    })
}

fn merge(beats: &[Movement], rhythm: Option<Rhythm>) -> Movement {
    let last = &beats[beats.len() - 1];
    let largest = |of: fn(&Movement) -> f32| beats.iter().map(of).fold(0.0, f32::max);
    Movement {
        end: last.end,
        peak_g: largest(|beat| beat.peak_g),
        burst_g: largest(|beat| beat.burst_g),
        tilt_deg: largest(|beat| beat.tilt_deg),
        active_s: beats.iter().map(|beat| beat.active_s).sum(),
        bursts: beats.iter().map(|beat| beat.bursts).sum(),
        turn_deg: crate::detect::angle_deg(beats[0].before_g, last.after_g),
        after_g: last.after_g,
        rhythm,
        ..beats[0].clone()
    }
}
