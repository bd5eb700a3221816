//! EDF, EDF+ and BDF: a header, then records of so many seconds, in which every
//! signal has its samples of two bytes (three in BDF) one after the other (Kemp
//! et al. 1992; Kemp and Olivan 2003). Of the signals, the three axes of an
//! accelerometer are read.

use std::path::Path;

use crate::error::{Position, Result};
use crate::recording::{Bases, Basis, Format, Frame, Source, Spec};

use super::bytes::Bytes;
use super::csv::{self, placement_of, side_of};
use super::packets::{self, Device, PacketSource};
use super::window::Window;
use super::{OpenOptions, RATE_LIMIT_HZ, counted, refuse};

mod header;

use header::{Header, Signal};

/// The most bytes believed of a record: the standard recommends 61 440, and
/// polysomnographs write some hundred thousand.
const RECORD_LIMIT: usize = 32 << 20;

/// Labels quoted in an error.
const LABELS_QUOTED: usize = 12;

/// An axis within a record.
#[derive(Debug, Clone, Copy)]
struct Axis {
    /// Where its samples begin in a record, in bytes.
    at: usize,
    gain: f64,
    offset: f64,
}

impl Axis {
    fn of(signal: &Signal, at: usize) -> Self {
        let gain =
            (signal.physical_max - signal.physical_min) / (signal.digital_max - signal.digital_min);
        Self { at, gain, offset: signal.physical_min - gain * signal.digital_min }
    }
}

/// The records of a file.
struct Records {
    header: Header,
    axes: [Axis; 3],
    /// Samples of an axis in a record.
    samples: usize,
    /// g of a physical unit.
    in_g: f64,
    record_bytes: usize,
    /// Where the times of the records stand, in bytes: EDF+.
    times: Option<std::ops::Range<usize>>,
    read: u64,
    /// The end of the latest record, s after the start.
    end_s: f64,
    untimed: u64,
    cut: bool,
}

impl Records {
    fn frames(&self, record: &[u8], frames: &mut Vec<Frame>) {
        let width = self.header.sample_bytes;
        let value = |axis: &Axis, index: usize| {
            let at = axis.at + index * width;
            let bytes = &record[at..at + width];
            // To the top of a 32-bit integer, and back with its sign.
            let digital = match *bytes {
                [a, b] => i32::from(i16::from_le_bytes([a, b])),
                [a, b, c] => i32::from_le_bytes([0, a, b, c]) >> 8,
                _ => 0,
            };
            ((f64::from(digital) * axis.gain + axis.offset) * self.in_g) as f32
        };
        frames.extend((0..self.samples).map(|index| {
            let [x, y, z] = &self.axes;
            [value(x, index), value(y, index), value(z, index)]
        }));
    }

    /// When a record begins, s after the start of the file.
    fn begin_s(&mut self, record_s: Option<f64>) -> f64 {
        match (record_s, &self.times) {
            (Some(begin_s), _) => begin_s,
            (None, Some(_)) => {
                self.untimed += 1;
                self.end_s
            }
            (None, None) => self.read as f64 * self.header.record_s,
        }
    }
}

/// The time that the annotations of a record begin with: `+12.5`, two bytes
/// 20, and a zero (EDF+, section 2.2.4).
fn record_time_s(annotations: &[u8]) -> Option<f64> {
    let end = annotations.iter().position(|byte| matches!(byte, 20 | 21))?;
    let text = std::str::from_utf8(&annotations[..end]).ok()?;
    let sign = text.starts_with(['+', '-']);
    text.parse().ok().filter(|seconds: &f64| sign && seconds.abs() < 1e9)
}

impl Device for Records {
    fn packet(&mut self, window: &mut Window, frames: &mut Vec<Frame>) -> Result<Option<i64>> {
        if self.header.records.is_some_and(|records| self.read >= records) {
            return Ok(None);
        }
        let record = window.look(self.record_bytes)?;
        if record.len() < self.record_bytes {
            self.cut |= !record.is_empty();
            return Ok(None);
        }
        self.frames(record, frames);
        let time_s = self.times.clone().and_then(|times| record_time_s(&record[times]));
        let begin_s = self.begin_s(time_s);
        self.end_s = begin_s + self.header.record_s;
        self.read += 1;
        window.skip(self.record_bytes);
        Ok(Some(self.header.start_ns.saturating_add((begin_s * 1e9).round() as i64)))
    }

    fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.cut {
            warnings.push("The file ends within a record, which is left out.".to_owned());
        }
        let missing = self.header.records.map_or(0, |promised| promised.saturating_sub(self.read));
        if missing > 0 {
            let records = counted(missing, "record");
            warnings.push(format!(
                "The header promises {records} more than the file has; it was read to its end."
            ));
        }
        if self.untimed > 0 {
            let records = counted(self.untimed, "record");
            warnings.push(format!("{records} without a time are taken to follow the one before."));
        }
        warnings
    }
}

