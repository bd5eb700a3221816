//! The simulator against its own plans, and against what physics and the
//! published figures say.

use hypnic::movement::Kind;
use hypnic::recording::{Block, Frame, Placement, Source};
use hypnic::report::files::encoded;
use hypnic::report::tables::{Pattern, Tables};
use hypnic::simulate::plan::{Calibration, Converter, Faults};
use hypnic::simulate::{
    Plan, Scene, SimulatedNight, SimulatedSource, Stamps, Truth, TruthEvent, simulate, write_csv,
};

fn read_all(mut source: SimulatedSource) -> (Vec<i64>, Vec<Frame>) {
    let (mut stamps, mut frames, mut block) = (Vec::new(), Vec::new(), Block::default());
    while source.read(&mut block).expect("a simulated night can be read") {
        stamps.extend_from_slice(&block.stamps_ns);
        frames.extend_from_slice(&block.frames);
    }
    (stamps, frames)
}

fn csv_of(night: &SimulatedNight, stamps: Stamps) -> String {
    let mut out = Vec::new();
    write_csv(night, stamps, &mut out).expect("memory can be written");
    String::from_utf8(out).expect("a file of text")
}

/// A perfect sensor with `converter`, alone in a still room.
fn still_room(converter: Converter, hours: f64) -> SimulatedNight {
    let mut plan = Scene::Healthy.plan(1);
    plan.hours = hours;
    plan.sleeper = None;
    plan.surroundings.doors_per_hour = 0.0;
    plan.sensor.converter = converter;
    plan.sensor.calibration = Calibration { gain_error: 0.0, offset_mg: 0.0, drift_mg: 0.0 };
    simulate(&plan, 5)
}

fn silent() -> Converter {
    Converter { white_mg: 0.0, flicker_mg: 0.0, step_mg: 0.0, full_scale_g: 8.0 }
}

fn short(scene: Scene, hours: f64) -> Plan {
    Plan { hours, ..scene.plan(3) }
}

/// A plan with everything that can go wrong.
fn broken(hours: f64) -> Plan {
    let mut plan = short(Scene::HealthyStarts, hours);
    plan.sensor.stamps = Stamps::Iso;
    plan.sensor.faults = Faults {
        rate_ppm: 20_000.0,
        jitter_s: 0.002,
        lost: 0.01,
        gaps: 3,
        gap_s: 20.0,
        spikes_per_hour: 20.0,
        stuck_per_hour: 20.0,
        slip_deg: 30.0,
        clock_ppm: 0.0,
    };
    plan
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    for scene in Scene::ALL {
        let plan = short(scene, 0.02);
        let file = |seed| csv_of(&simulate(&plan, seed), Stamps::Iso);
        assert_eq!(file(1), file(1), "{}", scene.name());
        assert_ne!(file(1), file(2), "{}", scene.name());
    }
}

#[test]
fn the_size_of_the_blocks_does_not_matter() {
    let night = simulate(&broken(0.1), 9);
    let whole = read_all(night.source().with_block(1 << 20));
    for frames in [1, 7, 333, 4096] {
        assert_eq!(read_all(night.source().with_block(frames)), whole, "{frames}");
    }
}

#[test]
fn every_scene_has_a_name_of_its_own() {
    for scene in Scene::ALL {
        assert_eq!(Scene::from_name(scene.name()), Some(scene));
        assert!(
            scene.name().chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        );
    }
}

#[test]
fn at_rest_the_sensor_feels_one_g() {
    let (_, frames) = read_all(still_room(silent(), 0.05).source());
    for frame in frames {
        let g = frame.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
        assert!((g - 1.0).abs() < 2e-6, "{frame:?}");
    }
}

