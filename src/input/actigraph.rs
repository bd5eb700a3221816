//! ActiGraph's `.gt3x`: a zip archive of `info.txt` and the samples, which are
//! in `log.bin` as records of a second (ActiGraph, GT3X file format), or, of
//! devices before 2013, in `activity.bin` without any time but the start
//! (ActiGraph, NHANES GT3X file format).

use std::path::Path;

use crate::error::{Position, Result};
use crate::recording::{Bases, Format, Frame, Placement, Side, Source, Spec, Unit};

use super::archive::{Archive, Member};
use super::csv::{placement_of, side_of};
use super::packets::{self, Device, PacketSource};
use super::window::Window;
use super::{OpenOptions, refuse};

mod log;

use log::Log;

/// The member that makes an archive a recording of ActiGraph's.
const INFO: &str = "info.txt";

/// 1 January 1970 in .NET's ticks of 100 ns from the year 1.
const TICKS_1970: i64 = 621_355_968_000_000_000;

/// What `info.txt` says.
#[derive(Debug, Default, Clone, PartialEq)]
struct Info {
    serial: Option<String>,
    model: Option<String>,
    rate_hz: Option<f64>,
    start_ns: Option<i64>,
    offset_s: Option<i32>,
    per_g: Option<f64>,
    full_scale_g: Option<f32>,
    placement: Option<Placement>,
    side: Option<Side>,
}

impl Info {
    fn of(text: &str) -> Self {
        let mut info = Self::default();
        for (key, value) in text.lines().filter_map(|line| line.split_once(':')) {
            let value = value.trim();
            let positive =
                || value.replace(',', ".").parse().ok().filter(|value: &f64| *value > 0.0);
            match key.trim() {
                "Serial Number" => info.serial = Some(value.to_owned()),
                "Device Type" => info.model = Some(value.to_owned()),
                "Sample Rate" => info.rate_hz = positive().filter(|rate| *rate <= 1000.0),
                "Start Date" => info.start_ns = ticks_ns(value),
                "TimeZone" => info.offset_s = offset_s(value),
                "Acceleration Scale" => info.per_g = positive(),
                "Acceleration Max" => info.full_scale_g = positive().map(|max| max as f32),
                "Limb" => info.placement = placement_of(value),
                "Side" => info.side = side_of(value),
                _ => {}
            }
        }
        info
    }

    /// Counts that make 1 g: as the file says, else by the kind of device
    /// (ActiGraph, GT3X file format: `NEO`, `CLE` and `MRA` have 341, `MOS` and
    /// `TAS` 256); and how that is known.
    fn scale(&self) -> Option<(f64, &'static str)> {
        if let Some(per_g) = self.per_g {
            return Some((per_g, "from the acceleration scale in info.txt"));
        }
        let kind = self.serial.as_deref()?.get(..3)?;
        match kind {
            "NEO" | "CLE" | "MRA" => Some((341.0, "from the kind of device, by its serial number")),
            "MOS" | "TAS" => Some((256.0, "from the kind of device, by its serial number")),
            _ => None,
        }
    }
}

/// .NET's ticks of a local time, in ns from 1970 as if it were UTC.
fn ticks_ns(text: &str) -> Option<i64> {
    text.parse::<i64>().ok()?.checked_sub(TICKS_1970)?.checked_mul(100)
}

/// `-04:00:00`, in seconds.
fn offset_s(text: &str) -> Option<i32> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(text) => (-1, text),
        None => (1, text.trim_start_matches('+')),
    };
    let mut parts = text.split(':').map(|part| part.parse::<i32>().ok());
    let (hours, minutes) = (parts.next()??, parts.next()??);
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60)
}

/// Whether an archive is a `.gt3x`, by its members.
pub(super) fn is(archive: &Archive) -> bool {
    archive.member(INFO).is_some() && samples(archive).is_some()
}

fn samples(archive: &Archive) -> Option<&Member> {
    archive.member("log.bin").or_else(|| archive.member("activity.bin"))
}

