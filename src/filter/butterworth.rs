//! The design: analog Butterworth poles, their band, the bilinear transform
//! with prewarped edges.
//!
//! Everything stays in real arithmetic. With s = (z − 1)/(z + 1) an edge of f Hz
//! lies at the analog frequency tan(πf / rate), and a pair of poles is the
//! quadratic s² + damping·s + stiffness.

use std::f64::consts::PI;

use super::{MAX_SECTIONS, Section, Sections};
use crate::error::{Error, Result};

/// A low-pass of `order` poles, down to 1/√2 at `high_hz`.
///
/// # Errors
/// Names the setting: an edge outside (0, half the sample rate), an order
/// outside 1 to 2·[`MAX_SECTIONS`], a rate that is no positive number.
pub fn lowpass(order: usize, high_hz: f64, sample_rate_hz: f64) -> Result<Sections> {
    check_order(order, 2 * MAX_SECTIONS)?;
    let edge = warped("high_hz", high_hz, sample_rate_hz)?;
    Ok(cascade(&low_poles(order, edge), |pole| match *pole {
        Pole::Real { rate } => ([1.0, 1.0, 0.0], rate),
        Pole::Pair { stiffness, .. } => ([1.0, 2.0, 1.0], stiffness),
    }))
}

/// A high-pass of `order` poles, down to 1/√2 at `low_hz`.
///
/// # Errors
/// As [`lowpass`].
pub fn highpass(order: usize, low_hz: f64, sample_rate_hz: f64) -> Result<Sections> {
    check_order(order, 2 * MAX_SECTIONS)?;
    let edge = warped("low_hz", low_hz, sample_rate_hz)?;
    // Turning s into edge²/s leaves the poles of the low-pass where they are
    // and moves its zeros from infinity to 0.
    Ok(cascade(&low_poles(order, edge), |pole| match pole {
        Pole::Real { .. } => ([1.0, -1.0, 0.0], 1.0),
        Pole::Pair { .. } => ([1.0, -2.0, 1.0], 1.0),
    }))
}

/// A band-pass, down to 1/√2 at `low_hz` and `high_hz`. `order` is that of the
/// low-pass it is made from: it has 2·`order` poles, `order` sections, and
/// falls off by `order` poles on either side.
///
/// # Errors
/// As [`lowpass`], with orders 1 to [`MAX_SECTIONS`]; and edges in the wrong
/// order.
pub fn bandpass(order: usize, low_hz: f64, high_hz: f64, sample_rate_hz: f64) -> Result<Sections> {
    check_order(order, MAX_SECTIONS)?;
    let low = warped("low_hz", low_hz, sample_rate_hz)?;
    let high = warped("high_hz", high_hz, sample_rate_hz)?;
    if low_hz >= high_hz {
        return Err(Error::Setting {
            name: "low_hz",
            problem: format!("{low_hz} Hz is not below the upper edge of the band, {high_hz} Hz"),
        });
    }
    let width = high - low;
    Ok(cascade(&band_poles(order, (low * high).sqrt(), width), |_| ([1.0, 0.0, -1.0], width)))
}

/// A pole on the real axis, or two together.
enum Pole {
    /// s + rate.
    Real { rate: f64 },
    /// s² + damping·s + stiffness.
    Pair { damping: f64, stiffness: f64 },
}

/// The poles of the low-pass: evenly spread over the left half of a circle
/// (Butterworth 1930), the pair at the angle θ from the imaginary axis being
/// s² + 2·sin θ·edge·s + edge².
fn low_poles(order: usize, edge: f64) -> Vec<Pole> {
    let pairs = dampings(order)
        .map(|damping| Pole::Pair { damping: damping * edge, stiffness: edge * edge });
    let real = (order % 2 == 1).then_some(Pole::Real { rate: edge });
    pairs.chain(real).collect()
}

/// The poles of the band-pass: s becomes (s² + centre²) / (width·s).
///
/// With the centre at 1 a pair s² + d·s + 1 becomes the palindrome
/// s⁴ + dw·s³ + (2 + w²)·s² + dw·s + 1, which is the product of
/// s² + k·m·s + m² and s² + (k/m)·s + 1/m². Comparing coefficients,
/// k·(m + 1/m) = d·w and (m + 1/m)² + k² = 4 + w², so k² is the smaller root of
/// q² − (4 + w²)·q + (d·w)² = 0. It is written so that nothing cancels.
fn band_poles(order: usize, centre: f64, width: f64) -> Vec<Pole> {
    let w = width / centre;
    let pair = |damping: f64, frequency: f64| Pole::Pair {
        damping: damping * centre,
        stiffness: (frequency * centre).powi(2),
    };
    let pairs = dampings(order).flat_map(|d| {
        let sum = 4.0 + w * w;
        let root = ((sum - 2.0 * d * w) * (sum + 2.0 * d * w)).sqrt();
        let q = 2.0 * (d * w).powi(2) / (sum + root);
        let k = q.sqrt();
        let m = ((sum - q).sqrt() + (w * w - q).sqrt()) / 2.0;
        [pair(k * m, m), pair(k / m, 1.0 / m)]
    });
    let real = (order % 2 == 1).then(|| pair(w, 1.0));
    pairs.chain(real).collect()
}

/// 2·sin θ for the pairs of poles on the unit circle.
fn dampings(order: usize) -> impl Iterator<Item = f64> {
    (0..order / 2).map(move |k| 2.0 * (PI * (2 * k + 1) as f64 / (2 * order) as f64).sin())
}

/// The bilinear transform. `zeros` gives a section's numerator and what the
/// analog numerator is multiplied with.
fn cascade(poles: &[Pole], zeros: impl Fn(&Pole) -> ([f64; 3], f64)) -> Sections {
    let mut gain = 1.0;
    let sections: Vec<Section> = poles
        .iter()
        .map(|pole| {
            let (b, factor) = zeros(pole);
            let (a, leading) = match *pole {
                Pole::Real { rate } => ([rate - 1.0, 0.0], 1.0 + rate),
                Pole::Pair { damping, stiffness } => (
                    [2.0 * (stiffness - 1.0), 1.0 - damping + stiffness],
                    1.0 + damping + stiffness,
                ),
            };
            gain *= factor / leading;
            Section { b, a: a.map(|coefficient| coefficient / leading) }
        })
        .collect();
    Sections::new(&sections, gain)
}

/// The analog frequency of an edge.
fn warped(name: &'static str, edge_hz: f64, sample_rate_hz: f64) -> Result<f64> {
    if !(sample_rate_hz > 0.0 && sample_rate_hz.is_finite()) {
        return Err(Error::Setting {
            name: "sample_rate_hz",
            problem: format!("{sample_rate_hz} is not a sample rate; it must be above 0 Hz"),
        });
    }
    let nyquist_hz = sample_rate_hz / 2.0;
    if !(edge_hz > 0.0 && edge_hz < nyquist_hz) {
        return Err(Error::Setting {
            name,
            problem: format!(
                "{edge_hz} Hz is not an edge at {sample_rate_hz} samples a second; \
                 it must lie above 0 and below {nyquist_hz} Hz"
            ),
        });
    }
    Ok((PI * edge_hz / sample_rate_hz).tan())
}

fn check_order(order: usize, most: usize) -> Result<()> {
    if (1..=most).contains(&order) {
        return Ok(());
    }
    Err(Error::Setting {
        name: "order",
        problem: format!("{order} is not an order; it must lie from 1 to {most}"),
    })
}
