use proptest::prelude::*;

use super::*;
use crate::filter;

/// Every instruction set of this machine that differs, the smallest last.
fn levels() -> Vec<Level> {
    let best = Level::new();
    let mut levels = vec![best];
    #[cfg(target_arch = "x86_64")]
    {
        levels.extend(best.as_avx2().map(Level::Avx2));
        levels.extend(best.as_sse4_2().map(Level::Sse4_2));
        levels.extend(best.as_sse2().map(Level::Sse2));
    }
    levels.push(Level::baseline());
    levels
}

fn cut_of(ticker: &Ticker) -> Cut {
    Cut {
        frames_per_tick: ticker.frames_per_tick,
        next: ticker.next,
        share: 1.0 / f64::from(ticker.frames_per_tick),
        power: ticker.band.gain().powi(2),
    }
}

/// Epochs of so many ticks.
fn epochs(ticks: u32, frames_per_tick: u32) -> EpochBuilder {
    EpochBuilder::new(u64::from(ticks * frames_per_tick), frames_per_tick)
}

proptest! {
    /// The bits, not the values: the same recording gives the same movements on
    /// every machine and for any block size.
    #[test]
    fn lanes_of_every_machine_give_the_bits_of_the_plain_way(
        frames in proptest::collection::vec(proptest::array::uniform3(-4.0..4.0_f32), 1..300),
        frames_per_tick in 1..12_u32,
        block in 1..60_usize,
        low_hz in 0.5..4.0_f64,
    ) {
        let band = filter::bandpass(2, low_hz, 20.0, 100.0).unwrap();
        let mut open = Open::new(band.at_rest_frame(frames[0]));
        let (mut plain, mut plain_epochs) = (Vec::new(), Vec::new());
        let fresh = Ticker::new(band, frames_per_tick, epochs(3, frames_per_tick));
        let (cut, mut builder) = (cut_of(&fresh), fresh.epochs.clone());
        let mut out =
            Out { ticks: &mut plain, epochs: &mut plain_epochs, builder: &mut builder };
        plain::push(&band, cut, &mut open, &frames, &mut out);
        builder.finish(&mut plain_epochs);
        prop_assert_eq!(plain.len(), frames.len() / frames_per_tick as usize);
        for level in levels() {
            let mut ticker = Ticker { level, ..fresh.clone() };
            let (mut ticks, mut epochs) = (Vec::new(), Vec::new());
            for block in frames.chunks(block) {
                ticker.push(block, &mut ticks, &mut epochs);
            }
            ticker.finish(&mut epochs);
            prop_assert_eq!(&ticks, &plain);
            prop_assert_eq!(&epochs, &plain_epochs);
            prop_assert_eq!(ticker.open.as_ref(), Some(&open));
        }
    }
}

/// The sums of a tick, by the definitions and the filter alone.
#[test]
fn a_tick_is_what_its_fields_say() {
    let band = filter::bandpass(2, 3.0, 20.0, 100.0).unwrap();
    let frames: Vec<Frame> = (0..40_u16)
        .map(|k| {
            let k = f32::from(k);
            [(0.9 * k).sin(), (0.4 * k).cos() - 0.5, 1.0 + 0.1 * (1.7 * k).sin()]
        })
        .collect();
    let (mut ticks, mut tick_epochs) = (Vec::new(), Vec::new());
    let mut ticker = Ticker::new(band, 5, epochs(1, 5));
    ticker.push(&frames, &mut ticks, &mut tick_epochs);
    ticker.finish(&mut tick_epochs);
    assert_eq!((ticks.len(), tick_epochs.len()), (8, 8));
    let mut state = band.at_rest_frame(frames[0]);
    let filtered: Vec<[f64; 3]> =
        frames.iter().map(|frame| band.apply_frame(&mut state, *frame)).collect();
    let power = |[x, y, z]: [f64; 3]| x * x + y * y + z * z;
    for (number, tick) in ticks.iter().enumerate() {
        let range = 5 * number..5 * number + 5;
        let frames = &frames[range.clone()];
        assert_eq!(tick.start, range.start as u64);
        let epoch = &tick_epochs[number];
        assert_eq!(epoch.covered, 1.0);
        for axis in 0..3 {
            let values = frames.iter().map(|frame| frame[axis]);
            let mean = values.clone().map(f64::from).sum::<f64>() / 5.0;
            let square = values.clone().map(|v| f64::from(v).powi(2)).sum::<f64>() / 5.0;
            assert!((f64::from(tick.mean_g[axis]) - mean).abs() < 1e-7);
            assert_eq!(epoch.mean_g[axis], tick.mean_g[axis]);
            assert!((f64::from(epoch.sd_g[axis]) - (square - mean * mean).sqrt()).abs() < 1e-6);
            assert_eq!(epoch.min_g[axis], values.clone().fold(f32::INFINITY, f32::min));
            assert_eq!(epoch.max_g[axis], values.fold(f32::NEG_INFINITY, f32::max));
        }
        let energies = filtered[range.clone()].iter().map(|value| power(*value));
        let steps = range.map(|k| {
            let before = if k == 0 { [0.0; 3] } else { filtered[k - 1] };
            power([0, 1, 2].map(|axis| filtered[k][axis] - before[axis]))
        });
        let expected = [
            (tick.band_g2, energies.clone().sum::<f64>() / 5.0),
            (tick.change_g2, steps.sum::<f64>() / 5.0),
            (tick.peak_g2, energies.fold(0.0, f64::max)),
        ];
        for (found, expected) in expected {
            assert!((f64::from(found) - expected).abs() <= 1e-6 * expected, "{found} {expected}");
        }
    }
}
