//! Whether somebody wears the sensor.

use crate::epoch::{EPOCH_S, Epoch};
use crate::movement::Movement;
use crate::recording::Placement;

/// An epoch is stationary when no axis varies by more, g: 15 mg, as in the
/// non-wear rule of the UK Biobank work (Doherty et al. 2017).
const STATIONARY_SD_G: f32 = 0.015;

/// Stationary for this long, s, and nothing moved: not worn (the same: 90 min).
const UNWORN_S: f64 = 90.0 * 60.0;

/// Whether each epoch was worn; on a mattress, whether somebody lay on it.
///
/// A sleeper can lie still for an hour, a table for longer. Where the sensor is
/// on a mattress its own stillness says nothing, and only the absence of any
/// movement counts. Unobserved epochs go with what surrounds them.
pub fn worn(
    movements: &[Movement],
    epochs: &[Epoch],
    rate_hz: f64,
    placement: Placement,
) -> Vec<bool> {
    let still = still(movements, epochs, rate_hz, placement);
    let mut worn = vec![true; epochs.len()];
    let observed = epochs.iter().filter(|epoch| epoch.is_observed()).count();
    let nothing_moved = still.iter().all(|still| *still);
    let least = (UNWORN_S / EPOCH_S) as usize;
    let mut from = 0;
    while from < still.len() {
        let run = still[from..].iter().take_while(|still| **still).count();
        let seen = epochs[from..from + run].iter().filter(|epoch| epoch.is_observed()).count();
        if seen >= least || (nothing_moved && seen == observed) {
            worn[from..from + run].fill(false);
        }
        from += run.max(1);
    }
    worn
}

fn still(
    movements: &[Movement],
    epochs: &[Epoch],
    rate_hz: f64,
    placement: Placement,
) -> Vec<bool> {
    let mut still: Vec<bool> = epochs
        .iter()
        .map(|epoch| {
            let is_stationary = epoch.sd_g.iter().all(|sd_g| *sd_g < STATIONARY_SD_G);
            !epoch.is_observed() || placement == Placement::Mattress || is_stationary
        })
        .collect();
    for movement in movements {
        let first = (movement.onset as f64 / rate_hz / EPOCH_S) as usize;
        let last = (movement.end as f64 / rate_hz / EPOCH_S) as usize;
        for epoch in still.iter_mut().take(last + 1).skip(first) {
            *epoch = false;
        }
    }
    still
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epochs(minutes: usize, sd_g: f32) -> Vec<Epoch> {
        let epoch = Epoch { sd_g: [sd_g; 3], covered: 1.0, ..Epoch::EMPTY };
        vec![epoch; minutes * 12]
    }

    #[test]
    fn ninety_still_minutes_are_not_worn_doherty_2017() {
        let mut night = epochs(60, 0.05);
        night.extend(epochs(90, 0.002));
        night.extend(epochs(60, 0.05));
        let worn = worn(&[], &night, 50.0, Placement::Ankle);
        assert_eq!(worn.iter().filter(|worn| !**worn).count(), 90 * 12);
        assert!(worn[..60 * 12].iter().all(|worn| *worn));
    }

    #[test]
    fn an_hour_of_stillness_is_sleep() {
        let mut night = epochs(60, 0.05);
        night.extend(epochs(80, 0.002));
        night.extend(epochs(60, 0.05));
        assert!(worn(&[], &night, 50.0, Placement::Ankle).iter().all(|worn| *worn));
    }

    #[test]
    fn a_table_is_not_worn_however_short_the_recording() {
        let worn = worn(&[], &epochs(5, 0.002), 50.0, Placement::Ankle);
        assert!(worn.iter().all(|worn| !*worn));
    }
}
