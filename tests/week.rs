//! A week gives the nights that the nights cut out of it give alone.

use std::path::Path;

use hypnic::detect;
use hypnic::error::Result;
use hypnic::pipeline::{self, Analysis, Settings};
use hypnic::recording::{Block, Frame, Placement, Source, Spec};
use hypnic::simulate::plan::Calibration;
use hypnic::simulate::{Scene, SimulatedNight, SimulatedSource, simulate};
use hypnic::time::{Clock, ZoneSource};
use jiff::tz::TimeZone;

const RATE_HZ: u64 = 25;
const HOUR: u64 = 3600 * RATE_HZ;
/// A day begins at noon; the night is from ten to six.
const NIGHT: std::ops::Range<u64> = 10 * HOUR..18 * HOUR;
const DAY: u64 = 24 * HOUR;

/// Days of the week; seven with `HYPNIC_DAYS=7`.
fn days() -> u64 {
    std::env::var("HYPNIC_DAYS").map_or(4, |days| days.parse().unwrap())
}

/// Errors of the sensor, the same all week.
const GAIN: Frame = [1.02, 0.985, 1.01];
const OFFSET_G: Frame = [0.03, -0.02, 0.025];

/// One step of its converter: ±8 g in 13 bits.
const STEP_G: f32 = 1.0 / 512.0;

fn scene(day: u64) -> Scene {
    [Scene::AnklePlm, Scene::Healthy, Scene::Mixed, Scene::Restless][day as usize % 4]
}

/// The nights of the week, each 8 h, of a sensor without errors.
fn nights() -> Vec<SimulatedNight> {
    (0..days())
        .map(|day| {
            let mut plan = scene(day).plan(300 + day);
            plan.sensor.rate_hz = RATE_HZ as f64;
            plan.sensor.calibration =
                Calibration { gain_error: 0.0, offset_mg: 0.0, drift_mg: 0.0 };
            simulate(&plan, 300 + day)
        })
        .collect()
}

/// Some days of a week, from noon to noon: days that turn the sensor every minute
/// and shake it, and simulated nights.
struct Week<'a> {
    spec: Spec,
    nights: &'a [SimulatedNight],
    night: Option<(SimulatedSource, Block, usize)>,
    next: u64,
    end: u64,
}

impl<'a> Week<'a> {
    fn new(nights: &'a [SimulatedNight], days: std::ops::Range<u64>) -> Self {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let noon = jiff::civil::date(2024, 3, 11).at(12, 0, 0, 0);
        let start = zone.to_timestamp(noon).unwrap();
        let clock = Clock::Zoned { start, zone, source: ZoneSource::File };
        let mut spec = nights[0].spec().clone();
        spec.clock = clock.moved((days.start * 86_400) as f64);
        spec.has_stamps = false;
        Self { spec, nights, night: None, next: days.start * DAY, end: days.end * DAY }
    }

    fn frame(&mut self) -> Frame {
        let (day, in_day) = (self.next / DAY, self.next % DAY);
        let frame = if NIGHT.contains(&in_day) {
            self.of_night(day as usize, in_day == NIGHT.start)
        } else {
            by_day(self.next)
        };
        self.next += 1;
        let felt = |axis: usize| frame[axis] * GAIN[axis] + OFFSET_G[axis];
        std::array::from_fn(|axis| (felt(axis) / STEP_G).round() * STEP_G)
    }

    fn of_night(&mut self, day: usize, begins: bool) -> Frame {
        if begins || self.night.is_none() {
            self.night = Some((self.nights[day].source(), Block::default(), 0));
        }
        let (source, block, at) = self.night.as_mut().unwrap();
        if *at == block.frames.len() {
            assert!(source.read(block).unwrap(), "the night has eight hours");
            *at = 0;
        }
        *at += 1;
        block.frames[*at - 1]
    }
}

/// A number from 0 to 1 (the mixer of splitmix64).
fn chance(of: u64) -> f32 {
    let mut z = of.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 40) as f32 / (1_u64 << 24) as f32
}

/// Half of every minute in another posture at rest, half of it in motion.
fn by_day(n: u64) -> Frame {
    let (minute, second) = (n / (60 * RATE_HZ), n / RATE_HZ % 60);
    let point = [0, 1, 2].map(|axis| chance(3 * minute + axis) - 0.5);
    let length = point.iter().map(|g| g * g).sum::<f32>().sqrt().max(1e-3);
    let shake_g = if second < 30 { 0.3 } else { 0.004 };
    [0, 1, 2].map(|axis| point[axis] / length + shake_g * (chance(3 * n + axis as u64) - 0.5))
}

