//! Movements that are one though they have rests within: trains of regular
//! beats, and, on a mattress, the two ends of a held movement.
//!
//! At under 1 Hz the quiet between two beats can be longer than the half second
//! that ends a movement, and a train falls into its beats.

use crate::movement::{Movement, Rhythm};

/// Fewest beats of a train (AASM, hypnagogic foot tremor; Yang and Winkelman
/// 2010, high-frequency leg movements).
const FEWEST: usize = 4;

/// Beats come at 0.3 to 4 Hz (the same): the longest interval, s.
const LONGEST_INTERVAL_S: f64 = 3.4;

/// The intervals of a train vary by no more than this share of their mean.
const REGULAR_SHARE: f64 = 0.3;

/// Puts regular runs of short movements together, each into one movement with
/// its [`Rhythm`]; leaves the rest as they are.
pub fn merge_trains(movements: &[Movement], rate_hz: f64) -> Vec<Movement> {
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

/// Only weak movements are taken for the ends of one, g: through a mattress a
/// leg arrives with no more.
const WEAK_G: f32 = 0.03;

/// On a mattress the tilt of a held limb cannot be seen. Two weak movements with
/// no more than a hold between them are taken for its two ends: taken for two
/// movements, they would put an interval of a few seconds into every series and
/// break it, while doublets, which this joins, are rare.
pub fn merge_holds(movements: &[Movement], rate_hz: f64) -> Vec<Movement> {
    let mut merged: Vec<Movement> = Vec::with_capacity(movements.len());
    for movement in movements {
        let is_weak = |m: &Movement| m.burst_g < WEAK_G && m.rhythm.is_none();
        match merged.last_mut() {
            Some(last)
                if is_weak(last)
                    && is_weak(movement)
                    && last.bursts == 1
                    && (movement.onset - last.end) as f64 / rate_hz <= LONGEST_HOLD_S =>
            {
                *last = merge(&[last.clone(), movement.clone()], None);
            }
            _ => merged.push(movement.clone()),
        }
    }
    merged
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
