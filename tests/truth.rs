//! Simulated nights, whose every movement is known: are they found?
//!
//! Seeds 201 and up; the thresholds were set on seeds 1 to 8.

use std::path::Path;

use hypnic::detect;
use hypnic::movement::Kind;
use hypnic::pipeline::{self, Analysis, Settings};
use hypnic::report::tables::NightRow;
use hypnic::report::{files, rows};
use hypnic::simulate::{Scene, SimulatedNight, simulate};

const SEEDS: [u64; 3] = [201, 202, 203];

fn analysed(night: &SimulatedNight, block: usize) -> Analysis {
    let mut source = night.source().with_block(block);
    let spec = night.spec().clone();
    let (found, ledger) =
        pipeline::detect(&mut source, detect::Settings::default(), &mut |_, _| ()).unwrap();
    let settings = Settings { placement: spec.placement, ..Settings::default() };
    pipeline::evaluate(Path::new("night.csv"), spec, found, ledger, vec![], &settings)
}

fn night_of(scene: Scene, seed: u64) -> (SimulatedNight, Analysis) {
    let night = simulate(&scene.plan(seed), seed);
    let analysis = analysed(&night, 4096);
    (night, analysis)
}

fn found_row(analysis: &Analysis) -> NightRow {
    rows::tables(analysis).nights.remove(0)
}

/// Within a tenth of the truth, or within one an hour of it when that is more.
fn near(found: Option<f64>, truth: Option<f64>) -> bool {
    match (found, truth) {
        (Some(found), Some(truth)) => (found - truth).abs() <= (0.1 * truth).max(1.0),
        _ => false,
    }
}

#[test]
fn the_indices_of_a_night_with_periodic_movements_are_within_a_tenth() {
    for seed in SEEDS {
        let (night, analysis) = night_of(Scene::AnklePlm, seed);
        let truth = night.night_row("night.csv", &night.series());
        let found = found_row(&analysis);
        let (found_bed, truth_bed) = (found.plm_per_hour_bed, truth.plm_per_hour_bed);
        assert!(near(found_bed, truth_bed), "seed {seed}: {found_bed:?} for {truth_bed:?}");
        let (found_sleep, truth_sleep) = (found.plm_per_hour_sleep, truth.plm_per_hour_sleep);
        assert!(near(found_sleep, truth_sleep), "seed {seed}: {found_sleep:?} for {truth_sleep:?}");
        let (found_aasm, truth_aasm) = (found.aasm_plm_per_hour_bed, truth.aasm_plm_per_hour_bed);
        assert!(near(found_aasm, truth_aasm), "seed {seed}: {found_aasm:?} for {truth_aasm:?}");
        assert!((found.pi_ferri.unwrap() - truth.pi_ferri.unwrap()).abs() < 0.1, "seed {seed}");
    }
}

#[test]
fn a_healthy_night_has_next_to_no_periodic_movements() {
    for seed in SEEDS {
        let (_, analysis) = night_of(Scene::Healthy, seed);
        let found = found_row(&analysis);
        // One chance run of a few single movements in eight hours; 15 an hour is raised.
        let index = found.plm_per_hour_bed.unwrap();
        assert!(index <= 1.0, "seed {seed}: {index}");
    }
}

#[test]
fn the_index_of_strong_movements_hangs_little_on_the_threshold_that_of_weak_ones_more() {
    let moved = |scene: Scene| {
        let found = found_row(&night_of(scene, 201).1);
        let index = found.plm_per_hour_sleep.unwrap();
        let halved = found.plm_per_hour_sleep_threshold_halved.unwrap();
        let doubled = found.plm_per_hour_sleep_threshold_doubled.unwrap();
        (halved / index - 1.0, doubled / index - 1.0)
    };
    let (halved, doubled) = moved(Scene::Tonic);
    assert!(halved.abs() < 0.15 && doubled.abs() < 0.15, "{halved:+.2}, {doubled:+.2}");
    let (_, doubled) = moved(Scene::Weak);
    assert!(doubled < -0.05, "{doubled:+.2}");
}

