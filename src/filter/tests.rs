use std::f64::consts::{FRAC_1_SQRT_2, PI};

use proptest::prelude::*;

use super::*;
use crate::error::{Error, Result};

/// One filter of `tests/tables/butterworth_scipy.csv`
/// (made by `scripts/butterworth-table.py`).
struct Case {
    name: String,
    filter: Sections,
    rate_hz: f64,
    rows: Vec<(String, Vec<f64>)>,
}

impl Case {
    fn values(&self, wanted: &str) -> &[f64] {
        let row = self.rows.iter().find(|(name, _)| name == wanted);
        &row.unwrap_or_else(|| panic!("{}: no row {wanted}", self.name)).1
    }
}

fn scipy_cases() -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in include_str!("../../tests/tables/butterworth_scipy.csv").lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let name = fields[..5].join(" ");
        let [order, low_hz, high_hz, rate_hz] =
            [1, 2, 3, 4].map(|i| fields[i].parse::<f64>().unwrap());
        if cases.last().is_none_or(|case| case.name != name) {
            let order = order as usize;
            let filter = match fields[0] {
                "lowpass" => lowpass(order, high_hz, rate_hz),
                "highpass" => highpass(order, low_hz, rate_hz),
                _ => bandpass(order, low_hz, high_hz, rate_hz),
            };
            cases.push(Case { name, filter: filter.unwrap(), rate_hz, rows: Vec::new() });
        }
        let values = fields[6].split(' ').map(|value| value.parse().unwrap()).collect();
        cases.last_mut().unwrap().rows.push((fields[5].to_owned(), values));
    }
    assert_eq!(cases.len(), 18);
    cases
}

fn assert_close(case: &str, what: &str, found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance,
        "{case}: {what} is {found}, SciPy has {expected}, difference {:e}",
        (found - expected).abs()
    );
}

/// A copy of the input that the SciPy outputs answer to.
fn table_input() -> impl Iterator<Item = f64> {
    (0..200_u32).map(|n| 1.0 + f64::from(n * n % 101) / 101.0)
}

#[test]
fn coefficients_are_those_of_scipy() {
    for case in scipy_cases() {
        let mut found: Vec<[f64; 2]> = case.filter.sections().iter().map(|s| s.a).collect();
        found.sort_by(|p, q| p[0].total_cmp(&q[0]).then(p[1].total_cmp(&q[1])));
        assert_eq!(found.len(), case.values("a1").len(), "{}", case.name);
        for (i, a) in found.iter().enumerate() {
            // The largest difference found is under 1e-14.
            assert_close(&case.name, "a1", a[0], case.values("a1")[i], 1e-13);
            assert_close(&case.name, "a2", a[1], case.values("a2")[i], 1e-13);
        }
        let gain = case.values("gain")[0];
        assert_close(&case.name, "gain", case.filter.gain(), gain, 1e-9 * gain);
    }
}

#[test]
fn responses_are_those_of_scipy() {
    for case in scipy_cases() {
        for (&at_hz, &expected) in case.values("at_hz").iter().zip(case.values("response")) {
            let found = case.filter.response(at_hz, case.rate_hz);
            assert_close(&case.name, &format!("response at {at_hz} Hz"), found, expected, 1e-9);
        }
    }
}

#[test]
fn outputs_from_rest_are_those_of_scipy() {
    for case in scipy_cases() {
        let mut state = case.filter.at_rest(1.0);
        let outputs: Vec<f64> = table_input().map(|x| case.filter.apply(&mut state, x)).collect();
        for (i, &expected) in case.values("output").iter().enumerate() {
            assert_close(&case.name, &format!("output {}", 4 * i), outputs[4 * i], expected, 1e-9);
        }
    }
}

/// Oppenheim & Schafer, Discrete-Time Signal Processing, example 7.3: order 6,
/// the analog edge at 0.766 with T = 1, the coefficients to four decimals.
#[test]
fn oppenheim_schafer_example_7_3() {
    let edge_hz = (0.76622_f64 / 2.0).atan() / PI;
    let filter = lowpass(6, edge_hz, 1.0).unwrap();
    let published = [[-1.2686, 0.7051], [-1.0106, 0.3583], [-0.9044, 0.2155]];
    for (section, published) in filter.sections().iter().zip(published) {
        assert_eq!(section.b, [1.0, 2.0, 1.0]);
        for (found, published) in section.a.iter().zip(published) {
            assert!((found - published).abs() < 1e-4, "{found} for {published}");
        }
    }
    assert!((filter.gain() - 0.000_737_8).abs() < 5e-8, "{}", filter.gain());
}

