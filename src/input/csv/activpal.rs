//! activPAL's table: serial days, perhaps an index, and a byte an axis that is
//! offset by its middle.

use crate::recording::Unit;

use super::clocks;
use super::layout::Layout;
use super::number;
use super::preamble::Facts;

/// The number that is 0 g, and how many make 1 g: 0 to 253 are -2 to 2 g, and
/// published converters take 127 off and divide by 63.
const ZERO: f32 = 127.0;
const PER_G: f64 = 63.0;

/// The largest number that is a measurement; 254 and 255 are marks.
const LARGEST: f64 = 253.0;

/// Whether the columns `axes` of `layout` are activPAL's: whole numbers in its range
/// beside serial days. Together nothing else has them.
fn is_written(layout: &Layout, axes: [usize; 3]) -> bool {
    let point = layout.dialect.point;
    let values = |column: usize| -> Vec<f64> {
        let cells = layout.sample.iter().filter_map(|row| row.get(column));
        cells.filter_map(|cell| number::parse(cell.as_bytes(), point)).collect()
    };
    let is_byte = |value: &f64| value.fract() == 0.0 && (0.0..=LARGEST).contains(value);
    let first = axes[0].min(axes[1]).min(axes[2]);
    axes.iter().all(|&axis| {
        let values = values(axis);
        !values.is_empty() && values.iter().all(is_byte)
    }) && (0..first).any(|column| clocks::are_serial_days(&values(column)))
}

/// What is known of the table if it is activPAL's.
pub(super) fn take(layout: &Layout, axes: [usize; 3], facts: Facts) -> (Facts, f32) {
    if facts.unit.is_some() || !is_written(layout, axes) {
        return (facts, 0.0);
    }
    let unit = Some(Unit::Counts { per_g: PER_G });
    (Facts { writer: Some("activPAL"), unit, ..facts }, ZERO)
}
