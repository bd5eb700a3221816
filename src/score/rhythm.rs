//! Trains of single movements that are one rhythmic movement.
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
            Some(rhythm) => merged.push(merge(beats, rhythm)),
            None => merged.extend_from_slice(beats),
        }
        from += run;
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

fn merge(beats: &[Movement], rhythm: Rhythm) -> Movement {
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
        rhythm: Some(rhythm),
        ..beats[0].clone()
    }
}
