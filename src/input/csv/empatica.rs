//! Empatica E4's `ACC.csv`: the start in the first row, the rate in the second,
//! a column an axis, then rows of 1/64 g.

use crate::recording::Unit;

use super::layout::Layout;
use super::number;
use super::preamble::Facts;
use super::stamp::{Moment, StampZone};

/// Counts that make 1 g: 8 bits for ±2 g.
const PER_G: f64 = 64.0;

/// If the first two rows of `layout`, in `head`, are Empatica's, takes them off
/// and tells what they say.
pub(super) fn take(layout: &mut Layout, head: &[u8]) -> Option<Facts> {
    let [starts, rates, ..] = layout.sample.as_slice() else { return None };
    let point = layout.dialect.point;
    let start = all_equal(starts)?;
    let rate_hz = number::parse(all_equal(rates)?.as_bytes(), point)?;
    let start_ns = number::parse_scaled(start.as_bytes(), point, 9)?;
    // Started since the watch is sold, and at a rate that a watch can have.
    let known = layout.names.is_none()
        && start_ns > 1_400_000_000_000_000_000
        && (1.0..=1000.0).contains(&rate_hz);
    if !known {
        return None;
    }
    let facts = Facts {
        writer: Some("Empatica E4"),
        rate_hz: Some(rate_hz),
        start: Some(Moment { wall_ns: start_ns, zone: StampZone::Utc }),
        unit: Some(Unit::Counts { per_g: PER_G }),
        ..Facts::default()
    };
    layout.sample.drain(..2);
    for _ in 0..2 {
        layout.start += memchr::memchr(b'\n', &head[layout.start..])? + 1;
        layout.row += 1;
    }
    Some(facts)
}

/// The value of three cells that are the same.
fn all_equal(cells: &[String]) -> Option<&str> {
    let [x, y, z] = cells else { return None };
    (x == y && y == z).then_some(x)
}
