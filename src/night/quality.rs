//! What the epochs say of the sensor: clipping, stuck axes, a wrong scale.

use crate::epoch::{EPOCH_S, Epoch};
use crate::recording::Spec;

/// An axis that keeps one value this long while another moves is stuck, s.
const STUCK_S: f64 = 600.0;

/// … and this is how far the other moves, g.
const MOVES_G: f32 = 0.1;

/// Within this share of the full scale a value is clipped.
const CLIPPED_SHARE: f32 = 0.99;

/// Gravity of a worn sensor is 1 g within its calibration error; further off,
/// the scale is wrong.
const SCALE_ERROR: f32 = 0.10;

/// An epoch is at rest when no axis varies by more, g (van Hees et al. 2014).
const REST_SD_G: f32 = 0.013;

/// Remarks for the person, in sentences; none when all is well.
pub fn remarks(epochs: &[Epoch], spec: &Spec) -> Vec<String> {
    let seen: Vec<&Epoch> = epochs.iter().filter(|epoch| epoch.covered > 0.0).collect();
    let mut remarks = Vec::new();
    for (axis, name) in ["x", "y", "z"].iter().enumerate() {
        let longest_s = longest_stuck(&seen, axis) as f64 * EPOCH_S;
        if longest_s >= STUCK_S {
            remarks.push(format!(
                "The {name} axis kept one value for {:.0} min while another moved: it was stuck; movements then are seen weaker than they were.",
                longest_s / 60.0
            ));
        }
    }
    let clipped = clipped(&seen, spec.full_scale_g);
    if clipped > 0 {
        remarks.push(format!(
            "The acceleration reached the end of the sensor's range in {clipped} stretches of 5 s: the strongest movements are cut off."
        ));
    }
    if let Some(gravity_g) = gravity_g(&seen).filter(|_| spec.has_gravity)
        && (gravity_g - 1.0).abs() > SCALE_ERROR
    {
        remarks.push(format!(
            "Gravity measures {gravity_g:.2} g at rest: the sensor is not calibrated, or the unit is not {}.",
            spec.unit
        ));
    }
    remarks
}

/// Epochs of the longest stretch in which `axis` is constant, of those that
/// another axis moves in.
fn longest_stuck(seen: &[&Epoch], axis: usize) -> usize {
    let constant = |epoch: &&Epoch| epoch.min_g[axis] == epoch.max_g[axis];
    let others = [(axis + 1) % 3, (axis + 2) % 3];
    seen.chunk_by(|a, b| constant(a) && constant(b) && a.min_g[axis] == b.min_g[axis])
        .filter(|run| constant(&run[0]))
        .filter(|run| others.iter().any(|&other| extent_g(run, other) >= MOVES_G))
        .map(<[&Epoch]>::len)
        .max()
        .unwrap_or(0)
}

fn extent_g(run: &[&Epoch], axis: usize) -> f32 {
    let max_g = run.iter().map(|epoch| epoch.max_g[axis]).fold(f32::NEG_INFINITY, f32::max);
    let min_g = run.iter().map(|epoch| epoch.min_g[axis]).fold(f32::INFINITY, f32::min);
    max_g - min_g
}

/// Epochs that touch the full scale. Where it is not known: those that share
/// the largest value of the whole recording to the bit, when it is one that
/// sensors end at.
fn clipped(seen: &[&Epoch], full_scale_g: Option<f32>) -> usize {
    let largest_g = |epoch: &Epoch| {
        (0..3).map(|axis| epoch.max_g[axis].max(-epoch.min_g[axis])).fold(0.0, f32::max)
    };
    if let Some(full_scale_g) = full_scale_g {
        return seen
            .iter()
            .filter(|epoch| largest_g(epoch) >= CLIPPED_SHARE * full_scale_g)
            .count();
    }
    let largest = seen.iter().map(|epoch| largest_g(epoch)).fold(0.0, f32::max);
    let ends_there = [2.0_f32, 4.0, 6.0, 8.0, 16.0]
        .iter()
        .any(|scale| (CLIPPED_SHARE * scale..1.01 * scale).contains(&largest));
    let sharing = seen.iter().filter(|epoch| largest_g(epoch) == largest).count();
    if ends_there && sharing >= 3 { sharing } else { 0 }
}

/// Median magnitude of the resting epochs, g.
fn gravity_g(seen: &[&Epoch]) -> Option<f32> {
    let mut magnitudes: Vec<f32> = seen
        .iter()
        .filter(|epoch| epoch.sd_g.iter().all(|sd_g| *sd_g < REST_SD_G))
        .map(|epoch| epoch.mean_g.iter().map(|mean| mean * mean).sum::<f32>().sqrt())
        .collect();
    magnitudes.sort_by(f32::total_cmp);
    magnitudes.get(magnitudes.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch(x: [f32; 2], y: [f32; 2], z: [f32; 2]) -> Epoch {
        Epoch { min_g: [x[0], y[0], z[0]], max_g: [x[1], y[1], z[1]], covered: 1.0, ..Epoch::EMPTY }
    }

    #[test]
    fn an_axis_that_stays_while_another_moves_is_stuck() {
        let stuck = vec![epoch([-0.2, 0.2], [0.5, 0.5], [0.9, 1.0]); 130];
        let seen: Vec<&Epoch> = stuck.iter().collect();
        assert_eq!(longest_stuck(&seen, 1), 130);
        assert_eq!(longest_stuck(&seen, 0), 0);
    }

    #[test]
    fn a_still_night_is_not_stuck() {
        let still = vec![epoch([0.0, 0.0], [0.5, 0.5], [0.9, 0.9]); 500];
        assert_eq!(longest_stuck(&still.iter().collect::<Vec<_>>(), 1), 0);
    }

    #[test]
    fn values_at_the_full_scale_are_clipped() {
        let mut epochs = vec![epoch([-0.2, 0.2], [0.0, 0.1], [0.9, 1.0]); 10];
        epochs.extend(vec![epoch([-2.0, 0.2], [0.0, 0.1], [0.9, 1.0]); 4]);
        let seen: Vec<&Epoch> = epochs.iter().collect();
        assert_eq!(clipped(&seen, Some(2.0)), 4);
        assert_eq!(clipped(&seen, None), 4);
        assert_eq!(clipped(&seen, Some(8.0)), 0);
    }
}
