//! Whether somebody wears the sensor.

use super::Stirring;
use crate::epoch::{EPOCH_S, Epoch};
use crate::recording::Placement;

/// An epoch is stationary when no axis varies by more, g: 15 mg, as in the
/// non-wear rule of the UK Biobank work (Doherty et al. 2017).
const STATIONARY_SD_G: f32 = 0.015;

/// Stationary for this long, s, and nothing moved: not worn (the same: 90 min).
const UNWORN_S: f64 = 90.0 * 60.0;

/// Epochs in 15 min: the step of van Hees et al. 2013 (PLoS ONE 8:e61691; the
/// rule is of van Hees et al. 2011) …
const STEP: usize = 180;

/// … whose windows are of 60 min, in steps.
const WINDOW_STEPS: usize = 4;

/// A window is still when on two axes or more the standard deviation is under
/// 13 mg and the range under 50 mg (as the authors' GGIR has it).
const STILL_SD_G: f64 = 0.013;
const STILL_RANGE_G: f32 = 0.05;
const STILL_AXES: usize = 2;

/// … and hardly anything moved in it: a table is bumped now and then, and periodic
/// movements of a degree stay within those bounds for hours.
const MOST_BUMPS: usize = 2;

/// Worn for no longer than this between two times not worn, s, and for less than
/// this share of them: somebody bumped the table. GGIR fills islands of 3 to 6 h
/// likewise, which would take the night of who wears the sensor in bed only.
const ISLAND_S: f64 = 30.0 * 60.0;
const ISLAND_SHARE: f64 = 0.3;

/// Whether each epoch was worn; on a mattress, whether somebody lay on it.
///
/// A sleeper can lie still for an hour, a table for longer: not worn is what does
/// not move for 90 min, or is still for as long by the windows of van Hees et al.
/// 2013, which hold against a bump on one axis. Where the sensor is on a mattress its
/// own stillness says nothing, and only the absence of any movement counts.
/// Unobserved epochs go with what surrounds them.
pub fn worn(stirrings: &[Stirring], epochs: &[Epoch], placement: Placement) -> Vec<bool> {
    let still = still(stirrings, epochs, placement);
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
    if placement != Placement::Mattress {
        for (worn, still) in worn.iter_mut().zip(still_by_windows(stirrings, epochs)) {
            *worn &= !still;
        }
        fill_islands(&mut worn);
    }
    worn
}

/// Epochs of still windows that together last as long as [`UNWORN_S`].
fn still_by_windows(stirrings: &[Stirring], epochs: &[Epoch]) -> Vec<bool> {
    let mut steps: Vec<Span> = epochs.chunks(STEP).map(Span::of).collect();
    for stirring in stirrings {
        let epoch = (stirring.onset_s / EPOCH_S) as usize;
        if let Some(step) = steps.get_mut(epoch / STEP) {
            step.movements += 1;
        }
    }
    let mut still = vec![false; steps.len()];
    for (from, window) in steps.windows(WINDOW_STEPS).enumerate() {
        if window.iter().copied().reduce(Span::with).is_some_and(|span| span.is_still()) {
            still[from..from + WINDOW_STEPS].fill(true);
        }
    }
    let least = (UNWORN_S / EPOCH_S) as usize / STEP;
    let runs = still.chunk_by(|a, b| a == b);
    let long_enough = runs.flat_map(|run| run.iter().map(|still| *still && run.len() >= least));
    let steps: Vec<bool> = long_enough.collect();
    (0..epochs.len()).map(|epoch| steps[epoch / STEP]).collect()
}

/// Sums over a stretch of time.
#[derive(Debug, Clone, Copy)]
struct Span {
    epochs: f64,
    movements: usize,
    sum_g: [f64; 3],
    square_g2: [f64; 3],
    min_g: [f32; 3],
    max_g: [f32; 3],
}

impl Span {
    fn of(epochs: &[Epoch]) -> Self {
        let empty = Self {
            epochs: 0.0,
            movements: 0,
            sum_g: [0.0; 3],
            square_g2: [0.0; 3],
            min_g: Epoch::EMPTY.min_g,
            max_g: Epoch::EMPTY.max_g,
        };
        let observed = epochs.iter().filter(|epoch| epoch.is_observed());
        observed.fold(empty, |span, epoch| {
            let mean_g = epoch.mean_g.map(f64::from);
            let sd_g = epoch.sd_g.map(f64::from);
            span.with(Self {
                epochs: 1.0,
                movements: 0,
                sum_g: mean_g,
                square_g2: [0, 1, 2].map(|axis| mean_g[axis].powi(2) + sd_g[axis].powi(2)),
                min_g: epoch.min_g,
                max_g: epoch.max_g,
            })
        })
    }

    fn with(self, other: Self) -> Self {
        let axes = [0, 1, 2];
        Self {
            epochs: self.epochs + other.epochs,
            movements: self.movements + other.movements,
            sum_g: axes.map(|axis| self.sum_g[axis] + other.sum_g[axis]),
            square_g2: axes.map(|axis| self.square_g2[axis] + other.square_g2[axis]),
            min_g: axes.map(|axis| self.min_g[axis].min(other.min_g[axis])),
            max_g: axes.map(|axis| self.max_g[axis].max(other.max_g[axis])),
        }
    }

