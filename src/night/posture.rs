//! How the sensor lay: the direction of gravity, and its angle to the direction
//! it had longest.

use nalgebra::Vector3;

use crate::epoch::Epoch;

/// Directions this close are one posture, degrees.
const SAME_POSTURE_DEG: f32 = 20.0;

/// For every `per_row` epochs, the angle between their gravity and that of the
/// posture held longest, degrees; `None` where nothing was recorded.
///
/// The posture held longest is the direction with the most others within
/// 20°, the earliest of equals: a median of directions, which a sphere has not.
pub fn angles_deg(epochs: &[Epoch], per_row: usize) -> Vec<Option<f32>> {
    let directions: Vec<Option<Vector3<f32>>> = epochs.chunks(per_row).map(direction).collect();
    let known: Vec<Vector3<f32>> = directions.iter().flatten().copied().collect();
    let Some(longest) = longest_held(&known) else { return vec![None; directions.len()] };
    directions
        .into_iter()
        .map(|direction| direction.map(|direction| direction.angle(&longest).to_degrees()))
        .collect()
}

fn direction(epochs: &[Epoch]) -> Option<Vector3<f32>> {
    let sum: Vector3<f32> =
        epochs.iter().map(|epoch| Vector3::from(epoch.mean_g) * epoch.covered).sum();
    sum.try_normalize(1e-6)
}

fn longest_held(directions: &[Vector3<f32>]) -> Option<Vector3<f32>> {
    let near = SAME_POSTURE_DEG.to_radians().cos();
    let neighbours = |a: &Vector3<f32>| directions.iter().filter(|b| a.dot(b) >= near).count();
    // `max_by_key` takes the last of equals.
    directions.iter().rev().max_by_key(|direction| neighbours(direction)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lying(mean_g: [f32; 3], rows: usize) -> Vec<Epoch> {
        vec![Epoch { mean_g, covered: 1.0, ..Epoch::EMPTY }; rows * 6]
    }

    #[test]
    fn the_longest_posture_is_the_reference() {
        let mut epochs = lying([1.0, 0.0, 0.0], 3);
        epochs.extend(lying([0.0, 0.0, 1.0], 5));
        epochs.extend(lying([0.0, 1.0, 1.0], 2));
        let angles = angles_deg(&epochs, 6);
        assert_eq!(angles.len(), 10);
        assert!((angles[0].unwrap() - 90.0).abs() < 1e-3);
        assert!(angles[4].unwrap().abs() < 0.1);
        assert!((angles[9].unwrap() - 45.0).abs() < 1e-3);
    }

    #[test]
    fn a_gap_has_no_posture() {
        let mut epochs = lying([0.0, 0.0, 1.0], 2);
        epochs.extend(vec![Epoch::EMPTY; 6]);
        assert_eq!(angles_deg(&epochs, 6)[2], None);
    }
}
