//! Every movement of a night gets its kind, its reason and its place in the
//! series of both standards.

use super::kind::{self, Context, LONGEST_LM_S};
use super::together::Shared;
use super::{InSeries, LegMovement, Rules, ShortInterval, starts};
use crate::movement::{Kind, Movement};
use crate::night::stirring::{self, Company};
use crate::night::{Night, ROW_S, Row};
use crate::recording::{Placement, Side};

/// A movement and all that is said of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// The movement.
    pub movement: Movement,
    /// Seconds from the first frame of the recording.
    pub onset_s: f64,
    /// Seconds.
    pub duration_s: f64,
    /// What it is taken to be.
    pub kind: Kind,
    /// Why.
    pub why: kind::Why,
    /// The side of the sensor, if known.
    pub side: Option<Side>,
    /// Whether its onset lies in estimated sleep.
    pub asleep: bool,
    /// Whether its onset lies in the time in bed.
    pub in_bed: bool,
    /// Its place in the series, if it is a leg movement in bed.
    pub place: Place,
    /// What several sensors tell of it; `None` with one.
    pub shared: Option<Shared>,
}

impl Scored {
    fn mark(&self) -> Mark {
        Mark {
            onset_s: self.onset_s,
            duration_s: self.duration_s,
            kind: self.kind,
            side: self.side.unwrap_or(Side::Left),
            counts: self.in_bed,
        }
    }
}

/// What is known of the recording the night is part of.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// Rate of the uniform grid, Hz.
    pub rate_hz: f64,
    /// Where the sensor was.
    pub placement: Placement,
    /// On which side.
    pub side: Option<Side>,
    /// Begin and end of what was not recorded, s.
    pub gaps_s: Vec<(f64, f64)>,
}

/// Whether leg movements and their series can be seen at a place at all.
pub fn shows_series(placement: Placement, rate_hz: f64) -> bool {
    matches!(placement, Placement::Ankle | Placement::Mattress) && rate_hz >= SLOWEST_FOR_LEGS_HZ
}

/// Slowest recording that shows leg movements, Hz: two samples in the 0.5 s of
/// the shortest.
pub const SLOWEST_FOR_LEGS_HZ: f64 = 4.0;

/// Scores the movements of one night, which are ascending by onset.
pub fn night(movements: &[Movement], night: &Night, recorded: &Recorded) -> Vec<Scored> {
    let rate_hz = recorded.rate_hz;
    let movements = match recorded.placement {
        Placement::Mattress => movements.to_vec(),
        worn => {
            let of_body = of_body(movements, &stirring::company(movements, rate_hz, worn), worn);
            starts::split(movements, &of_body, rate_hz)
        }
    };
    let contexts = contexts(&movements, night, recorded);
    let mut scored: Vec<Scored> = movements
        .into_iter()
        .zip(contexts)
        .map(|(movement, context)| {
            let (kind, why) = kind::classify(&movement, &context);
            let onset_s = movement.onset as f64 / rate_hz;
            Scored {
                onset_s,
                duration_s: (movement.end - movement.onset) as f64 / rate_hz,
                kind,
                why,
                side: recorded.side,
                asleep: night.is_asleep(onset_s),
                in_bed: context.in_bed,
                place: Place::default(),
                shared: None,
                movement,
            }
        })
        .collect();
    if shows_series(recorded.placement, rate_hz) {
        let marks: Vec<Mark> = scored.iter().map(Scored::mark).collect();
        for (scored, place) in scored.iter_mut().zip(places(&marks, &recorded.gaps_s)) {
            scored.place = place;
        }
    }
    scored
}

/// What surrounds each movement.
fn contexts(movements: &[Movement], night: &Night, recorded: &Recorded) -> Vec<Context> {
    let rate_hz = recorded.rate_hz;
    let transitions_s = night.transitions_into_sleep_s();
    let company = stirring::company(movements, rate_hz, recorded.placement);
    let stirs = of_body(movements, &company, recorded.placement);
    let twitch_g = twitch_level_g(movements, night, recorded);
    let outside_per_hour = outside_per_hour(movements, night, rate_hz);
    let seconds = |frames: u64| frames as f64 / rate_hz;
    let mut last_end: Option<u64> = None;
    let mut last_stirring: Option<u64> = None;
    let mut contexts: Vec<Context> = Vec::with_capacity(movements.len());
    for (index, movement) in movements.iter().enumerate() {
        let onset_s = seconds(movement.onset);
        let since = |end: u64| seconds(movement.onset.saturating_sub(end));
        contexts.push(Context {
            placement: recorded.placement,
            rate_hz,
            in_bed: night.is_in_bed(onset_s),
            since_sleep_s: nearest(&transitions_s, onset_s),
            since_stirring_s: last_stirring.map(since),
            until_stirring_s: None,
            still_before_s: last_end.map_or(f64::INFINITY, since),
            company: company[index],
            twitch_g,
            outside_per_hour,
        });
        last_end = Some(movement.end);
        if stirs[index] {
            last_stirring = Some(movement.end);
        }
    }
    let mut next_stirring: Option<u64> = None;
    for (index, context) in contexts.iter_mut().enumerate().rev() {
        let movement = &movements[index];
        context.until_stirring_s =
            next_stirring.map(|onset| seconds(onset.saturating_sub(movement.end)));
        if stirs[index] {
            next_stirring = Some(movement.onset);
        }
    }
    contexts
}

