//! The list of what happens, kept free of overlaps.

use super::coupling::{Coupling, Origin, Way, coupling};
use super::motion::Motion;
use super::random::{Random, uniform};
use super::shape;
use super::vector::{Vector, norm, rotate, scale, turn_between, unit};
use crate::movement::Kind;
use crate::recording::{Placement, Side};

/// Stillness between two movements that are not the same, s: more than the
/// 0.5 s of rest that ends a leg movement by the standards.
pub(super) const APART_S: f64 = 1.0;

/// What a movement does. Where it ends may depend on how the sleeper lies
/// then, which is known only when the night is complete.
#[derive(Debug, Clone)]
pub(super) enum Act {
    /// All is known.
    Known(Motion),
    /// Into another lying posture, `from_deg` to `to_deg` away.
    Shift { from_deg: f64, to_deg: f64, random: Box<Random> },
    /// From standing into bed.
    LieDown { random: Box<Random> },
    /// Out of bed.
    GetUp { random: Box<Random> },
}

/// A movement that has a place in the night.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub onset_s: f64,
    pub length_s: f64,
    pub kind: Kind,
    pub side: Option<Side>,
    pub train: Option<u32>,
    /// Where it comes from …
    pub way: Way,
    /// … and what of it arrives at the sensor of the plan.
    pub coupling: Coupling,
    pub act: Act,
    /// Why it is there, for the truth.
    pub note: &'static str,
}

/// The schedule of a night.
#[derive(Debug)]
pub(super) struct Schedule {
    placement: Placement,
    entries: Vec<Entry>,
    /// Taken times, in order and apart.
    taken: Vec<(f64, f64)>,
    /// Until when anything may happen.
    length_s: f64,
}

impl Schedule {
    pub fn new(placement: Placement, length_s: f64) -> Self {
        Self { placement, entries: Vec::new(), taken: Vec::new(), length_s }
    }

    /// A movement of `kind` with everything else as for a movement of the body.
    pub fn entry(&self, kind: Kind, origin: Origin, act: Act, random: &mut Random) -> Entry {
        let length_s = match &act {
            Act::Known(motion) => motion.length_s(),
            _ => 0.0,
        };
        let way = Way::draw(origin, random);
        Entry {
            onset_s: 0.0,
            length_s,
            kind,
            side: None,
            train: None,
            way,
            coupling: coupling(self.placement, way),
            act,
            note: "",
        }
    }

    /// Whether nothing happens between two moments, nor a second around them.
    pub fn is_free(&self, from_s: f64, to_s: f64) -> bool {
        let next = self.taken.partition_point(|taken| taken.1 < from_s - APART_S);
        self.taken.get(next).is_none_or(|taken| taken.0 > to_s + APART_S)
    }

    /// Puts `entry` at `onset_s` if it fits. Movements of which nothing
    /// arrives at all take their time and are not kept.
    pub fn place(&mut self, onset_s: f64, entry: Entry) -> bool {
        let end_s = onset_s + entry.length_s;
        if onset_s < APART_S || end_s + APART_S > self.length_s || !self.is_free(onset_s, end_s) {
            return false;
        }
        self.put(onset_s, entry);
        true
    }

    /// Places `entry`, and with it another that begins so much later.
    pub fn place_with(&mut self, onset_s: f64, entry: Entry, with: Option<(f64, Entry)>) {
        let end_s = |with: &(f64, Entry)| onset_s + with.0 + with.1.length_s;
        if let Some(with) = &with
            && (end_s(with) + APART_S > self.length_s || !self.is_free(onset_s, end_s(with)))
        {
            return;
        }
        if self.place(onset_s, entry)
            && let Some((later_s, with)) = with
        {
            self.put(onset_s + later_s, with);
        }
    }

    /// Puts `entry` at `onset_s` though it runs into another: an awakening on
    /// a start.
    pub fn put(&mut self, onset_s: f64, entry: Entry) {
        // The clock of the truth is the millisecond.
        let onset_s = (onset_s * 1e3).round() / 1e3;
        self.keep_free(onset_s, onset_s + entry.length_s);
        if !entry.coupling.is_none() {
            self.entries.push(Entry { onset_s, ..entry });
        }
    }

