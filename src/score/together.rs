//! What several sensors of one night felt becomes movements of the sleeper: the
//! legs joined by the rules of the standards, and how much of the body took part.

use serde::{Deserialize, Serialize};

use super::kind::LONGEST_LM_S;
use super::legs::QUIET_MS;
use super::night::{Mark, Place, Scored, places};
use super::whole_ms;
use crate::movement::Kind;
use crate::recording::{Placement, Side};

/// A sensor that tilts by less than this, degrees, …
const STAYS_DEG: f32 = 0.5;

/// … and feels less than this share of what another one feels at that moment,
/// did not move: it was shaken through the bed. A mattress passes on 2 to 6 % of
/// a push to the other leg.
const ECHO_SHARE: f32 = 0.2;

/// Movements of two sensors are one when their onsets differ by no more, s: the
/// parts of a body that jerks or turns do not start together to the tick …
const SAME_ONSET_S: f64 = 0.35;

/// … or when they share this much of the shorter.
const SAME_SHARE: f64 = 0.5;

/// Sensors that feel a start within this time feel it at once, s.
pub const AT_ONCE_S: f64 = 0.2;

/// How much of the body took part in a movement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// One limb with a sensor moved, the others lay still: local.
    OneLimb,
    /// Several did, not all, or there is no sensor that speaks for the trunk or
    /// the arms.
    SeveralLimbs,
    /// The sensor at the waist moved and no other.
    Trunk,
    /// Every sensor moved, of legs and of trunk or arms: generalised.
    WholeBody,
}

/// What is known of a movement only because several sensors recorded it.
#[derive(Debug, Clone, PartialEq)]
pub struct Shared {
    /// How much of the body; `None` where no sensor moved itself.
    pub extent: Option<Extent>,
    /// The sensors that moved, as indices, ascending.
    pub moved: Vec<usize>,
    /// From the first onset to the last, s, when all sensors felt it.
    pub felt_by_all_within_s: Option<f64>,
}

/// One sensor of the night: what it felt, on the time axis of the night.
#[derive(Debug, Clone)]
pub struct Felt {
    /// Where it was.
    pub placement: Placement,
    /// On which side.
    pub side: Option<Side>,
    /// Its movements with their kinds, ascending by onset.
    pub movements: Vec<Scored>,
}

/// A movement of one sensor.
#[derive(Debug, Clone)]
struct Part {
    sensor: usize,
    scored: Scored,
    /// Felt through the bed only.
    is_echo: bool,
}

impl Part {
    fn end_s(&self) -> f64 {
        self.scored.onset_s + self.scored.duration_s
    }

    /// Whether the sensor moved itself.
    fn moved(&self) -> bool {
        !self.is_echo && self.scored.kind != Kind::Disturbance
    }
}

/// Joins what the sensors felt. `gaps_s` is when no leg was recorded.
///
/// The legs make the movements; what another sensor felt belongs to that of the
/// legs it goes with, or is a movement of its own. Movements of both legs are one
/// when they overlap or less than 0.5 s lies between them, as in WASM 2016; the
/// AASM's 5 s between onsets join them for its own series.
pub fn join(sensors: &[Felt], gaps_s: &[(f64, f64)]) -> Vec<Scored> {
    let has_legs = sensors.iter().any(|sensor| sensor.placement == Placement::Ankle);
    let leads = |sensor: usize| match has_legs {
        true => sensors[sensor].placement == Placement::Ankle,
        false => sensors[sensor].placement == sensors[0].placement,
    };
    let mut parts = parts(sensors);
    mark_echoes(&mut parts);
    let (first, rest): (Vec<Part>, Vec<Part>) =
        parts.into_iter().partition(|part| leads(part.sensor) && !part.is_echo);
    let mut groups = of_legs(first);
    for part in rest {
        attach(part, &mut groups);
    }
    let mut joined: Vec<(Scored, Vec<Part>)> =
        groups.into_iter().map(|group| (movement(&group, sensors, has_legs), group)).collect();
    joined.sort_by(|a, b| a.0.onset_s.total_cmp(&b.0.onset_s));
    place(&mut joined, sensors, &leads, gaps_s);
    joined.into_iter().map(|(scored, _)| scored).collect()
}

fn parts(sensors: &[Felt]) -> Vec<Part> {
    let of = |(sensor, felt): (usize, &Felt)| {
        let movements = felt.movements.iter().cloned();
        movements.map(move |scored| Part { sensor, scored, is_echo: false }).collect::<Vec<_>>()
    };
    let mut parts: Vec<Part> = sensors.iter().enumerate().flat_map(of).collect();
    parts.sort_by(|a, b| a.scored.onset_s.total_cmp(&b.scored.onset_s));
    parts
}