/// Opens the accelerometer of an EDF file.
///
/// # Errors
/// A header that is cut or wrong, no three signals of an accelerometer, signals
/// without gravity unless that is asked for, and no whole record.
pub(super) fn open(path: &Path, bytes: Bytes, options: &OpenOptions) -> Result<Box<dyn Source>> {
    let mut window = Window::new(path, bytes);
    let header = Header::read(&mut window)?;
    let names: Vec<String> = header
        .signals
        .iter()
        .map(|signal| format!("{} ({})", signal.label, signal.dimension))
        .collect();
    let Some(found) = csv::named_axes(&names, options) else { return Err(no_axes(path, &header)) };
    let mut records = records(path, header, found.columns)?;
    let first = window.look(records.record_bytes)?;
    let mut frames = Vec::new();
    if first.len() == records.record_bytes {
        records.frames(first, &mut frames);
    }
    let label = records.header.signals[found.columns[0]].label.clone();
    let judged = csv::judge_unit(path, &label, &found, &frames, options)?;
    records.in_g = judged.unit.in_g();
    let rate_hz = records.samples as f64 / records.header.record_s;
    if !(rate_hz > 0.0 && rate_hz <= RATE_LIMIT_HZ) {
        let found = format!("an accelerometer at {rate_hz} Hz");
        let expected = format!("up to {RATE_LIMIT_HZ} Hz");
        return Err(refuse(
            path,
            Position::Byte(244),
            found,
            expected,
            "Export the recording again",
        ));
    }
    let labels =
        found.columns.map(|column| records.header.signals[column].label.as_str()).join(", ");
    let mut layout = format!("{} signals, the axes: {labels}", names.len());
    if !found.others.is_empty() {
        layout += &format!("; not used: {} and its other axes", found.others.join(", "));
    }
    let axes_basis = if options.axes.is_some() { Basis::Given } else { Basis::Stated };
    let warning = judged.warning.clone();
    let source = PacketSource::open(window, records, options, |records, first_ns| {
        let header = &records.header;
        Ok(Spec {
            format: Format::Edf,
            layout,
            device: header.device.clone(),
            unit: judged.unit,
            unit_source: judged.source,
            has_gravity: judged.has_gravity,
            has_stamps: true,
            rate_hz,
            rate_source: "from the header".to_owned(),
            clock: packets::clock(first_ns, header.offset_s),
            placement: placement_of(&label),
            side: side_of(&label),
            full_scale_g: None,
            bases: Bases { axes: axes_basis, unit: judged.basis, ..Bases::default() },
        })
    })?;
    Ok(Box::new(source.with_warning(warning)))
}

fn no_axes(path: &Path, header: &Header) -> crate::error::Error {
    let labels: Vec<String> =
        header.signals.iter().map(|signal| format!("{:?}", signal.label)).collect();
    let mut quoted = labels[..labels.len().min(LABELS_QUOTED)].join(", ");
    if labels.len() > LABELS_QUOTED {
        quoted.push_str(", …");
    }
    let signals = counted(labels.len() as u64, "signal");
    let found = format!("{signals} of which none is an accelerometer's ({quoted})");
    let help =
        "Name the labels of the axes with --axes, or export the accelerometer with the recording";
    refuse(path, Position::Byte(256), found, "three signals named as axes, in g, mg or m/s²", help)
}

fn records(path: &Path, header: Header, columns: [usize; 3]) -> Result<Records> {
    let starts: Vec<usize> = header
        .signals
        .iter()
        .scan(0usize, |at, signal| {
            let start = *at;
            *at = at.saturating_add(signal.samples.saturating_mul(header.sample_bytes));
            Some(start)
        })
        .collect();
    let bytes = |signal: &Signal| signal.samples.saturating_mul(header.sample_bytes);
    let record_bytes = header.signals.iter().map(bytes).fold(0, usize::saturating_add);
    let [samples, y, z] = columns.map(|column| header.signals[column].samples);
    let wrong = |found: String, expected: &str| {
        let help = "Export the recording again";
        Err(refuse(path, Position::Byte(256), found, expected, help))
    };
    if record_bytes > RECORD_LIMIT {
        return wrong(format!("records of {record_bytes} bytes"), "records of some seconds");
    }
    if samples == 0 || samples != y || samples != z {
        let found = format!("axes with {samples}, {y} and {z} samples a record");
        return wrong(found, "the same number on each axis");
    }
    if header.record_s <= 0.0 {
        return wrong("records of no duration".to_owned(), "a duration in seconds");
    }
    let axes = columns.map(|column| Axis::of(&header.signals[column], starts[column]));
    if axes
        .iter()
        .any(|axis| !(axis.gain.is_finite() && axis.offset.is_finite() && axis.gain != 0.0))
    {
        return wrong("an axis without range".to_owned(), "digital and physical extremes");
    }
    let times = header
        .signals
        .iter()
        .position(Signal::is_annotations)
        .map(|index| starts[index]..starts[index] + bytes(&header.signals[index]));
    let (in_g, read, end_s, untimed, cut) = (1.0, 0, 0.0, 0, false);
    Ok(Records { header, axes, samples, in_g, record_bytes, times, read, end_s, untimed, cut })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_begins_with_its_time() {
        assert_eq!(record_time_s(b"+0\x14\x14\0"), Some(0.0));
        assert_eq!(record_time_s(b"+1234.5\x14\x14Recording starts\x14\0"), Some(1234.5));
        assert_eq!(record_time_s(b"-0.5\x1512\x14x\x14"), Some(-0.5));
        assert_eq!(record_time_s(b"12\x14\x14\0"), None);
        assert_eq!(record_time_s(&[0; 20]), None);
    }
}