#[test]
fn the_noise_is_as_strong_as_planned() {
    let rms_mg = |converter: Converter| -> f64 {
        let (_, frames) = read_all(still_room(converter, 1.0).source());
        let count = frames.len() as f64;
        let mean = frames.iter().map(|f| f64::from(f[1])).sum::<f64>() / count;
        let power = frames.iter().map(|f| (f64::from(f[1]) - mean).powi(2)).sum::<f64>() / count;
        power.sqrt() * 1e3
    };
    // 180 000 independent values: the standard error of their rms is 0.17 %.
    let white = rms_mg(Converter { white_mg: 3.0, ..silent() });
    assert!((white / 3.0 - 1.0).abs() < 0.007, "{white}");
    // Much of 1/f noise is slow: an hour is some ten of its slowest waves.
    let flicker = rms_mg(Converter { flicker_mg: 3.0, ..silent() });
    assert!((flicker / 3.0 - 1.0).abs() < 0.15, "{flicker}");
}

#[test]
fn values_are_steps_of_the_converter_and_stop_at_full_scale() {
    let converter = Converter { white_mg: 400.0, step_mg: 15.625, full_scale_g: 1.5, ..silent() };
    let (_, frames) = read_all(still_room(converter, 0.05).source());
    let values = || frames.iter().flatten().map(|g| f64::from(*g));
    for g in values() {
        let steps = g / 0.015_625;
        assert!((steps - steps.round()).abs() < 1e-4, "{g}");
    }
    assert_eq!(values().map(f64::abs).fold(0.0, f64::max), 1.5);
    assert!(values().filter(|g| g.abs() == 1.5).count() > 10);
}

#[test]
fn the_file_has_the_numbers_and_the_times_of_the_stream() {
    let night = simulate(&broken(0.05), 9);
    let (stamps, frames) = read_all(night.source());
    let file = csv_of(&night, Stamps::Iso);
    let rows: Vec<&str> = file.lines().skip_while(|line| *line != "time,x,y,z").skip(1).collect();
    assert_eq!(rows.len(), frames.len());
    for ((row, frame), stamp_ns) in rows.iter().zip(&frames).zip(&stamps) {
        let fields: Vec<&str> = row.split(',').collect();
        let parsed: Vec<f32> = fields[1..].iter().map(|x| x.parse().expect("a number")).collect();
        assert_eq!(parsed, frame, "{row}");
        let instant: jiff::Timestamp = fields[0].parse().expect("ISO 8601");
        let start: jiff::Timestamp = "2024-03-12T21:00:00Z".parse().expect("ISO 8601");
        let ns = instant.duration_since(start).as_nanos() as i64;
        assert!((ns - stamp_ns).abs() <= 500_000, "{row}");
    }
    let head: Vec<&str> = file.lines().take(5).collect();
    assert_eq!(
        head,
        [
            "# rate_hz: 51",
            "# start: 2024-03-12T22:00:00.000+01:00",
            "# placement: ankle",
            "# side: left",
            "# device: hypnic simulator"
        ]
    );
}

#[test]
fn holes_are_where_the_night_says() {
    let mut plan = broken(0.5);
    plan.sensor.faults = Faults { gaps: 4, gap_s: 15.0, ..Faults::default() };
    let night = simulate(&plan, 2);
    let (stamps, _) = read_all(night.source());
    let holes: Vec<(f64, f64)> = stamps
        .windows(2)
        .filter(|pair| pair[1] - pair[0] > 25_000_000)
        .map(|pair| (pair[0] as f64 * 1e-9, pair[1] as f64 * 1e-9))
        .collect();
    assert_eq!(holes.len(), night.gaps().len());
    for (hole, gap) in holes.iter().zip(night.gaps()) {
        assert!(gap.0 - hole.0 <= 0.0201 && gap.0 >= hole.0, "{hole:?} {gap:?}");
        assert!(hole.1 - gap.1 <= 0.0201 && hole.1 >= gap.1, "{hole:?} {gap:?}");
    }
    for event in &night.truth().events {
        let hidden = night
            .gaps()
            .iter()
            .any(|gap| gap.0 < event.onset_s + event.duration_s && gap.1 > event.onset_s);
        assert!(!(hidden && event.visible), "{event:?}");
    }
}

