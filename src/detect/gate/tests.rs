//! The fast path of the gate against its twin, tick by tick.

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::super::history::Past;
use super::*;

const TICK_HZ: f64 = 20.0;

/// Ten minutes of noise with some shakes and turns of any strength, from far below
/// the thresholds to far above.
fn ticks(seed: u64) -> Vec<Tick> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut shake_g, mut lean_g, mut left) = (0.0_f32, 0.0_f32, 0);
    (0..12_000)
        .map(|number| {
            if left == 0 && random.random_bool(0.005) {
                shake_g = 10_f32.powf(random.random_range(-3.5..-0.5));
                lean_g += random.random_range(-0.01..0.01) * f32::from(random.random_bool(0.3));
                left = random.random_range(1..60);
            }
            let moving = if left > 0 { shake_g } else { 0.0 };
            left = left.max(1) - 1;
            let band_g = 0.002 * random.random_range(0.5..1.5) + moving;
            let mut around = |g: f32| g + 0.0005 * random.random_range(-1.0..1.0_f32);
            Tick {
                start: number * 5,
                mean_g: [around(lean_g), around(0.0), around(1.0)],
                band_g2: band_g * band_g,
                change_g2: band_g * band_g,
                peak_g2: 4.0 * band_g * band_g,
            }
        })
        .collect()
}

/// The bursts of `ticks`, by reading, and how many ticks were passed over.
fn bursts(ticks: &[Tick], blocks: &[usize], fast: bool) -> ([VecDeque<Burst>; READINGS], u64) {
    let mut gate = Gate::new(TICK_HZ, 1.0);
    let mut past = Past::new(ticks.len());
    let mut ended = std::array::from_fn(|_| VecDeque::new());
    let (mut end, mut passed, mut rest) = (0, 0, ticks);
    for block in blocks.iter().cycle() {
        let (now, later) = rest.split_at((*block).min(rest.len()));
        if now.is_empty() {
            break;
        }
        past.room().extend_from_slice(now);
        gate.extend(now);
        while end < past.end() {
            let quiet = if fast { gate.pass_quiet(end) } else { 0 };
            passed += quiet;
            end += quiet;
            if quiet == 0 {
                end += 1;
                gate.advance(past.as_of(end), 0.001, &mut ended);
            }
        }
        rest = later;
    }
    gate.finish(past.as_of(end), 0.001, &mut ended);
    (ended, passed)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn passing_over_quiet_stretches_gives_the_bursts_of_every_tick(
        seed in any::<u64>(),
        blocks in prop::collection::vec(1_usize..900, 1..8),
    ) {
        let ticks = ticks(seed);
        let (every, _) = bursts(&ticks, &[ticks.len()], false);
        let (fast, passed) = bursts(&ticks, &blocks, true);
        prop_assert!(passed > ticks.len() as u64 / 4, "only {} ticks passed over", passed);
        prop_assert!(every.iter().all(|bursts| !bursts.is_empty()));
        prop_assert_eq!(every, fast);
    }

    #[test]
    fn a_stretch_below_the_threshold_leaves_hysteresis_as_its_ticks_do(
        before in prop::collection::vec(0.0_f32..2.4, 0..6),
        levels in prop::collection::vec(0.0_f32..2.4, 1..40),
        after in prop::collection::vec(0.0_f32..4.0, 1..40),
    ) {
        let (mut by_tick, mut at_once) = (Hysteresis::new(ON, OFF), Hysteresis::new(ON, OFF));
        let step = |hysteresis: &mut Hysteresis, first: usize, levels: &[f32]| -> Vec<_> {
            let ticks = levels.iter().zip(first as u64..);
            ticks.map(|(level, tick)| hysteresis.step(tick, *level, [0.001; 3], 10)).collect()
        };
        for hysteresis in [&mut by_tick, &mut at_once] {
            step(hysteresis, 0, &before);
        }
        step(&mut by_tick, before.len(), &levels);
        at_once.pass(before.len() as u64, &levels);
        prop_assert_eq!(by_tick.above_since, at_once.above_since);
        let first = before.len() + levels.len();
        prop_assert_eq!(step(&mut by_tick, first, &after), step(&mut at_once, first, &after));
        prop_assert_eq!(by_tick.open, at_once.open);
    }
}