impl Source for Week<'_> {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn read(&mut self, block: &mut Block) -> Result<bool> {
        block.clear();
        while self.next < self.end && block.frames.len() < 4096 {
            let frame = self.frame();
            block.frames.push(frame);
        }
        Ok(!block.frames.is_empty())
    }

    fn progress(&self) -> (u64, u64) {
        (self.next, self.end)
    }

    fn warnings(&self) -> Vec<String> {
        Vec::new()
    }
}

/// The analysis, and the spans of all movements as they were detected.
fn analysed(mut source: Week) -> (Analysis, Vec<(u64, u64)>) {
    let spec = source.spec().clone();
    let (found, ledger) =
        pipeline::detect(&mut source, detect::Settings::default(), &mut |_, _| ()).unwrap();
    let settings = Settings { placement: Some(Placement::Ankle), ..Settings::default() };
    let spans = found.movements.iter().map(|movement| (movement.onset, movement.end)).collect();
    (pipeline::evaluate(Path::new("week"), spec, found, ledger, vec![], &settings), spans)
}

#[test]
fn a_week_has_the_nights_that_its_days_have_alone() {
    let nights = nights();
    let (week, spans_of_week) = analysed(Week::new(&nights, 0..days()));
    assert_eq!(week.nights.len(), days() as usize);
    assert!(week.calibration.applied, "{:?}", week.calibration);
    for (found, gain) in week.calibration.gain.into_iter().zip(GAIN) {
        assert!((found - 1.0 / f64::from(gain)).abs() < 2e-3, "{:?}", week.calibration);
    }
    let mut periodic = 0;
    for (day, of_week) in week.nights.iter().enumerate() {
        let (alone, spans) = analysed(Week::new(&nights, day as u64..day as u64 + 1));
        assert!(alone.calibration.applied, "{:?}", alone.calibration);
        assert_eq!(alone.nights.len(), 1);
        let alone = &alone.nights[0];
        // Half a day after its begin the stream has all but forgotten when that was:
        // the noise floor, which moves in steps, comes to within a step.
        let from = day as u64 * DAY;
        let in_night = |(onset, _): &(u64, u64)| NIGHT.contains(onset);
        let here = spans_of_week.iter().filter(|span| span.0 >= from);
        let here: Vec<(u64, u64)> =
            here.map(|span| (span.0 - from, span.1 - from)).filter(in_night).collect();
        let spans: Vec<(u64, u64)> = spans.into_iter().filter(in_night).collect();
        let is_near = |a: &(u64, u64), b: &(u64, u64)| a.0.abs_diff(b.0) <= RATE_HZ / 4;
        let same = spans.iter().filter(|span| here.iter().any(|other| is_near(span, other)));
        let (same, most) = (same.count(), spans.len().max(here.len()));
        assert!(10 * same >= 9 * most, "day {day}: {same} of {most} movements");
        assert!(spans.len() > 50, "day {day}: {}", spans.len());
        assert_eq!(of_week.night.label, alone.night.label);
        let shift_s = day as f64 * 86_400.0;
        let times_s = |night: &hypnic::night::Night, shift_s: f64| {
            [
                Some(night.start_s),
                Some(night.end_s),
                Some(night.bed.off_s),
                Some(night.bed.on_s),
                night.sleep_onset_s,
                night.final_wake_s,
            ]
            .map(|at_s| at_s.unwrap() - shift_s)
        };
        let (found, expected) = (times_s(&of_week.night, shift_s), times_s(&alone.night, 0.0));
        for (found_s, expected_s) in found.into_iter().zip(expected) {
            assert!((found_s - expected_s).abs() <= 30.0, "day {day}: {found:?}, {expected:?}");
        }
        // Beside that differs the calibration: of all postures of the week, or of one
        // day. Either may turn what stood on the edge of two kinds.
        let hours = (of_week.summary.hours_asleep - alone.summary.hours_asleep).abs();
        assert!(hours <= 0.15, "day {day}: asleep {hours} h apart");
        let index = |night: &pipeline::AnalysedNight| {
            night.summary.wasm.and_then(|wasm| wasm.per_hour_bed).unwrap()
        };
        let (found, expected) = (index(of_week), index(alone));
        assert!(
            (found - expected).abs() <= 0.02 * expected + 0.2,
            "day {day}: {found}, {expected}"
        );
        periodic += u32::from(expected > 15.0);
        let (found, expected) = (of_week.summary.limb_movements, alone.summary.limb_movements);
        assert!(found.abs_diff(expected) <= 4 + expected / 10, "day {day}: {found}, {expected}");
    }
    assert!(periodic >= 2, "{periodic} nights with periodic movements");
}
