//! Seeded nights with their truth, from the physics of a sensor on a sleeper.
//!
//! A [`Scene`] draws a [`Plan`] (plain data, to be changed at will),
//! [`simulate`] turns it into a night, and the night streams as a
//! [`Source`](crate::recording::Source), is written as a file, and knows what
//! really happened:
//!
//! ```text
//! plan ─▶ hypnogram ─▶ schedule of movements ─▶ mechanics ─▶ bed ─▶ sensor ─▶ frames
//!                               └─▶ truth
//! ```
//!
//! The sensor feels gravity turned by posture and limb, the acceleration of
//! its place on the lever of the limb, and what comes through the bed. A leg
//! that turns about an upright axis, as on the side, hardly tilts; the truth
//! says how much each movement did. The numbers of the models stand with them,
//! with their sources; no published recording of hypnic starts exists to check
//! those against.
//!
//! What is not in it: muscles that work without moving anything (39 % of the
//! leg movements seen by EMG did not move the toe; Terrill et al. 2013),
//! breathing that stops, the sensor's own axes out of square, and frames that
//! are taken at uneven times (only their stamps are uneven).
//!
//! ```
//! use hypnic::recording::{Block, Source};
//! use hypnic::simulate::{Scene, simulate};
//!
//! let mut plan = Scene::AnklePlm.plan(7);
//! plan.hours = 0.1;
//! let night = simulate(&plan, 7);
//! let (mut source, mut block, mut frames) = (night.source(), Block::default(), 0);
//! while source.read(&mut block)? {
//!     frames += block.frames.len();
//! }
//! assert_eq!(frames, 360 * 50);
//! # Ok::<(), hypnic::error::Error>(())
//! ```

mod body;
mod chain;
mod coupling;
mod device;
mod hypnogram;
mod legs;
mod measure;
mod motion;
mod night;
mod outside;
pub mod plan;
mod random;
mod render;
mod scene;
mod schedule;
mod series;
mod shape;
mod source;
mod starts;
mod together;
mod truth;
mod vector;
mod vitals;
mod write;

use std::sync::Arc;

pub use plan::{Plan, Stamps};
pub use scene::Scene;
pub use source::SimulatedSource;
pub use together::{another_sensor, simulate_together};
pub use truth::{SeriesNumbers, Truth, TruthEvent};
pub use write::write_csv;

use crate::recording::{Format, Spec, Unit};
use crate::report::tables::Pattern;
use chain::Chain;
use device::Stretch;
use hypnogram::Hypnogram;
use measure::{MEASURED_HZ, measure, visible_from_g};
use motion::Motion;
use render::Moving;
use schedule::{Entry, after};
use vector::{Vector, scale};

/// A night that was simulated: made of its plan and its seed, it holds some
/// thousand movements and no frames.
#[derive(Debug)]
pub struct SimulatedNight {
    plan: Plan,
    seed: u64,
    spec: Spec,
    truth: Truth,
    moving: Arc<[Moving]>,
    gaps: Arc<[Stretch]>,
    /// Up in the frame of the sensor's carrier at the first frame.
    up: Vector,
    /// From when up was where, free of what moves.
    postures: Vec<(f64, Vector)>,
}

/// Simulates `plan`. The same plan and seed give the same night.
///
/// # Panics
/// When the plan's rate or length is not a positive number.
pub fn simulate(plan: &Plan, seed: u64) -> SimulatedNight {
    assert!(plan.hours > 0.0 && plan.hours.is_finite(), "a plan has a length");
    let events = night::events(plan, seed);
    seen(plan, seed, &events.sleep, events.up, events.entries)
}