/// At a quarter of the rate the analog edge is 1 and s² + √2·s + 1 gives
/// b = 1/(2 + √2), a = (0, (2 − √2)/(2 + √2)) by hand.
#[test]
fn second_order_at_a_quarter_of_the_rate_by_hand() {
    let root = 2.0_f64.sqrt();
    for filter in [lowpass(2, 12.5, 50.0).unwrap(), highpass(2, 12.5, 50.0).unwrap()] {
        let [section] = filter.sections() else { panic!("one section") };
        assert!(section.a[0].abs() < 1e-15);
        assert!((section.a[1] - (2.0 - root) / (2.0 + root)).abs() < 1e-15);
        assert!((filter.gain() - 1.0 / (2.0 + root)).abs() < 1e-15);
    }
}

/// Amplitude of a settled sine through the filter, measured on its output.
fn measured_gain(filter: &Sections, frequency_hz: f64, rate_hz: f64) -> f64 {
    let mut state = State::default();
    let settled = (40.0 * rate_hz / frequency_hz) as u32;
    let whole_periods = (50.0 * rate_hz / frequency_hz).round() as u32;
    let (mut in_phase, mut quadrature) = (0.0, 0.0);
    for n in 0..settled + whole_periods {
        let (sin, cos) = (2.0 * PI * frequency_hz * f64::from(n) / rate_hz).sin_cos();
        let y = filter.apply(&mut state, sin);
        if n >= settled {
            in_phase += y * sin;
            quadrature += y * cos;
        }
    }
    2.0 * f64::hypot(in_phase, quadrature) / f64::from(whole_periods)
}

#[test]
fn half_the_power_is_left_at_the_edges() {
    let rate_hz = 100.0;
    for order in 1..=6 {
        for (edges_hz, filter) in [
            (&[8.0][..], lowpass(order, 8.0, rate_hz).unwrap()),
            (&[0.5], highpass(order, 0.5, rate_hz).unwrap()),
            (&[0.5, 8.0], bandpass(order, 0.5, 8.0, rate_hz).unwrap()),
        ] {
            for &edge_hz in edges_hz {
                let gain = measured_gain(&filter, edge_hz, rate_hz);
                assert!((gain - FRAC_1_SQRT_2).abs() < 1e-3, "order {order}, {edge_hz} Hz: {gain}");
            }
        }
    }
}

/// |H| = 1/√(1 + (tan(πf/rate)/tan(π·edge/rate))^(2·order)), the definition of
/// the filter with the frequency axis of the bilinear transform.
#[test]
fn the_lowpass_follows_butterworth_1930() {
    let (edge_hz, rate_hz) = (3.0, 25.0);
    for order in 1..=16 {
        let filter = lowpass(order, edge_hz, rate_hz).unwrap();
        for step in 0..120 {
            let at_hz = 0.1 * f64::from(step);
            let ratio = (PI * at_hz / rate_hz).tan() / (PI * edge_hz / rate_hz).tan();
            let expected = 1.0 / (1.0 + ratio.powi(2 * order as i32)).sqrt();
            let found = filter.response(at_hz, rate_hz);
            assert!((found - expected).abs() < 1e-9, "order {order} at {at_hz} Hz: {found}");
        }
    }
}

#[test]
fn gravity_at_the_start_is_no_movement() {
    let gravity = [0.31, -0.94, 0.118_f32];
    for order in 1..=8 {
        for filter in [
            highpass(order, 0.25, 100.0).unwrap(),
            bandpass(order, 0.25, 11.0, 100.0).unwrap(),
            bandpass(order, 0.1, 0.6, 1.6).unwrap(),
        ] {
            let mut state = filter.at_rest_frame(gravity);
            for _ in 0..1000 {
                assert_eq!(filter.apply_frame(&mut state, gravity), [0.0; 3]);
            }
        }
    }
}

