//! The course of sleep and wakefulness.

use super::plan::Sleep;
use super::random::{Random, log_normal, uniform, waiting};

/// At most this share of a short recording is evening, falling asleep, lying
/// awake and morning.
const LONGEST_EDGES: f64 = 0.5;

/// When the sleeper is up, awake in bed, asleep, and where dreams are likely.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Hypnogram {
    pub length_s: f64,
    pub lights_off_s: f64,
    pub lights_on_s: f64,
    /// Times awake, apart and in order, the first from 0, the last to the end.
    awake: Vec<(f64, f64)>,
    /// The last part of every cycle of 90 min.
    dreams: Vec<(f64, f64)>,
}

impl Hypnogram {
    /// Nobody sleeps.
    pub fn nobody(length_s: f64) -> Self {
        Self {
            length_s,
            lights_off_s: 0.0,
            lights_on_s: length_s,
            awake: vec![(0.0, length_s)],
            dreams: Vec::new(),
        }
    }

    /// Draws the course of a night of `length_s`.
    pub fn draw(sleep: &Sleep, length_s: f64, random: &mut Random) -> Self {
        let edges_s = sleep.evening_s + sleep.latency_s + sleep.lie_in_s + sleep.morning_s;
        let shrink = (LONGEST_EDGES * length_s / edges_s).min(1.0);
        let lights_off_s = shrink * sleep.evening_s;
        let onset_s = lights_off_s + shrink * sleep.latency_s;
        let lights_on_s = length_s - shrink * sleep.morning_s;
        let final_wake_s = lights_on_s - shrink * sleep.lie_in_s;
        let mut night = Self {
            length_s,
            lights_off_s,
            lights_on_s,
            awake: vec![(0.0, onset_s), (final_wake_s, length_s)],
            dreams: Vec::new(),
        };
        let mut at_s = onset_s;
        loop {
            at_s += waiting(random, 3600.0 / sleep.awakenings_per_hour.max(0.01)).max(180.0);
            let bout_s = log_normal(random, 40.0, 0.6).clamp(15.0, 180.0);
            if at_s + bout_s + 180.0 > final_wake_s {
                break;
            }
            night.wake(at_s, at_s + bout_s);
            at_s += bout_s;
        }
        for bout in 0..sleep.wake_bouts {
            let share =
                (f64::from(bout) + uniform(random, 0.25, 0.75)) / f64::from(sleep.wake_bouts);
            let begin_s = onset_s + share * (final_wake_s - onset_s);
            let bout_s = shrink * log_normal(random, sleep.wake_bout_s, 0.4);
            night.wake(begin_s, (begin_s + bout_s).min(final_wake_s - 60.0));
        }
        let mut cycle_s = onset_s + uniform(random, 80.0, 110.0) * 60.0;
        while cycle_s < final_wake_s {
            let length_s = uniform(random, 10.0, 30.0) * 60.0;
            night.dreams.push((cycle_s - length_s, cycle_s));
            cycle_s += uniform(random, 80.0, 105.0) * 60.0;
        }
        night
    }

    /// The sleeper is awake from here to there, whatever was planned.
    pub fn wake(&mut self, from_s: f64, to_s: f64) {
        if to_s <= from_s {
            return;
        }
        self.awake.push((from_s, to_s));
        self.awake.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut merged: Vec<(f64, f64)> = Vec::with_capacity(self.awake.len());
        for &(from_s, to_s) in &self.awake {
            match merged.last_mut() {
                Some(last) if from_s <= last.1 => last.1 = last.1.max(to_s),
                _ => merged.push((from_s, to_s)),
            }
        }
        self.awake = merged;
    }

    pub fn asleep(&self, at_s: f64) -> bool {
        let next = self.awake.partition_point(|bout| bout.0 <= at_s);
        next > 0 && self.awake[next - 1].1 <= at_s
    }

    pub fn dreaming(&self, at_s: f64) -> bool {
        self.asleep(at_s) && self.dreams.iter().any(|dream| dream.0 <= at_s && at_s < dream.1)
    }

    /// Times awake between lights-off and lights-on; each but the last ends
    /// with a transition into sleep.
    pub fn awake_in_bed(&self) -> Vec<(f64, f64)> {
        let clip =
            |bout: &(f64, f64)| (bout.0.max(self.lights_off_s), bout.1.min(self.lights_on_s));
        self.awake.iter().map(clip).filter(|bout| bout.1 > bout.0).collect()
    }

    /// Falling asleep for the first time.
    pub fn onset_s(&self) -> Option<f64> {
        (self.awake.len() > 1).then(|| self.awake[0].1)
    }

    /// Waking for the last time.
    pub fn final_wake_s(&self) -> Option<f64> {
        (self.awake.len() > 1).then(|| self.awake[self.awake.len() - 1].0)
    }

    /// Seconds asleep between two moments.
    pub fn asleep_between_s(&self, from_s: f64, to_s: f64) -> f64 {
        let awake_s: f64 =
            self.awake.iter().map(|bout| (bout.1.min(to_s) - bout.0.max(from_s)).max(0.0)).sum();
        (to_s - from_s - awake_s).max(0.0)
    }

    /// Epochs of `epoch_s`, the last one perhaps cut: asleep for more than
    /// half of it.
    pub fn epochs(&self, epoch_s: f64) -> Vec<bool> {
        let count = (self.length_s / epoch_s).ceil() as usize;
        (0..count)
            .map(|epoch| {
                let from_s = epoch as f64 * epoch_s;
                let to_s = (from_s + epoch_s).min(self.length_s);
                self.asleep_between_s(from_s, to_s) > 0.5 * (to_s - from_s)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waking_merges_with_what_was_awake_before() {
        let mut night = Hypnogram::nobody(100.0);
        night.awake = vec![(0.0, 10.0), (90.0, 100.0)];
        night.wake(30.0, 40.0);
        night.wake(35.0, 50.0);
        assert_eq!(night.awake, [(0.0, 10.0), (30.0, 50.0), (90.0, 100.0)]);
        assert!(night.asleep(20.0) && !night.asleep(49.0) && night.asleep(50.0));
        assert_eq!(night.asleep_between_s(0.0, 100.0), 60.0);
        assert_eq!(night.epochs(15.0), [false, true, false, true, true, true, false]);
    }
}
