//! What of the sleeper moved: a limb alone, a limb in a train, or the body.
//!
//! Sleep and the kinds of movements both need this, and both before they know
//! anything of the other: it is read from the movements and their neighbours
//! alone.

use crate::movement::Movement;
use crate::recording::Placement;

/// A movement that leaves gravity this far away moved more than a limb, degrees
/// (nearest-posture studies take 10 to 20° on the body); a mattress passes on a
/// few hundredths of that.
const BODY_TURN_DEG: f32 = 12.0;
const BODY_TURN_ON_MATTRESS_DEG: f32 = 0.4;

/// On a mattress motion for this long is more than a limb's, s.
const BODY_ACTIVE_ON_MATTRESS_S: f32 = 5.0;

/// From this bulk on (see [`bulk_s`]) a movement among others of neither kind is
/// the body's, s.
const BODY_BULK_S: f32 = 3.1;

/// A neighbour of a kind makes that kind likelier by this factor of the bulk; no
/// more than [`MOST_NEIGHBOURS`] of them count.
const PER_NEIGHBOUR: f32 = 1.09;
const MOST_NEIGHBOURS: u32 = 4;

/// A limb's movement tilts the sensor by at least this, degrees, and lasts at
/// least this long, s: weaker and shorter ones say nothing of their neighbours.
const LIMB_TILT_DEG: f32 = 0.25;
const LIMB_ACTIVE_S: f32 = 0.3;

/// Motion of a limb for longer than this is no jerk that rings out, s.
const LONGEST_JERK_S: f32 = 0.9;

/// Noise reaches so many times the floor of the band, at a mean frequency above
/// this, Hz: a bed that is pushed swings at 3 to 8 Hz.
const BED_NOISE_FLOORS: f32 = 3.0;
const BED_NOISE_HZ: f32 = 8.0;

/// Fewest limb movements in a row that are a train, and the shortest interval
/// in one, s (AASM; the series rules themselves come later).
pub(super) const FEWEST_IN_TRAIN: usize = 4;
const SHORTEST_INTERVAL_S: f64 = 5.0;

/// … and the longest, s (AASM; Ferri et al. 2016).
const LONGEST_INTERVAL_S: f64 = 90.0;

/// Movements further apart than this have nothing to do with each other, s.
pub const REACH_S: f64 = LONGEST_INTERVAL_S;

/// What took part in a movement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A limb, or nothing that can be told.
    Limb,
    /// A limb, again and again, in a train of `FEWEST_IN_TRAIN` or more.
    Train,
    /// The body: a limb that moves and comes back leaves a sleeper asleep, this
    /// may not.
    Body,
}

/// The movements around one, within the longest interval of a series.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Company {
    /// Movements like a limb's.
    pub limbs: u32,
    /// … of these, too long for a jerk.
    pub unhurried: u32,
    /// Movements of the body.
    pub bodies: u32,
}

impl Company {
    /// Whether a movement among these is one of a train, if it is a limb's.
    pub fn is_train(self) -> bool {
        self.limbs as usize + 1 >= FEWEST_IN_TRAIN
    }
}

/// Motion in seconds, weighed by how far from its old place it leaves the
/// sensor.
///
/// A limb goes out and comes back, within a degree or two; a body that turns,
/// stretches or shuffles moves for longer, and leaves the limb anywhere. Each of
/// the two alone overlaps; their product, with the turn to a quarter, parts
/// simulated limb and body movements with 1.3 % of errors (duration alone: 3 %).
pub fn bulk_s(movement: &Movement) -> f32 {
    movement.active_s * (movement.turn_deg + 0.1).powf(0.28)
}

/// Whether a movement goes out and comes back as a limb does.
pub fn is_limb_like(movement: &Movement, placement: Placement) -> bool {
    if movement.rhythm.is_some() || movement.active_s < LIMB_ACTIVE_S {
        return false;
    }
    if placement == Placement::Mattress {
        return !is_bed_noise(movement) && !is_body_alone(movement, placement);
    }
    (movement.tilt_deg >= LIMB_TILT_DEG || movement.bursts > 1)
        && !is_body_alone(movement, placement)
}

/// Whether what was found on a mattress is no more than an unusual breath: the
/// mean swings a little, and in the band of jerks there is only noise, of its
/// frequency.
pub fn is_bed_noise(movement: &Movement) -> bool {
    movement.burst_g < BED_NOISE_FLOORS * movement.floor_g && movement.centroid_hz >= BED_NOISE_HZ
}

/// Whether a movement is the body's by itself, whatever is around it.
fn is_body_alone(movement: &Movement, placement: Placement) -> bool {
    is_of_body(movement, Company::default(), placement)
}

/// What surrounds each of the movements, which are ascending by onset.
pub fn company(movements: &[Movement], rate_hz: f64, placement: Placement) -> Vec<Company> {
    let of = |index: usize| {
        neighbours(movements, index, rate_hz).fold(Company::default(), |company, other| {
            let other = &movements[other];
            let is_limb = is_limb_like(other, placement);
            Company {
                limbs: company.limbs + u32::from(is_limb),
                unhurried: company.unhurried
                    + u32::from(is_limb && other.active_s > LONGEST_JERK_S),
                bodies: company.bodies + u32::from(is_body_alone(other, placement)),
            }
        })
    };
    (0..movements.len()).map(of).collect()
}

/// The other movements that begin within the longest interval of a series.
pub(super) fn neighbours(
    movements: &[Movement],
    index: usize,
    rate_hz: f64,
) -> impl Iterator<Item = usize> {
    let reach = (LONGEST_INTERVAL_S * rate_hz) as u64;
    let near =
        move |other: &usize| movements[*other].onset.abs_diff(movements[index].onset) <= reach;
    let before = (0..index).rev().take_while(near);
    before.chain((index + 1..movements.len()).take_while(near))
}