#[test]
fn lost_frames_and_the_true_rate_are_as_planned() {
    let mut plan = broken(0.5);
    plan.sensor.faults =
        Faults { lost: 0.02, rate_ppm: -10_000.0, jitter_s: 0.003, ..Faults::default() };
    let night = simulate(&plan, 2);
    let (stamps, frames) = read_all(night.source());
    // 50 Hz less 1 % for half an hour, of which 2 % is lost: 89 100 ± 1746.
    let share = 1.0 - frames.len() as f64 / 89_100.0;
    assert!((share - 0.02).abs() < 0.002, "{share}");
    let grid_ns = 1e9 / 49.5;
    let off: Vec<f64> = stamps
        .iter()
        .map(|ns| (*ns as f64 / grid_ns - (*ns as f64 / grid_ns).round()) * grid_ns * 1e-9)
        .collect();
    let jitter_s = (off.iter().map(|s| s * s).sum::<f64>() / off.len() as f64).sqrt();
    assert!((jitter_s / 0.003 - 1.0).abs() < 0.03, "{jitter_s}");
}

#[test]
fn more_noise_moves_no_leg() {
    let quiet = short(Scene::AnklePlm, 2.0);
    let mut noisy = quiet.clone();
    noisy.sensor.converter.white_mg = 9.0;
    noisy.sensor.faults.jitter_s = 0.004;
    let times = |truth: &Truth| -> Vec<(f64, f64)> {
        truth.events.iter().map(|event| (event.onset_s, event.duration_s)).collect()
    };
    assert_eq!(times(simulate(&quiet, 4).truth()), times(simulate(&noisy, 4).truth()));
}

/// Events are in order and apart: only what follows from a start may run into
/// it, and on a mattress the ring of the bed goes on for a while. Epochs,
/// night and truth tell the same story.
#[test]
fn every_night_adds_up() {
    for scene in Scene::ALL {
        let plan = Plan { hours: 4.0, ..scene.plan(6) };
        let night = simulate(&plan, 6);
        let (truth, name) = (night.truth(), scene.name());
        let through_bed = night.spec().placement != Some(Placement::Ankle);
        for pair in truth.events.windows(2) {
            let apart_s = pair[1].onset_s - pair[0].onset_s - pair[0].duration_s;
            let least_s = if through_bed { -1.5 } else { 0.3 };
            let of_both = |event: &TruthEvent| event.note.contains("both legs");
            let follows = pair[0].kind == Kind::HypnicStart || of_both(&pair[1]);
            assert!(pair[1].onset_s > pair[0].onset_s, "{name}: {pair:#?}");
            assert!(follows || apart_s > least_s, "{name}: {pair:#?}");
        }
        let row = night.night_row("night.csv", &[]);
        let epochs = night.epoch_rows();
        assert_eq!(epochs.len(), 480, "{name}");
        let asleep_h = epochs.iter().filter(|e| e.asleep).count() as f64 / 120.0;
        assert!((asleep_h - row.hours_asleep).abs() < 0.15, "{asleep_h} {}", row.hours_asleep);
        if let (Some(onset_s), Some(wake_s)) = (truth.sleep_onset_s, truth.final_wake_s) {
            assert!(truth.lights_off_s < onset_s && onset_s < wake_s && wake_s < truth.lights_on_s);
        }
        let count = |kind| truth.events.iter().filter(|e| e.kind == kind).count();
        let periodic = truth.events.iter().any(|e| e.in_series.is_some());
        let expected = match (count(Kind::HypnicStart) > 0, periodic, scene) {
            (_, _, Scene::Table) => Pattern::Inconclusive,
            (_, _, Scene::RestlessLegs) => Pattern::RestlessLegsLike,
            (true, true, _) => Pattern::Mixed,
            (true, false, _) => Pattern::HypnicStarts,
            (false, true, _) => Pattern::PeriodicLimbMovements,
            (false, false, _) => Pattern::Quiet,
        };
        assert_eq!(row.pattern, expected, "{name}");
    }
}