/// Marks what a sensor felt of the movement of another through the bed.
fn mark_echoes(parts: &mut [Part]) {
    let echoes: Vec<bool> = (0..parts.len())
        .map(|index| {
            let Part { sensor, ref scored, .. } = parts[index];
            let movement = &scored.movement;
            let stays = movement.tilt_deg < STAYS_DEG && movement.turn_deg < STAYS_DEG;
            let stronger = |other: &&Part| {
                other.sensor != sensor
                    && ECHO_SHARE * other.scored.movement.peak_g > movement.peak_g
                    && gap_ms(&parts[index], other) < QUIET_MS
            };
            stays && near(parts, index).any(|other| stronger(&other))
        })
        .collect();
    for (part, is_echo) in parts.iter_mut().zip(echoes) {
        part.is_echo = is_echo;
    }
}

/// The parts whose onsets lie within two minutes: movements that last longer
/// are not told apart anyway.
fn near(parts: &[Part], index: usize) -> impl Iterator<Item = &Part> {
    let at_s = parts[index].scored.onset_s;
    let from = parts.partition_point(|part| part.scored.onset_s < at_s - 120.0);
    parts[from..].iter().take_while(move |part| part.scored.onset_s <= at_s + 120.0)
}

/// Quiet between two movements, ms; negative where they overlap.
fn gap_ms(a: &Part, b: &Part) -> i64 {
    whole_ms(a.scored.onset_s.max(b.scored.onset_s) - a.end_s().min(b.end_s()))
}

/// Whether two movements are the same, felt at two places.
fn is_same(a: &Part, b: &Part) -> bool {
    let shared_s = a.end_s().min(b.end_s()) - a.scored.onset_s.max(b.scored.onset_s);
    let shorter_s = a.scored.duration_s.min(b.scored.duration_s);
    (a.scored.onset_s - b.scored.onset_s).abs() <= SAME_ONSET_S
        || (shared_s > 0.0 && shared_s >= SAME_SHARE * shorter_s)
}

/// Groups of movements of the legs, ascending by onset.
fn of_legs(parts: Vec<Part>) -> Vec<Vec<Part>> {
    let mut groups: Vec<Vec<Part>> = Vec::new();
    for part in parts {
        let goes_with = |other: &Part| {
            let are_legs = [other, &part].iter().all(|p| p.scored.kind == Kind::LimbMovement);
            let joins = are_legs && gap_ms(other, &part) < QUIET_MS;
            other.sensor != part.sensor && (joins || is_same(other, &part))
        };
        // A group of the last minutes may still go on: one leg can lie in a long
        // movement of the other.
        let open = groups.iter_mut().rev().take(8).find(|group| group.iter().any(goes_with));
        match open {
            Some(group) => group.push(part),
            None => groups.push(vec![part]),
        }
    }
    groups
}

/// Adds what another sensor felt to the movement it is part of.
fn attach(part: Part, groups: &mut Vec<Vec<Part>>) {
    let at_s = part.scored.onset_s;
    let distance_s = |group: &[Part]| (group[0].scored.onset_s - at_s).abs();
    let fits = |group: &&mut Vec<Part>| {
        group.iter().any(|other| match part.is_echo {
            true => other.sensor != part.sensor && gap_ms(other, &part) < QUIET_MS,
            false => other.sensor != part.sensor && is_same(other, &part),
        })
    };
    let near = groups.iter_mut().filter(fits);
    match near.min_by(|a, b| distance_s(a).total_cmp(&distance_s(b))) {
        Some(group) => group.push(part),
        None => groups.push(vec![part]),
    }
}

/// How much a kind takes up: where sensors differ, the one that saw more of the
/// movement is right. But where an arm or the trunk lay still the body took no
/// part, and what moves like a body on one leg is a limb on both.
fn rank(scored: &Scored, upper_lay_still: bool) -> u8 {
    match scored.kind {
        Kind::Disturbance => 0,
        Kind::Twitch => 1,
        Kind::GrossMovement if upper_lay_still && scored.duration_s <= LONGEST_LM_S => 2,
        Kind::LimbMovement => 3,
        Kind::Rhythmic => 4,
        Kind::HypnicStart => 5,
        Kind::GrossMovement => 6,
        Kind::PostureShift => 7,
    }
}

