//! Where the sensor was, when nobody says.

use nalgebra::Vector3;

use crate::epoch::Epoch;
use crate::recording::Placement;

/// A body turns its sensors; a mattress turns by no more than this, degrees.
const STEADY_DEG: f32 = 4.0;

/// … in all but this share of the recording.
const STEADY_SHARE: f32 = 0.02;

/// Shortest recording that shows whether the sensor is ever turned, epochs: 1 h.
const ENOUGH: usize = 720;

/// Guesses from the direction of gravity alone: what keeps it for the whole
/// night is a mattress, what does not is taken for an ankle, the place this
/// program is made for. The person is told that it is a guess.
pub fn guess(epochs: &[Epoch]) -> Placement {
    let directions: Vec<Vector3<f32>> = epochs
        .iter()
        .filter(|epoch| epoch.is_observed())
        .filter_map(|epoch| Vector3::from(epoch.mean_g).try_normalize(1e-6))
        .collect();
    if directions.len() < ENOUGH {
        return Placement::Ankle;
    }
    let Some(mean) = directions.iter().sum::<Vector3<f32>>().try_normalize(1e-6) else {
        return Placement::Ankle;
    };
    let near = STEADY_DEG.to_radians().cos();
    let turned = directions.iter().filter(|direction| direction.dot(&mean) < near).count();
    if (turned as f32) < STEADY_SHARE * directions.len() as f32 {
        Placement::Mattress
    } else {
        Placement::Ankle
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lying(mean_g: [f32; 3], epochs: usize) -> Vec<Epoch> {
        vec![Epoch { mean_g, covered: 1.0, ..Epoch::EMPTY }; epochs]
    }

    #[test]
    fn what_never_turns_is_a_mattress() {
        assert_eq!(guess(&lying([0.02, 0.0, 1.0], 2000)), Placement::Mattress);
    }

    #[test]
    fn what_turns_once_is_worn() {
        let mut epochs = lying([0.0, 0.0, 1.0], 1000);
        epochs.extend(lying([0.0, 0.7, 0.7], 1000));
        assert_eq!(guess(&epochs), Placement::Ankle);
    }
}