/// Recordings too short for a night still hold only what they recorded.
#[test]
fn short_recordings_keep_their_events_inside() {
    for scene in Scene::ALL {
        for hours in [0.001, 0.005, 0.02, 0.1] {
            let night = simulate(&short(scene, hours), 1);
            for event in &night.truth().events {
                let end_s = event.onset_s + event.duration_s;
                assert!(event.onset_s >= 0.0 && end_s < hours * 3600.0 + 2.0, "{event:?}");
            }
            let epochs = (hours * 120.0_f64).ceil() as usize;
            assert_eq!(night.epoch_rows().len(), epochs, "{}", scene.name());
        }
    }
}

/// A leg movement arrives on the mattress with some hundredths of its height
/// at the ankle, and hardly a tilt.
#[test]
fn the_mattress_feels_the_same_legs_weakly() {
    let on_ankle = simulate(&Scene::AnklePlm.plan(4), 4);
    let on_bed = simulate(&Scene::MattressPlm.plan(4), 4);
    let legs = |night: &SimulatedNight| -> Vec<TruthEvent> {
        let legs = night.truth().events.iter().filter(|e| e.in_series.is_some());
        legs.cloned().collect()
    };
    let (ankle, bed) = (legs(&on_ankle), legs(&on_bed));
    let mut ratios: Vec<f64> = ankle
        .iter()
        .filter_map(|a| bed.iter().find(|b| b.onset_s == a.onset_s).map(|b| b.peak_g / a.peak_g))
        .collect();
    ratios.sort_by(f64::total_cmp);
    assert!(ratios.len() * 10 > ankle.len() * 9, "{} of {}", ratios.len(), ankle.len());
    let median = ratios[ratios.len() / 2];
    assert!((0.015..0.08).contains(&median), "{median}");
    assert!(bed.iter().all(|event| event.tilt_deg < 0.7));
    assert!(ankle.iter().filter(|event| event.tilt_deg > 1.0).count() * 10 > ankle.len() * 7);
}

/// Trucks and doors are all that moves a band on a table.
#[test]
fn nobody_lies_on_the_table() {
    let night = simulate(&Scene::Table.plan(1), 1);
    assert!(night.truth().events.iter().all(|event| event.kind == Kind::Disturbance));
    assert!(night.epoch_rows().iter().all(|epoch| !epoch.worn && !epoch.asleep));
}

/// In 2024 the clocks of Berlin went from 2:00 to 3:00 on 31 March.
#[test]
fn stamps_follow_the_clock_when_it_changes() {
    let mut plan = Scene::ClockChange.plan(1);
    plan.hours = 3.6;
    plan.sensor.rate_hz = 1.0;
    let file = csv_of(&simulate(&plan, 1), Stamps::Iso);
    let row = |second: usize| file.lines().skip(6).nth(second).expect("a row");
    assert!(row(12_599).starts_with("2024-03-31T01:59:59.000+01:00,"), "{}", row(12_599));
    assert!(row(12_600).starts_with("2024-03-31T03:00:00.000+02:00,"), "{}", row(12_600));
}

