//! Several sensors of one simulated night: the clocks are found, the legs are
//! joined, and it is known how much of the body moved.

use std::fs::File;
use std::path::{Path, PathBuf};

use hypnic::error::Error;
use hypnic::movement::Kind;
use hypnic::pipeline::{self, Analysis, Settings, analyze_together};
use hypnic::recording::{Placement, Side};
use hypnic::report::rows;
use hypnic::report::tables::{Extent, MovementRow, Tables};
use hypnic::simulate::{
    Scene, SimulatedNight, Stamps, another_sensor, simulate_together, write_csv,
};

const ANKLES_AND_WRIST: [(Placement, Option<Side>); 2] =
    [(Placement::Ankle, Some(Side::Right)), (Placement::Wrist, Some(Side::Left))];

/// The night of a scene at the left ankle and at other places, and how far ahead
/// the clocks there are, s.
fn night(scene: Scene, seed: u64, hours: f64) -> (Vec<SimulatedNight>, Vec<f64>) {
    let mut plan = scene.plan(seed);
    plan.hours = hours;
    let others = ANKLES_AND_WRIST
        .map(|(placement, side)| another_sensor(&plan.sensor, placement, side, seed));
    let ahead_s = others.iter().map(|(_, ahead_s)| *ahead_s).collect();
    (simulate_together(&plan, seed, &others), ahead_s)
}

/// Writes nights under names and gives them with settings that say nothing.
fn written(dir: &Path, nights: &[(&str, &SimulatedNight)]) -> Vec<(PathBuf, Settings)> {
    let write = |(name, night): &(&str, &SimulatedNight)| {
        let path = dir.join(name);
        write_csv(night, Stamps::None, File::create(&path).unwrap()).unwrap();
        (path, Settings::default())
    };
    nights.iter().map(write).collect()
}

fn analysed(nights: &[SimulatedNight], names: &[&str]) -> Analysis {
    let dir = tempfile::tempdir().unwrap();
    let named: Vec<_> = names.iter().copied().zip(nights).collect();
    analyze_together(&written(dir.path(), &named), &mut |_, _| ()).unwrap()
}

fn tables(analysis: &Analysis) -> Tables {
    rows::tables(analysis)
}

fn near(found: Option<f64>, truth: Option<f64>) -> bool {
    let (found, truth) = (found.unwrap(), truth.unwrap());
    (found - truth).abs() <= (0.1 * truth).max(1.0)
}

/// What was found at a moment.
fn at(movements: &[MovementRow], from_s: f64, to_s: f64) -> Option<&MovementRow> {
    let found =
        |m: &&MovementRow| m.onset_s < to_s + 0.3 && m.onset_s + m.duration_s > from_s - 0.3;
    movements.iter().find(found)
}

#[test]
fn clocks_are_aligned_legs_joined_and_the_indices_are_within_a_tenth() {
    for seed in [211, 212] {
        let (nights, ahead_s) = night(Scene::BothLegs, seed, 8.0);
        let analysis = analysed(&nights, &["left.csv", "right.csv", "wrist.csv"]);
        for ((sensor, night), ahead_s) in
            analysis.sensors[1..].iter().zip(&nights[1..]).zip(ahead_s)
        {
            let found = sensor.alignment.expect("they share hundreds of movements");
            // The parts of a body do not start to move at once: a wrist is less sure.
            let most_s = if sensor.placement == Placement::Ankle { 0.1 } else { 0.2 };
            assert!(found.error_s < most_s, "seed {seed}: {found:?}");
            // One clock is ahead and runs faster; both began at the same moment.
            let pace = 1.0 + night.plan().sensor.faults.clock_ppm * 1e-6;
            for true_s in [0.0, 14_400.0, 28_800.0] {
                let off_s = found.to_reference(true_s * pace) - true_s;
                assert!(off_s.abs() < found.error_s + 0.02, "seed {seed}, {true_s}: {off_s}");
            }
            let told = format!("its clock is {:.1} s", ahead_s.abs());
            let told = analysis.warnings.iter().any(|warning| warning.contains(&told));
            assert!(told, "{ahead_s}: {:?}", analysis.warnings);
        }
        let truth = nights[0].night_row("", &nights[0].series());
        let found = tables(&analysis).nights.remove(0);
        let pairs = [
            (found.plm_per_hour_bed, truth.plm_per_hour_bed),
            (found.aasm_plm_per_hour_bed, truth.aasm_plm_per_hour_bed),
            (found.plm_per_hour_sleep, truth.plm_per_hour_sleep),
        ];
        for (found, truth) in pairs {
            assert!(near(found, truth), "seed {seed}: {found:?} for {truth:?}");
        }
        let sides = [
            found.plm_per_hour_sleep_left,
            found.plm_per_hour_sleep_right,
            found.plm_per_hour_sleep_bilateral,
        ];
        let sum: f64 = sides.into_iter().map(Option::unwrap).sum();
        assert!((sum - found.plm_per_hour_sleep.unwrap()).abs() < 1e-9, "{sides:?}");
        // One leg alone shows what it does itself, which is less.
        let left = tables(&analysed(&nights[..1], &["left.csv"])).nights.remove(0);
        let (left, both) = (left.limb_movements, found.limb_movements);
        assert!(left + 10 <= both, "seed {seed}: {left} of {both}");
    }
}