#[test]
fn most_starts_are_found_and_few_are_invented() {
    let (mut hits, mut starts, mut invented) = (0, 0, 0);
    for seed in SEEDS {
        let (night, analysis) = night_of(Scene::HealthyStarts, seed);
        let found: Vec<f64> = analysis.nights[0]
            .movements
            .iter()
            .filter(|movement| movement.kind == Kind::HypnicStart)
            .map(|movement| movement.onset_s)
            .collect();
        let truth = night.truth().events.iter().filter(|event| event.kind == Kind::HypnicStart);
        let onsets_s: Vec<f64> = truth.map(|event| event.onset_s).collect();
        let near = |a: f64, list: &[f64]| list.iter().any(|b| (a - b).abs() < 1.0);
        starts += onsets_s.len();
        hits += onsets_s.iter().filter(|onset_s| near(**onset_s, &found)).count();
        invented += found.iter().filter(|onset_s| !near(**onset_s, &onsets_s)).count();
    }
    assert!(starts >= 6, "too few to say anything: {starts}");
    assert!(hits * 10 >= starts * 7, "{hits} of {starts} starts");
    assert!(invented <= SEEDS.len(), "{invented} invented");
}

#[test]
fn a_jerk_of_a_bed_that_others_shake_is_no_start_and_that_is_said() {
    for seed in SEEDS {
        let (_, analysis) = night_of(Scene::Disturbed, seed);
        let found = found_row(&analysis);
        assert_eq!(found.hypnic_starts, Some(0), "seed {seed}");
        let told = &analysis.nights[0].movements;
        let is_said = told.iter().any(|m| m.why.to_string().contains("others shake the bed"));
        assert_eq!(is_said, found.cannot_show.contains("whose"), "{}", found.cannot_show);
    }
    let (_, alone) = night_of(Scene::MattressStarts, 203);
    assert!(!found_row(&alone).cannot_show.contains("whose"));
    assert!(found_row(&alone).hypnic_starts.is_some_and(|starts| starts > 0));
}

#[test]
fn sleep_onset_and_sleep_time_are_near_the_truth_without_given_times() {
    for seed in SEEDS {
        let (night, analysis) = night_of(Scene::Healthy, seed);
        let truth = night.truth();
        let found = &analysis.nights[0];
        let onset_s = found.night.sleep_onset_s.unwrap() - truth.sleep_onset_s.unwrap();
        assert!(onset_s.abs() < 15.0 * 60.0, "seed {seed}: onset {onset_s} s off");
        let asleep_h = found.summary.hours_asleep - truth.asleep_s / 3600.0;
        assert!(asleep_h.abs() < 0.75, "seed {seed}: {asleep_h} h off");
    }
}

#[test]
fn the_block_size_changes_nothing() {
    let mut plan = Scene::Mixed.plan(204);
    plan.hours = 1.5;
    let night = simulate(&plan, 204);
    let whole = files::encoded(&rows::tables(&analysed(&night, 1 << 20)));
    for block in [1, 7, 4096, 10_007] {
        assert_eq!(files::encoded(&rows::tables(&analysed(&night, block))), whole, "{block}");
    }
}

#[test]
fn a_table_without_a_sleeper_is_not_worn_and_has_no_sleep() {
    let (_, analysis) = night_of(Scene::Table, 205);
    let found = found_row(&analysis);
    assert_eq!(found.sleep_onset_s, None);
    assert_eq!(found.plm_per_hour_sleep, None);
    assert_eq!(found.hypnic_starts, Some(0));
}

#[test]
fn what_a_place_cannot_show_is_left_empty_and_said() {
    let (_, analysis) = night_of(Scene::WristPlm, 206);
    let found = found_row(&analysis);
    assert_eq!(found.plm_per_hour_sleep, None);
    assert!(found.cannot_show.contains("wrist"), "{}", found.cannot_show);
    let (_, analysis) = night_of(Scene::Ankle12Hz, 206);
    let found = found_row(&analysis);
    assert_eq!(found.hypnic_starts, None);
    assert!(found.cannot_show.contains("25 samples"), "{}", found.cannot_show);
}