/// Opens a recording of ActiGraph's.
///
/// # Errors
/// An `info.txt` without rate or scale, and samples of which none can be read.
pub(super) fn open(
    path: &Path,
    archive: &Archive,
    options: &OpenOptions,
) -> Result<Box<dyn Source>> {
    let (Some(info), Some(member)) = (archive.member(INFO), samples(archive)) else {
        let help = "Download the recording from the device again";
        return Err(refuse(path, Position::File, "an archive", "info.txt and log.bin", help));
    };
    let about = Info::of(&archive.text(info)?);
    let in_info = |found: &str, expected: &str, help: &str| {
        refuse(&archive.path_of(info), Position::File, found, expected, help)
    };
    let Some(rate_hz) = about.rate_hz.or(options.rate_hz) else {
        return Err(in_info(
            "no sample rate",
            "a line `Sample Rate: 30`",
            "Give it with --rate-hz",
        ));
    };
    let Some((per_g, unit_source)) = about.scale() else {
        let help = "Export the recording to raw CSV with ActiLife";
        return Err(in_info("neither a scale nor a known device", "an acceleration scale", help));
    };
    let unit_source = unit_source.to_owned();
    let window = Window::new(path, archive.bytes(member)?);
    let spec = |layout: &str, first_ns: i64| Spec {
        format: Format::Gt3x,
        layout: layout.to_owned(),
        device: about.serial.as_ref().map(|serial| {
            format!("ActiGraph {} {serial}", about.model.as_deref().unwrap_or_default())
                .replace("  ", " ")
        }),
        unit: Unit::Counts { per_g },
        unit_source,
        has_gravity: true,
        has_stamps: true,
        rate_hz,
        rate_source: "from info.txt".to_owned(),
        clock: packets::clock(first_ns, about.offset_s),
        placement: about.placement,
        side: about.side,
        full_scale_g: about.full_scale_g,
        bases: Bases::default(),
    };
    if member.file_name().eq_ignore_ascii_case("log.bin") {
        let layout = "log.bin, records of a second with a time each";
        let log = Log::new(per_g as f32);
        let about = |_: &Log, first_ns| Ok(spec(layout, first_ns));
        return Ok(Box::new(PacketSource::open(window, log, options, about)?));
    }
    let Some(start_ns) = about.start_ns else {
        let help = "Export the recording to raw CSV with ActiLife";
        return Err(in_info("no start", "a line `Start Date:` with the ticks of a time", help));
    };
    let layout = "activity.bin, packed samples without times (devices before 2013)";
    let activity = Activity { in_g: 1.0 / per_g as f32, rate_hz, start_ns, pairs: 0, cut: false };
    let about = |_: &Activity, first_ns| Ok(spec(layout, first_ns));
    Ok(Box::new(PacketSource::open(window, activity, options, about)?))
}

/// Bytes of two samples in 12 bits an axis.
const PAIR: usize = 9;

/// Pairs of samples taken at a time from `activity.bin`.
const PAIRS: usize = 256;

/// The samples in 12-bit two's complement, y before x before z, as both
/// generations pack them; a half byte at the end is padding.
fn unpack(packed: &[u8], in_g: f32, frames: &mut Vec<Frame>) {
    let value = |high: u8, low: u8| f32::from(i16::from_be_bytes([high, low]) >> 4) * in_g;
    let (pairs, rest) = packed.as_chunks::<PAIR>();
    for &[a, b, c, d, e, f, g, h, i] in pairs {
        frames.push([value(b << 4 | c >> 4, c << 4), value(a, b), value(d, e)]);
        frames.push([value(g, h), value(e << 4 | f >> 4, f << 4), value(h << 4 | i >> 4, i << 4)]);
    }
    if let &[a, b, c, d, e] = rest {
        frames.push([value(b << 4 | c >> 4, c << 4), value(a, b), value(d, e)]);
    }
}

/// The content of `activity.bin`.
struct Activity {
    in_g: f32,
    rate_hz: f64,
    start_ns: i64,
    /// Pairs read so far.
    pairs: u64,
    cut: bool,
}

impl Device for Activity {
    fn packet(&mut self, window: &mut Window, frames: &mut Vec<Frame>) -> Result<Option<i64>> {
        let packed = window.look(PAIRS * PAIR)?;
        let whole = packed.len() - packed.len() % PAIR;
        if whole == 0 {
            self.cut = !packed.is_empty();
            return Ok(None);
        }
        unpack(&packed[..whole], self.in_g, frames);
        window.skip(whole);
        let from_ns = (2.0 * self.pairs as f64 * 1e9 / self.rate_hz).round() as i64;
        self.pairs += (whole / PAIR) as u64;
        Ok(Some(self.start_ns.saturating_add(from_ns)))
    }

    fn warnings(&self) -> Vec<String> {
        let sentence = "activity.bin ends within two samples, which are left out.".to_owned();
        self.cut.then_some(sentence).into_iter().collect()
    }
}