/// One movement of the sleeper, from all that was felt of it.
fn movement(group: &[Part], sensors: &[Felt], has_legs: bool) -> Scored {
    let is_leg = |part: &&Part| sensors[part.sensor].placement == Placement::Ankle;
    let moved: Vec<&Part> = group.iter().filter(|part| part.moved()).collect();
    let legs: Vec<&Part> = moved.iter().copied().filter(is_leg).collect();
    let all: Vec<&Part> = group.iter().collect();
    let who = [&legs, &moved, &all].into_iter().find(|who| !who.is_empty()).unwrap_or(&all);
    let is_upper =
        |sensor: usize| matches!(sensors[sensor].placement, Placement::Wrist | Placement::Waist);
    let upper_lay_still =
        (0..sensors.len()).any(is_upper) && !moved.iter().any(|part| is_upper(part.sensor));
    let strength = |part: &&&Part| {
        let Scored { movement, .. } = &part.scored;
        (rank(&part.scored, upper_lay_still), movement.peak_g.to_bits())
    };
    let lead = who.iter().max_by_key(strength).copied().unwrap_or(&group[0]);
    let first = who.iter().min_by(|a, b| a.scored.onset_s.total_cmp(&b.scored.onset_s));
    let first = first.copied().unwrap_or(lead);
    let last_s = who.iter().map(|part| part.end_s()).fold(f64::NEG_INFINITY, f64::max);
    let last = who.iter().map(|part| part.scored.movement.end).max();
    let mut scored = lead.scored.clone();
    (scored.onset_s, scored.asleep, scored.in_bed) =
        (first.scored.onset_s, first.scored.asleep, first.scored.in_bed);
    scored.duration_s = last_s - scored.onset_s;
    scored.movement.onset = first.scored.movement.onset;
    scored.movement.end = last.unwrap_or(scored.movement.end);
    scored.place = Place::default();
    scored.side = match has_legs {
        true => both(legs.iter().filter_map(|part| sensors[part.sensor].side)),
        false => lead.scored.side,
    };
    scored.shared = Some(shared(group, sensors));
    scored
}

/// The side of all, or both.
fn both(sides: impl Iterator<Item = Side>) -> Option<Side> {
    sides.reduce(|all, side| if all == side { all } else { Side::Bilateral })
}

fn shared(group: &[Part], sensors: &[Felt]) -> Shared {
    let mut moved: Vec<usize> =
        group.iter().filter(|part| part.moved()).map(|part| part.sensor).collect();
    moved.sort_unstable();
    moved.dedup();
    // A mattress is no part of a body.
    moved.retain(|sensor| sensors[*sensor].placement != Placement::Mattress);
    let onset_s = |sensor: usize| {
        let onsets = group.iter().filter(|part| part.sensor == sensor);
        onsets.map(|part| part.scored.onset_s).reduce(f64::min)
    };
    let onsets: Option<Vec<f64>> = (0..sensors.len()).map(onset_s).collect();
    let within_s = onsets.map(|onsets| {
        let first = onsets.iter().copied().fold(f64::INFINITY, f64::min);
        onsets.iter().copied().fold(f64::NEG_INFINITY, f64::max) - first
    });
    Shared { extent: extent(&moved, sensors), moved, felt_by_all_within_s: within_s }
}

fn extent(moved: &[usize], sensors: &[Felt]) -> Option<Extent> {
    let place = |sensor: &usize| sensors[*sensor].placement;
    let on_body = sensors.iter().filter(|s| s.placement != Placement::Mattress).count();
    let has = |placement: Placement| moved.iter().any(|sensor| place(sensor) == placement);
    let above = has(Placement::Wrist) || has(Placement::Waist);
    match moved {
        [] => None,
        [one] if place(one) == Placement::Waist => Some(Extent::Trunk),
        [_] => Some(Extent::OneLimb),
        all if all.len() == on_body && above && has(Placement::Ankle) => Some(Extent::WholeBody),
        _ => Some(Extent::SeveralLimbs),
    }
}

/// Puts the leg movements into the series of both standards.
fn place(
    joined: &mut [(Scored, Vec<Part>)],
    sensors: &[Felt],
    leads: &impl Fn(usize) -> bool,
    gaps_s: &[(f64, f64)],
) {
    let shows = sensors
        .iter()
        .any(|sensor| matches!(sensor.placement, Placement::Ankle | Placement::Mattress));
    if !shows {
        return;
    }
    let mut marks: Vec<(usize, Mark)> = Vec::new();
    for (index, (scored, group)) in joined.iter().enumerate() {
        let legs = group.iter().filter(|part| leads(part.sensor) && part.moved());
        let of_limb = |part: &&Part| match scored.kind {
            Kind::LimbMovement => part.scored.kind == Kind::LimbMovement,
            Kind::GrossMovement => part.scored.duration_s > LONGEST_LM_S,
            _ => false,
        };
        marks.extend(legs.filter(of_limb).map(|part| {
            let mark = Mark {
                onset_s: part.scored.onset_s,
                duration_s: part.scored.duration_s,
                kind: scored.kind,
                side: sensors[part.sensor].side.unwrap_or(Side::Left),
                counts: part.scored.in_bed,
            };
            (index, mark)
        }));
    }
    marks.sort_by(|a, b| a.1.onset_s.total_cmp(&b.1.onset_s));
    let only: Vec<Mark> = marks.iter().map(|(_, mark)| *mark).collect();
    for ((index, _), of_mark) in marks.iter().zip(places(&only, gaps_s)) {
        let place = &mut joined[*index].0.place;
        if place.wasm.is_none() && of_mark.wasm.is_some() {
            (place.wasm, place.candidate) = (of_mark.wasm, of_mark.candidate);
        }
        place.aasm = place.aasm.or(of_mark.aasm);
    }
}