#[test]
fn nine_movements_of_ten_have_the_side_that_moved() {
    let (nights, _) = night(Scene::BothLegs, 213, 6.0);
    let analysis = analysed(&nights, &["left.csv", "right.csv", "wrist.csv"]);
    let found = tables(&analysis).movements;
    let mut legs: Vec<(f64, f64, Side)> = Vec::new();
    let truth = nights[0].truth().events.iter();
    for event in truth.filter(|event| event.kind == Kind::LimbMovement && event.visible) {
        let (from_s, to_s) = (event.onset_s, event.onset_s + event.duration_s);
        match legs.last_mut() {
            Some(last) if from_s - last.1 < 0.5 && event.side != Some(last.2) => {
                *last = (last.0, to_s.max(last.1), Side::Bilateral);
            }
            _ => legs.push((from_s, to_s, event.side.unwrap())),
        }
    }
    for side in [Side::Left, Side::Right, Side::Bilateral] {
        let of_side: Vec<_> = legs.iter().filter(|leg| leg.2 == side).collect();
        assert!(of_side.len() >= 20, "{side}: {}", of_side.len());
        let is_right = |leg: &&&(f64, f64, Side)| {
            let row = at(&found, leg.0, leg.1);
            row.is_some_and(|row| row.kind == Kind::LimbMovement && row.side == Some(side))
        };
        let right = of_side.iter().filter(is_right).count();
        assert!(10 * right >= 9 * of_side.len(), "{side}: {right} of {}", of_side.len());
    }
}

#[test]
fn what_moves_the_body_is_told_from_what_moves_a_limb() {
    let (nights, _) = night(Scene::BothLegs, 214, 6.0);
    let analysis = analysed(&nights, &["left.csv", "right.csv", "wrist.csv"]);
    let found = tables(&analysis);
    let share = |kinds: &[Kind], extent: Extent| {
        let of_kind = nights[0].truth().events.iter().filter(|event| kinds.contains(&event.kind));
        let seen: Vec<_> = of_kind
            .filter(|event| event.side != Some(Side::Bilateral))
            .filter_map(|event| {
                at(&found.movements, event.onset_s, event.onset_s + event.duration_s)
            })
            .collect();
        let right = seen.iter().filter(|row| row.extent == Some(extent)).count();
        (right, seen.len())
    };
    let (whole, of_body) = share(&[Kind::GrossMovement, Kind::PostureShift], Extent::WholeBody);
    assert!(of_body >= 30 && 10 * whole >= 9 * of_body, "{whole} of {of_body}");
    let (one, of_limb) = share(&[Kind::Twitch, Kind::Rhythmic], Extent::OneLimb);
    assert!(of_limb >= 8 && 10 * one >= 9 * of_limb, "{one} of {of_limb}");
    let limbs = found.movements.iter().filter(|row| row.kind == Kind::LimbMovement);
    let whole = limbs.clone().filter(|row| row.extent == Some(Extent::WholeBody)).count();
    assert!(20 * whole <= limbs.count(), "{whole} leg movements of the whole body");
}

