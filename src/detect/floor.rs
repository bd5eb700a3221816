//! The local noise floor: what a quiet second reaches.

/// Share of the seconds that are taken to be quieter than the floor. Low enough
/// to hold in an hour of which a third is movement, high enough not to follow
/// the quietest seconds of a breathing rhythm.
const QUANTILE: f32 = 0.25;

/// What the floor is multiplied by in a louder second: a tracker with steps of 0.05 in
/// the natural log, `exp(0.05 · QUANTILE)`. Doubles in about a minute …
const LOUDER: f32 = 1.012_578_5;

/// … and in a quieter one, `exp(-0.05 · (1 − QUANTILE))`: halves in about 20 s.
const QUIETER: f32 = 0.963_194_4;

/// While a movement lasts, the floor waits; but not longer than this, s, since
/// what lasts is the new noise.
pub const PATIENCE_S: f64 = 30.0;

/// Seconds of the beginning that decide where the tracker starts.
pub const WARM_UP_S: usize = 30;

/// Tracks a low quantile of the per-second maxima of an envelope.
///
/// Maxima and not means: a rhythm such as the heartbeat, heard through a
/// mattress, reaches its peak in every second and must not count as movement,
/// though its mean is low.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Floor {
    value: f32,
}

impl Floor {
    /// Starts at the quantile of the maxima of the first seconds; `maxima` is
    /// sorted on the way. `least` is the smallest floor that makes sense.
    pub fn start(maxima: &mut [f32], least: f32) -> Self {
        maxima.sort_by(f32::total_cmp);
        let rank = (maxima.len() as f32 * QUANTILE) as usize;
        let value = maxima.get(rank).copied().unwrap_or(least);
        Self { value: value.max(least) }
    }

    /// One more second, which reached `maximum`.
    pub fn second(&mut self, maximum: f32, least: f32) {
        let reached = maximum.max(least);
        if reached > self.value {
            self.value *= LOUDER;
        } else if reached < self.value {
            self.value *= QUIETER;
        }
        self.value = self.value.max(least);
    }

    /// The floor, in the unit of the maxima.
    pub fn value(self) -> f32 {
        self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the tracker, a second, in the natural log.
    const STEP: f32 = 0.05;

    /// Seconds until a floor started at 1 is within 10 % of `level`.
    fn seconds_to(level: f32) -> u32 {
        let mut floor = Floor::start(&mut [1.0; 8], 1e-3);
        for second in 0..10_000 {
            if (floor.value() / level - 1.0).abs() < 0.1 {
                return second;
            }
            floor.second(level, 1e-3);
        }
        panic!("never reached {level}");
    }

    #[test]
    fn the_steps_are_those_of_a_tracker_in_the_log() {
        assert!((LOUDER - (STEP * QUANTILE).exp()).abs() < 1e-6);
        assert!((QUIETER - (-STEP * (1.0 - QUANTILE)).exp()).abs() < 1e-6);
    }

    #[test]
    fn the_floor_doubles_in_a_minute_and_halves_in_twenty_seconds() {
        // ln 2 / (0.05 · 0.25) = 55 s; ln 2 / (0.05 · 0.75) = 18 s.
        assert!((40..60).contains(&seconds_to(2.0)));
        assert!((12..25).contains(&seconds_to(0.5)));
    }

    #[test]
    fn a_third_of_the_seconds_moving_raises_the_floor_little() {
        let mut floor = Floor::start(&mut [1.0; 8], 1e-3);
        let mut highest: f32 = 0.0;
        for second in 0..3600 {
            let quiet = 1.0 + 0.1 * ((second * 7919 % 100) as f32 / 100.0 - 0.5);
            floor.second(if second % 3 == 0 { 50.0 } else { quiet }, 1e-3);
            highest = highest.max(floor.value());
        }
        assert!(highest < 1.25, "{highest}");
    }

    #[test]
    fn the_floor_never_falls_below_the_least() {
        let mut floor = Floor::start(&mut [0.0; 8], 1e-3);
        for _ in 0..100 {
            floor.second(0.0, 1e-3);
        }
        assert!((floor.value() - 1e-3).abs() < 1e-6);
    }
}