/// What the sensor of `plan` has of all that happens.
fn seen(
    plan: &Plan,
    seed: u64,
    sleep: &Hypnogram,
    up: Vector,
    entries: Vec<(Entry, Motion)>,
) -> SimulatedNight {
    let claimed_hz = plan.sensor.rate_hz * (1.0 + plan.sensor.faults.rate_ppm * 1e-6);
    let rate_hz = claimed_hz * clock_pace(plan);
    assert!(rate_hz > 0.0 && rate_hz.is_finite(), "a plan has a rate");
    let gaps = device::gaps(plan, seed);
    let from_g = visible_from_g(plan);
    let chain =
        Chain::new(rate_hz, MEASURED_HZ, (plan.surroundings.bed_hz, plan.surroundings.bed_damping));
    let mut postures = vec![(0.0, up)];
    let (mut moving, mut true_events) = (Vec::new(), Vec::new());
    for (entry, motion) in entries {
        let up = postures[postures.len() - 1].1;
        let Entry { onset_s, kind, side, train, coupling, note, .. } = entry;
        let measured = measure(&motion, coupling, up, chain.clone(), 1.0 / rate_hz);
        let end_s = onset_s + measured.length_s;
        let recorded = !gaps.iter().any(|gap| gap.0 < end_s && gap.1 > onset_s);
        true_events.push(TruthEvent {
            onset_s,
            duration_s: measured.length_s,
            kind,
            side,
            in_series: train,
            asleep: sleep.asleep(onset_s),
            visible: recorded && measured.peak_g > from_g,
            peak_g: measured.peak_g,
            rise_s: measured.rise_s,
            tilt_deg: measured.tilt_deg,
            turn_deg: measured.turn_deg,
            note,
        });
        let turn = scale(motion.at(f64::INFINITY).turn, coupling.turn);
        if vector::norm(turn) > 0.0 {
            postures.push((end_s, after(up, turn)));
        }
        moving.push(Moving { onset_s, length_s: motion.length_s(), motion, coupling });
    }
    let truth = Truth {
        events: true_events,
        asleep: sleep.epochs(truth::EPOCH_S),
        lights_off_s: sleep.lights_off_s,
        lights_on_s: sleep.lights_on_s,
        sleep_onset_s: sleep.onset_s(),
        final_wake_s: sleep.final_wake_s(),
        asleep_s: sleep.asleep_between_s(0.0, sleep.length_s),
        pattern: pattern(plan),
    };
    SimulatedNight {
        spec: spec(plan, claimed_hz),
        plan: plan.clone(),
        seed,
        truth,
        moving: moving.into(),
        gaps: gaps.into(),
        up,
        postures,
    }
}

/// Seconds of the sensor's clock to a second.
fn clock_pace(plan: &Plan) -> f64 {
    1.0 + plan.sensor.faults.clock_ppm * 1e-6
}

/// The pattern a plan puts into its night.
fn pattern(plan: &Plan) -> Pattern {
    let Some(sleeper) = &plan.sleeper else { return Pattern::Inconclusive };
    let (starts, awake) = (sleeper.starts.is_some(), sleeper.wake_trains.is_some());
    match (starts, sleeper.trains.is_some() || awake) {
        (true, true) => Pattern::Mixed,
        (true, false) => Pattern::HypnicStarts,
        (false, true) if awake => Pattern::RestlessLegsLike,
        (false, true) => Pattern::PeriodicLimbMovements,
        (false, false) => Pattern::Quiet,
    }
}

/// What a reader of the file would say of it.
fn spec(plan: &Plan, rate_hz: f64) -> Spec {
    let sensor = &plan.sensor;
    Spec {
        format: Format::Csv,
        layout: "simulated".to_owned(),
        device: Some(sensor.device.clone()),
        unit: Unit::G,
        unit_source: "simulated".to_owned(),
        has_gravity: true,
        has_stamps: sensor.stamps == Stamps::Iso,
        rate_hz,
        rate_source: "simulated".to_owned(),
        clock: plan.start.clone(),
        placement: Some(sensor.placement),
        side: sensor.side,
        full_scale_g: Some(sensor.converter.full_scale_g as f32),
        bases: Default::default(),
    }
}

impl SimulatedNight {
    /// What a reader of its file would say of it.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// What it was made from.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What really happened.
    pub fn truth(&self) -> &Truth {
        &self.truth
    }

    /// Holes in the recording, seconds from the first frame: from, to.
    pub fn gaps(&self) -> &[(f64, f64)] {
        &self.gaps
    }
}