#[test]
fn a_start_that_all_sensors_feel_at_once_says_so() {
    let (mut at_once, mut starts) = (0, 0);
    for seed in [221, 222] {
        let (nights, _) = night(Scene::HealthyStarts, seed, 6.0);
        let analysis = analysed(&nights, &["left.csv", "right.csv", "wrist.csv"]);
        let truth = nights[0].truth().events.iter().filter(|e| e.kind == Kind::HypnicStart);
        let onsets_s: Vec<f64> = truth.map(|event| event.onset_s).collect();
        for row in tables(&analysis).movements {
            if row.kind == Kind::HypnicStart
                && onsets_s.iter().any(|s| (s - row.onset_s).abs() < 1.0)
            {
                starts += 1;
                let says = row.reason.contains("felt by all 3 sensors within 0.");
                at_once += u32::from(says && row.extent == Some(Extent::WholeBody));
            }
        }
    }
    assert!(starts >= 4 && 10 * at_once >= 7 * starts, "{at_once} of {starts}");
}

#[test]
fn a_sensor_of_another_sleeper_is_left_out_and_said() {
    let (mine, _) = night(Scene::AnklePlm, 215, 4.0);
    let (other, _) = night(Scene::Restless, 216, 4.0);
    let dir = tempfile::tempdir().unwrap();
    let files = written(dir.path(), &[("left.csv", &mine[0]), ("right.csv", &other[1])]);
    let together = analyze_together(&files, &mut |_, _| ()).unwrap();
    assert!(together.sensors[1].alignment.is_none_or(|alignment| !alignment.is_good()));
    let told = together.warnings.iter().any(|w| w.contains("right.csv") && w.contains("left out"));
    assert!(told, "{:?}", together.warnings);
    let sleep = together.warnings.iter().find(|w| w.starts_with("Sleep and times in bed")).unwrap();
    assert!(sleep.contains("left.csv (left ankle) alone"), "{sleep}");
    let alone = pipeline::analyze(&files[0].0, &Settings::default(), &mut |_, _| ()).unwrap();
    let (together, alone) = (tables(&together), tables(&alone));
    assert!(together == alone, "the night of the left leg alone");
}

#[test]
fn recordings_one_after_the_other_are_no_sensors_of_one_night() {
    let (first, _) = night(Scene::AnklePlm, 217, 0.5);
    let mut plan = Scene::AnklePlm.plan(217);
    plan.hours = 0.5;
    plan.start = plan.start.moved(3600.0);
    let later = simulate_together(&plan, 217, &[]);
    let dir = tempfile::tempdir().unwrap();
    let files = written(dir.path(), &[("left.csv", &first[0]), ("right.csv", &later[0])]);
    let error = analyze_together(&files, &mut |_, _| ()).unwrap_err();
    let text = error.to_string();
    for part in ["right.csv", "2024-03-12T23:00:00", "left.csv", "one by one"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert_eq!(error.exit_code(), 65);
}

#[test]
fn two_sensors_of_one_leg_and_one_file_twice_are_refused() {
    let (nights, _) = night(Scene::AnklePlm, 218, 0.5);
    let dir = tempfile::tempdir().unwrap();
    // The file says `left` in its head.
    let mut files = written(dir.path(), &[("a.csv", &nights[0]), ("b.csv", &nights[0])]);
    let error = analyze_together(&files, &mut |_, _| ()).unwrap_err();
    assert!(matches!(error, Error::Setting { name: "--side", .. }), "{error}");
    assert!(error.to_string().contains("a.csv (left ankle) and b.csv (left ankle)"), "{error}");
    files[1].0 = files[0].0.clone();
    let error = analyze_together(&files, &mut |_, _| ()).unwrap_err();
    assert!(error.to_string().contains("twice"), "{error}");
}