#[test]
fn trains_have_the_interval_of_the_plan() {
    let mut plan = Scene::AnklePlm.plan(8);
    let trains = plan.sleeper.as_mut().and_then(|s| s.trains.as_mut()).expect("the scene's point");
    (trains.interval_s, trains.interval_spread, trains.missed) = (24.0, 0.25, 0.0);
    let night = simulate(&plan, 8);
    let legs: Vec<_> = night.truth().events.iter().filter(|e| e.in_series.is_some()).collect();
    let mut intervals: Vec<f64> = legs
        .windows(2)
        .filter(|pair| pair[0].in_series == pair[1].in_series)
        .map(|pair| pair[1].onset_s - pair[0].onset_s)
        .collect();
    intervals.sort_by(f64::total_cmp);
    assert!(intervals.len() > 150, "{}", intervals.len());
    let median_s = intervals[intervals.len() / 2];
    // Trains differ by 12 %, and a movement may find its place taken.
    assert!((median_s / 24.0 - 1.0).abs() < 0.12, "{median_s}");
    assert!(intervals[0] >= 9.99, "{}", intervals[0]);
    let lengths: Vec<f64> = legs.iter().map(|e| e.duration_s).collect();
    let mean_s = lengths.iter().sum::<f64>() / lengths.len() as f64;
    assert!((2.4..4.2).contains(&mean_s), "Ferri et al. 2015: 3.2 s; here {mean_s}");
}

/// Leg movements of a night without trains never make four in a row with 10 to
/// 90 s between them.
#[test]
fn nights_without_trains_have_no_series() {
    for seed in 0..3 {
        for scene in [Scene::Healthy, Scene::HealthyStarts, Scene::MattressPhone] {
            let night = simulate(&scene.plan(seed), seed);
            let legs = night.truth().events.iter().filter(|e| e.kind == Kind::LimbMovement);
            let (mut last_s, mut in_row) = (f64::NEG_INFINITY, 0);
            for event in legs {
                let fits = (10.0..=90.0).contains(&(event.onset_s - last_s));
                in_row = if fits { in_row + 1 } else { 1 };
                last_s = event.onset_s;
                assert!(in_row < 4, "{} {seed} at {last_s} s", scene.name());
            }
        }
    }
}

#[test]
fn starts_are_short_and_still_before_and_near_a_transition() {
    let mut all = 0;
    for seed in 0..6 {
        let night = simulate(&Scene::HealthyStarts.plan(seed), seed);
        let truth = night.truth();
        let starts: Vec<_> = truth.events.iter().filter(|e| e.kind == Kind::HypnicStart).collect();
        all += starts.len();
        assert!((1..=25).contains(&starts.len()), "seed {seed}: {}", starts.len());
        for start in starts {
            assert!(start.duration_s < 1.3 && start.turn_deg < 0.01, "{start:?}");
            // At most 1 g of push at the body, and what tilt and bed add.
            assert!(start.peak_g > 0.03 && start.peak_g < 1.4, "{start:?}");
            let before = truth.events.iter().map(|e| start.onset_s - e.onset_s - e.duration_s);
            let still_s = before.filter(|s| *s > 0.0).fold(f64::INFINITY, f64::min);
            assert!(still_s >= 30.0, "{start:?}");
            // Awake or asleep within four minutes before and after.
            let epoch = (start.onset_s / 30.0) as usize;
            let around =
                &truth.asleep[epoch.saturating_sub(8)..(epoch + 9).min(truth.asleep.len())];
            assert!(around.contains(&true) && around.contains(&false), "{start:?}");
        }
    }
    assert!(all >= 18, "six nights with starts have {all}");
}

#[test]
fn the_truth_has_the_columns_of_the_movements() {
    let night = simulate(&short(Scene::AnklePlm, 1.0), 1);
    let tables = Tables { movements: night.movement_rows(&[]), ..Tables::default() };
    let [(_, movements), ..] = &encoded(&tables)[..] else { panic!("there are tables") };
    let text = String::from_utf8(movements.clone()).expect("text");
    let fixed = "night,time,onset_s,duration_s,kind,side,peak_g,imi_s,wasm_series,aasm_series,asleep,reason";
    assert!(text.starts_with(fixed), "{}", text.lines().next().unwrap_or_default());
    let first = text.lines().nth(1).expect("an event");
    assert!(first.starts_with("2024-03-12,2024-03-12T22:"), "{first}");
    assert_eq!(text.lines().count(), night.truth().events.len() + 1);
}