/// Whether a movement leaves the sleeper in another posture.
pub fn turns_body(movement: &Movement, placement: Placement) -> bool {
    movement.turn_deg
        >= match placement {
            Placement::Mattress => BODY_TURN_ON_MATTRESS_DEG,
            Placement::Ankle | Placement::Wrist | Placement::Waist => BODY_TURN_DEG,
        }
}

/// Whether the body took part in a movement of that company.
pub fn is_of_body(movement: &Movement, company: Company, placement: Placement) -> bool {
    turns_body(movement, placement)
        || match placement {
            Placement::Mattress => movement.active_s >= BODY_ACTIVE_ON_MATTRESS_S,
            Placement::Ankle | Placement::Wrist | Placement::Waist => {
                bulk_s(movement) >= body_bulk_s(company)
            }
        }
}

/// The bulk from which a movement in that company is the body's, s: one among
/// limb movements is rather one more of them, one of a restless time awake is
/// not.
fn body_bulk_s(company: Company) -> f32 {
    let [limbs, bodies] = [company.limbs, company.bodies].map(|n| n.min(MOST_NEIGHBOURS) as i32);
    BODY_BULK_S * PER_NEIGHBOUR.powi(limbs - bodies)
}

/// What took part in each of the movements, which are ascending by onset.
pub fn parts(movements: &[Movement], rate_hz: f64, placement: Placement) -> Vec<Part> {
    let company = company(movements, rate_hz, placement);
    let mut parts: Vec<Part> = movements
        .iter()
        .zip(&company)
        .map(|(movement, &company)| match is_of_body(movement, company, placement) {
            true => Part::Body,
            // Too weak or too short to say so themselves, among those that do.
            false if company.is_train() && company.bodies == 0 => Part::Train,
            false => Part::Limb,
        })
        .collect();
    let mut run: Vec<usize> = Vec::new();
    let interval_s =
        |from: usize, to: usize| (movements[to].onset - movements[from].onset) as f64 / rate_hz;
    for index in 0..movements.len() {
        if parts[index] == Part::Body || !is_limb_like(&movements[index], placement) {
            continue;
        }
        match run.last() {
            Some(&last) if interval_s(last, index) < SHORTEST_INTERVAL_S => continue,
            Some(&last) if interval_s(last, index) > LONGEST_INTERVAL_S => {
                mark_train(&mut parts, &company, &mut run);
            }
            _ => {}
        }
        run.push(index);
    }
    mark_train(&mut parts, &company, &mut run);
    parts
}

/// Ends a run. Limb movements among several of the body are restlessness, however
/// many they are.
fn mark_train(parts: &mut [Part], company: &[Company], run: &mut Vec<usize>) {
    if run.len() >= FEWEST_IN_TRAIN {
        for &index in run.iter().filter(|&&index| company[index].bodies < 2) {
            parts[index] = Part::Train;
        }
    }
    run.clear();
}

#[cfg(test)]
mod tests {
    use super::*;
    use Placement::{Ankle, Mattress, Wrist};

    /// 100 Hz; out and back by 4°, over 2 s, at each of the seconds.
    fn limbs(onsets_s: &[u64]) -> Vec<Movement> {
        let at = |&onset_s: &u64| Movement::returning(onset_s * 100, onset_s * 100 + 200);
        onsets_s.iter().map(at).collect()
    }

    #[test]
    fn what_stays_turned_is_of_the_body() {
        for (turn_deg, placement, turns) in [
            (11.9, Ankle, false),
            (12.0, Ankle, true),
            (12.0, Wrist, true),
            (0.39, Mattress, false),
            (0.4, Mattress, true),
        ] {
            let movement = Movement { turn_deg, ..Movement::returning(0, 100) };
            assert_eq!(turns_body(&movement, placement), turns, "{turn_deg}° at {placement}");
        }
    }

    #[test]
    fn a_movement_among_limbs_is_sooner_a_limb_than_one_among_bodies() {
        // 2.2 s with a turn of 3.3°: a bulk of 2.2 · 3.4^0.28 = 3.10 s.
        let movement = Movement { active_s: 2.2, turn_deg: 3.35, ..Movement::returning(0, 220) };
        let company = |limbs, bodies| Company { limbs, bodies, ..Company::default() };
        assert!(is_of_body(&movement, company(0, 0), Ankle));
        assert!(!is_of_body(&movement, company(3, 0), Ankle));
        assert!(is_of_body(&movement, company(3, 3), Ankle));
    }

    #[test]
    fn four_limb_movements_within_90_s_of_each_other_are_a_train_wasm_2016() {
        let parts = |onsets_s: &[u64]| parts(&limbs(onsets_s), 100.0, Ankle);
        assert_eq!(parts(&[0, 90, 180, 270]), [Part::Train; 4]);
        assert_eq!(parts(&[0, 90, 180, 271]), [Part::Limb; 4]);
        assert_eq!(parts(&[0, 30, 60]), [Part::Limb; 3]);
    }

    #[test]
    fn company_counts_within_the_longest_interval_and_not_the_movement_itself() {
        let mut movements = limbs(&[0, 90, 181]);
        movements[0].active_s = 0.5;
        let company = company(&movements, 100.0, Ankle);
        assert_eq!(company[0], Company { limbs: 1, unhurried: 1, bodies: 0 });
        assert_eq!(company[1], Company { limbs: 1, unhurried: 0, bodies: 0 });
        assert_eq!(company[2], Company::default());
    }
}