/// Of each movement, whether the body took part.
fn of_body(movements: &[Movement], company: &[Company], placement: Placement) -> Vec<bool> {
    let pairs = movements.iter().zip(company);
    pairs.map(|(movement, company)| stirring::is_of_body(movement, *company, placement)).collect()
}

/// What the twitches of the night reach, g.
fn twitch_level_g(movements: &[Movement], night: &Night, recorded: &Recorded) -> f32 {
    let is_asleep =
        |movement: &&Movement| night.is_asleep(movement.onset as f64 / recorded.rate_hz);
    let bursts_g = movements
        .iter()
        .filter(|movement| kind::is_brief_shake(movement, recorded.rate_hz))
        .filter(is_asleep)
        .map(|movement| movement.burst_g)
        .collect();
    starts::twitch_level_g(bursts_g, recorded.placement)
}

/// How often something from outside shakes the bed, per hour in it.
fn outside_per_hour(movements: &[Movement], night: &Night, rate_hz: f64) -> f64 {
    let is_row_in_bed = |row: &&Row| row.counts() && night.is_in_bed(row.onset_s);
    let hours = night.rows.iter().filter(is_row_in_bed).count() as f64 * ROW_S / 3600.0;
    let is_in_bed = |movement: &&Movement| night.is_in_bed(movement.onset as f64 / rate_hz);
    let outside = movements.iter().filter(|movement| kind::is_from_outside(movement));
    outside.filter(is_in_bed).count() as f64 / hours.max(1.0)
}

/// Seconds since the nearest of the moments; negative before it.
fn nearest(moments_s: &[f64], at_s: f64) -> Option<f64> {
    let since_s = moments_s.iter().map(|moment_s| at_s - moment_s);
    since_s.min_by(|a, b| a.abs().total_cmp(&b.abs()))
}

/// A movement as the series rules see it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    /// Seconds.
    pub onset_s: f64,
    /// Seconds.
    pub duration_s: f64,
    /// What it is.
    pub kind: Kind,
    /// The leg, or the side of the sensor.
    pub side: Side,
    /// Whether it may be counted: in bed, and seen.
    pub counts: bool,
}

/// The place of a movement by both standards.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Place {
    /// Whether it is a candidate movement (CLM) of WASM 2016.
    pub candidate: bool,
    /// Its place by WASM 2016; `None` if it is no leg movement, or part of an
    /// earlier one.
    pub wasm: Option<InSeries>,
    /// … by the AASM.
    pub aasm: Option<InSeries>,
}

/// Puts movements, ascending by onset, into series.
///
/// Counted are leg movements, and gross movements too long to be candidates:
/// those move the legs as well, and by WASM 2016 end a series.
pub fn places(marks: &[Mark], gaps_s: &[(f64, f64)]) -> Vec<Place> {
    let legs: Vec<usize> = (0..marks.len())
        .filter(|&index| {
            let mark = &marks[index];
            let long_gross = mark.kind == Kind::GrossMovement && mark.duration_s > LONGEST_LM_S;
            mark.counts && (mark.kind == Kind::LimbMovement || long_gross)
        })
        .collect();
    let movements: Vec<LegMovement> = legs
        .iter()
        .map(|&index| {
            let Mark { onset_s, duration_s, side, .. } = marks[index];
            LegMovement { onset_s, duration_s, side }
        })
        .collect();
    let mut places = vec![Place::default(); marks.len()];
    let wasm = super::score(&movements, gaps_s, Rules::Wasm(ShortInterval::default()));
    for (combined, in_series) in wasm {
        let place = &mut places[legs[combined.parts[0]]];
        place.candidate = combined.candidate();
        place.wasm = Some(in_series);
    }
    for (combined, in_series) in super::score(&movements, gaps_s, Rules::Aasm) {
        places[legs[combined.parts[0]]].aasm = Some(in_series);
    }
    places
}