#[test]
fn a_lowpass_at_rest_keeps_gravity() {
    for order in 1..=4 {
        let filter = lowpass(order, 0.15, 100.0).unwrap();
        let mut state = filter.at_rest(-0.94);
        for n in 0..10_000 {
            let y = filter.apply(&mut state, -0.94);
            assert!((y + 0.94).abs() < 1e-9, "order {order}, sample {n}: {y}");
        }
    }
}

#[test]
fn edges_outside_the_band_name_the_setting() {
    let name = |result: Result<Sections>| match result.unwrap_err() {
        Error::Setting { name, .. } => name,
        other => panic!("{other}"),
    };
    assert_eq!(name(lowpass(2, 0.0, 100.0)), "high_hz");
    assert_eq!(name(lowpass(2, 50.0, 100.0)), "high_hz");
    assert_eq!(name(lowpass(2, f64::NAN, 100.0)), "high_hz");
    assert_eq!(name(highpass(2, -1.0, 100.0)), "low_hz");
    assert_eq!(name(highpass(2, 6.25, 12.5)), "low_hz");
    assert_eq!(name(bandpass(2, 0.5, 8.0, 12.5)), "high_hz");
    assert_eq!(name(bandpass(2, 0.0, 8.0, 50.0)), "low_hz");
    assert_eq!(name(bandpass(2, 8.0, 8.0, 50.0)), "low_hz");
    assert_eq!(name(bandpass(9, 0.5, 8.0, 50.0)), "order");
    assert_eq!(name(lowpass(0, 1.0, 50.0)), "order");
    assert_eq!(name(highpass(17, 1.0, 50.0)), "order");
    assert_eq!(name(lowpass(2, 1.0, 0.0)), "sample_rate_hz");
    assert_eq!(name(lowpass(2, 1.0, f64::INFINITY)), "sample_rate_hz");
}

#[test]
fn the_largest_allowed_orders_are_stable() {
    for filter in [
        lowpass(2 * MAX_SECTIONS, 1.0, 100.0).unwrap(),
        highpass(2 * MAX_SECTIONS, 1.0, 100.0).unwrap(),
        bandpass(MAX_SECTIONS, 0.25, 11.0, 100.0).unwrap(),
    ] {
        for Section { a, .. } in filter.sections() {
            assert!(a[1] < 1.0 && a[0].abs() < 1.0 + a[1], "outside the triangle of stability");
        }
    }
}

fn any_filter() -> impl Strategy<Value = Sections> {
    (1..=5_usize, 0.05..0.4_f64, 0.42..0.98_f64, 1.6..200.0_f64, 0..3_u8).prop_map(
        |(order, low, high, rate_hz, kind)| {
            let [low_hz, high_hz] = [low, high].map(|share| share * rate_hz / 2.0);
            match kind {
                0 => lowpass(order, high_hz, rate_hz),
                1 => highpass(order, low_hz, rate_hz),
                _ => bandpass(order, low_hz, high_hz, rate_hz),
            }
            .unwrap()
        },
    )
}

proptest! {
    /// A recording cut anywhere, the state carried over by value, and the axes
    /// filtered one by one give the bits of the whole.
    #[test]
    fn blocks_and_single_axes_give_the_same_bits(
        filter in any_filter(),
        frames in proptest::collection::vec(proptest::array::uniform3(-2.0..2.0_f32), 1..200),
        block in 1..50_usize,
    ) {
        let mut state = filter.at_rest_frame(frames[0]);
        let whole: Vec<[f64; 3]> =
            frames.iter().map(|&frame| filter.apply_frame(&mut state, frame)).collect();

        let mut carried = filter.at_rest_frame(frames[0]);
        let mut cut = Vec::new();
        for part in frames.chunks(block) {
            let (coefficients, mut local) = (filter, carried);
            cut.extend(part.iter().map(|&frame| coefficients.apply_frame(&mut local, frame)));
            carried = local;
        }
        let bits = |outputs: &[[f64; 3]]| -> Vec<[u64; 3]> {
            outputs.iter().map(|output| output.map(f64::to_bits)).collect()
        };
        prop_assert_eq!(bits(&whole), bits(&cut));

        for axis in 0..3 {
            let mut state = filter.at_rest(f64::from(frames[0][axis]));
            for (frame, output) in frames.iter().zip(&whole) {
                let alone = filter.apply(&mut state, f64::from(frame[axis]));
                prop_assert_eq!(alone.to_bits(), output[axis].to_bits());
            }
        }
    }
}
