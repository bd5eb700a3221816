//! How a plan becomes a list of movements.

use super::hypnogram::Hypnogram;
use super::motion::Motion;
use super::plan::{Plan, Sleeper};
use super::random::{Stream, stream, uniform};
use super::schedule::{Body, Entry, STANDING, Schedule, lying};
use super::vector::Vector;
use super::{body, legs, outside, starts};
use crate::recording::Placement;

/// A night while it is put together: what is placed earlier has the right of
/// way.
pub(super) struct Night<'a> {
    pub plan: &'a Plan,
    pub sleeper: &'a Sleeper,
    pub seed: u64,
    pub sleep: Hypnogram,
    pub schedule: Schedule,
}

/// What happens in a night.
pub(super) struct Events {
    pub sleep: Hypnogram,
    /// In order of onset.
    pub entries: Vec<(Entry, Motion)>,
    /// Up in the frame of the sensor's carrier at the first frame.
    pub up: Vector,
}

/// Draws everything that happens.
pub(super) fn events(plan: &Plan, seed: u64) -> Events {
    let length_s = plan.hours * 3600.0;
    let mut schedule = Schedule::new(plan.sensor.placement, length_s);
    let mut random = stream(seed, Stream::Body);
    let lain = lying(uniform(&mut random, -60.0, 60.0), &mut random);
    let Some(sleeper) = &plan.sleeper else {
        outside::place(&plan.surroundings, seed, length_s, &mut schedule);
        let mut body = Body { up: lain, lever_m: 0.3 };
        let sleep = Hypnogram::nobody(length_s);
        return Events { sleep, entries: schedule.finish(&mut body), up: lain };
    };
    let sleep = Hypnogram::draw(&sleeper.sleep, length_s, &mut stream(seed, Stream::Sleep));
    let mut night = Night { plan, sleeper, seed, sleep, schedule };
    body::place_evening_and_morning(&mut night);
    starts::place(&mut night);
    body::place_awakenings(&mut night);
    legs::place_wake_trains(&mut night);
    legs::place_trains(&mut night);
    body::place_rhythms(&mut night);
    legs::place_isolated(&mut night);
    legs::place_doublets(&mut night);
    body::place_shifts(&mut night);
    body::place_gross_movements(&mut night);
    body::place_twitches(&mut night);
    body::place_restlessness(&mut night);
    outside::place(&plan.surroundings, seed, length_s, &mut night.schedule);
    let mut body = Body { up: STANDING, lever_m: sleeper.limb.lever_m };
    let entries = night.schedule.finish(&mut body);
    let up = match plan.sensor.placement {
        // The device lies nearly flat on the bed.
        Placement::Mattress => super::vector::near([0.0, 0.0, 1.0], 3.0, &mut random),
        _ => STANDING,
    };
    Events { sleep: night.sleep, entries, up }
}