    /// By van Hees et al. 2013, where at least half was recorded.
    fn is_still(&self) -> bool {
        let is_still = |axis: &usize| {
            let mean_g = self.sum_g[*axis] / self.epochs;
            let variance = (self.square_g2[*axis] / self.epochs - mean_g * mean_g).max(0.0);
            variance.sqrt() < STILL_SD_G && self.max_g[*axis] - self.min_g[*axis] < STILL_RANGE_G
        };
        self.epochs >= 0.5 * (STEP * WINDOW_STEPS) as f64
            && self.movements <= MOST_BUMPS
            && (0..3).filter(is_still).count() >= STILL_AXES
    }
}

/// Fills short times worn between times not worn.
fn fill_islands(worn: &mut [bool]) {
    let mut runs: Vec<(usize, usize, bool)> = Vec::new();
    let mut from = 0;
    for run in worn.chunk_by(|a, b| a == b) {
        runs.push((from, run.len(), run[0]));
        from += run.len();
    }
    for around in runs.windows(3) {
        let [(_, before, _), (from, length, is_worn), (_, after, _)] = *around else { continue };
        let is_short = length as f64 * EPOCH_S < ISLAND_S
            && (length as f64) < ISLAND_SHARE * (before + after) as f64;
        if is_worn && is_short {
            worn[from..from + length].fill(false);
        }
    }
}

fn still(stirrings: &[Stirring], epochs: &[Epoch], placement: Placement) -> Vec<bool> {
    let mut still: Vec<bool> = epochs
        .iter()
        .map(|epoch| {
            let is_stationary = epoch.sd_g.iter().all(|sd_g| *sd_g < STATIONARY_SD_G);
            !epoch.is_observed() || placement == Placement::Mattress || is_stationary
        })
        .collect();
    for stirring in stirrings {
        let first = (stirring.onset_s / EPOCH_S) as usize;
        let last = (stirring.end_s / EPOCH_S) as usize;
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
        let worn = worn(&[], &night, Placement::Ankle);
        assert_eq!(worn.iter().filter(|worn| !**worn).count(), 90 * 12);
        assert!(worn[..60 * 12].iter().all(|worn| *worn));
    }

    #[test]
    fn an_hour_of_stillness_is_sleep() {
        let mut night = epochs(60, 0.05);
        night.extend(epochs(80, 0.002));
        night.extend(epochs(60, 0.05));
        assert!(worn(&[], &night, Placement::Ankle).iter().all(|worn| *worn));
    }

    /// Van Hees et al. 2013: at least 60 min, sd under 13 mg, range under 50 mg, on
    /// two axes of three.
    #[test]
    fn windows_are_still_on_two_axes_of_three_van_hees_2013() {
        let still = |min_g: [f32; 3], max_g: [f32; 3], sd_g: [f32; 3]| {
            let epoch = Epoch { sd_g, min_g, max_g, covered: 1.0, ..Epoch::EMPTY };
            Span::of(&vec![epoch; STEP * WINDOW_STEPS]).is_still()
        };
        let narrow = ([0.0; 3], [0.049; 3], [0.0129; 3]);
        assert!(still(narrow.0, narrow.1, narrow.2));
        assert!(still([0.0; 3], [0.049, 0.049, 0.4], [0.0129, 0.0129, 0.2]));
        assert!(!still([0.0; 3], [0.049, 0.051, 0.4], [0.01; 3]));
        assert!(!still([0.0; 3], [0.049; 3], [0.01, 0.0131, 0.0131]));
    }

    /// A drift of the mean over the hour counts to the deviation.
    #[test]
    fn a_sensor_that_turns_slowly_is_worn() {
        let turning: Vec<Epoch> = (0..STEP * WINDOW_STEPS)
            .map(|n| {
                let g = 0.1 * n as f32 / (STEP * WINDOW_STEPS) as f32;
                let [mean_g, min_g, max_g] = [g, g - 0.002, g + 0.002].map(|g| [g, g, 1.0]);
                Epoch { mean_g, min_g, max_g, sd_g: [0.001; 3], covered: 1.0, ..Epoch::EMPTY }
            })
            .collect();
        assert!(!Span::of(&turning).is_still());
    }

    #[test]
    fn bumps_of_a_table_are_no_wear_and_a_night_between_two_days_off_is() {
        let table = |hours: usize| {
            let still = Epoch {
                sd_g: [0.002; 3],
                min_g: [-0.01; 3],
                max_g: [0.01; 3],
                covered: 1.0,
                ..Epoch::EMPTY
            };
            vec![still; hours * 720]
        };
        let mut bumped = table(4);
        bumped.extend(epochs(10, 0.1));
        bumped.extend(table(4));
        assert!(worn(&[], &bumped, Placement::Ankle).iter().all(|worn| !*worn));
        let mut night = table(10);
        night.extend(epochs(5 * 60, 0.05));
        night.extend(table(10));
        let worn = worn(&[], &night, Placement::Ankle);
        assert_eq!(worn.iter().filter(|worn| **worn).count(), 5 * 720);
    }

    #[test]
    fn a_table_is_not_worn_however_short_the_recording() {
        let worn = worn(&[], &epochs(5, 0.002), Placement::Ankle);
        assert!(worn.iter().all(|worn| !*worn));
    }
}