    /// Nothing else may happen between two moments.
    pub fn keep_free(&mut self, from_s: f64, to_s: f64) {
        let first = self.taken.partition_point(|taken| taken.1 < from_s);
        let last = self.taken.partition_point(|taken| taken.0 <= to_s);
        let (mut from_s, mut to_s) = (from_s, to_s);
        if first < last {
            from_s = from_s.min(self.taken[first].0);
            to_s = to_s.max(self.taken[last - 1].1);
        }
        self.taken.splice(first..last, [(from_s, to_s)]);
    }

    /// Onsets of the leg movements so far, in order.
    pub fn leg_onsets_s(&self) -> Vec<f64> {
        let legs = self.entries.iter().filter(|entry| entry.kind == Kind::LimbMovement);
        let mut onsets: Vec<f64> = legs.map(|entry| entry.onset_s).collect();
        onsets.sort_by(f64::total_cmp);
        onsets
    }

    /// Everything in order of onset, with its motion.
    pub fn finish(mut self, body: &mut Body) -> Vec<(Entry, Motion)> {
        self.entries.sort_by(|a, b| a.onset_s.total_cmp(&b.onset_s));
        let mut finished = Vec::with_capacity(self.entries.len());
        for mut entry in self.entries {
            let motion = match &mut entry.act {
                Act::Known(motion) => std::mem::take(motion),
                Act::Shift { from_deg, to_deg, random } => {
                    let turn = body.another_posture(*from_deg, *to_deg, random);
                    shape::posture_shift(turn, entry.length_s, body.lever_m, random)
                }
                Act::LieDown { random } => {
                    let turn = turn_into(body.up, lying(uniform(random, -40.0, 40.0), random));
                    shape::posture_shift(turn, entry.length_s, body.lever_m, random)
                }
                Act::GetUp { random } => {
                    let turn = turn_into(body.up, STANDING);
                    shape::posture_shift(turn, entry.length_s, body.lever_m, random)
                }
            };
            if entry.coupling.turn > 0.0 {
                body.up = after(body.up, motion.at(f64::INFINITY).turn);
            }
            finished.push((entry, motion));
        }
        finished
    }
}

/// Up, seen from the limb of somebody on foot.
pub(super) const STANDING: Vector = [0.0, 1.0, 0.0];

/// Up, seen from the limb of somebody lying rolled by `roll_deg` from the back.
pub(super) fn lying(roll_deg: f64, random: &mut Random) -> Vector {
    let (sin, cos) = roll_deg.to_radians().sin_cos();
    // Feet lie a little higher or lower, knees are bent.
    let pitch = uniform(random, -20.0, 20.0).to_radians();
    unit([sin * pitch.cos(), pitch.sin(), cos * pitch.cos()])
}

/// The turn of the limb after which up is seen there instead of here: the limb
/// turns the other way than the world does.
fn turn_into(up: Vector, other: Vector) -> Vector {
    scale(turn_between(up, other), -1.0)
}

/// Up, seen from a limb that turned.
pub(super) fn after(up: Vector, turn: Vector) -> Vector {
    unit(rotate(up, scale(turn, -1.0)))
}

/// How the sleeper lies at the moment.
#[derive(Debug, Clone)]
pub(super) struct Body {
    pub up: Vector,
    pub lever_m: f64,
}

impl Body {
    /// The turn into a lying posture that is `from_deg` to `to_deg` away from
    /// this one, or as near to that as a dozen tries come.
    fn another_posture(&self, from_deg: f64, to_deg: f64, random: &mut Random) -> Vector {
        let off = |turn: Vector| {
            let angle_deg = norm(turn).to_degrees();
            (from_deg - angle_deg).max(angle_deg - to_deg).max(0.0)
        };
        let tries =
            (0..12).map(|_| turn_into(self.up, lying(uniform(random, -180.0, 180.0), random)));
        tries.min_by(|a, b| off(*a).total_cmp(&off(*b))).expect("a dozen tries")
    }
}
