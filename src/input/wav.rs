//! WAV with a channel an axis, as the converters of Axivity write it. The only
//! user of hound, which decodes the samples; the chunks around them are read
//! here, since hound reads over the metadata and believes every length.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use hound::{SampleFormat, WavReader};

use crate::error::{Error, Position, Result};
use crate::recording::{Bases, Basis, Block, Format, Frame, Source, Spec};
use crate::time::Clock;

use super::bytes::Bytes;
use super::{OpenOptions, counted, refuse};

mod chunks;
mod info;
mod scale;

use chunks::Head;
use info::Info;
use scale::Scale;

/// Frames in a block.
const BLOCK: usize = 4096;

/// The lowest rate of music and speech, in Hz; no sensor worn on the body has it.
const SOUND_HZ: u32 = 8000;

/// What a stream that does not know its length writes as that of its samples.
const UNKNOWN_LENGTH: [u32; 2] = [0, u32::MAX];

/// A WAV file being read.
pub(super) struct WavSource {
    path: PathBuf,
    spec: Spec,
    decoder: Decoder,
    scale: Scale,
    /// The first block, read ahead to see gravity in it.
    first: Vec<Frame>,
    /// Bytes of samples the file claims to have beyond those read.
    missing: u64,
    /// Frames left out since they are no numbers.
    left_out: u64,
    warnings: Vec<String>,
}

impl WavSource {
    /// Reads the header and the first block of the file.
    pub fn open(path: &Path, mut bytes: Bytes, options: &OpenOptions) -> Result<Self> {
        let head = chunks::read_head(&mut bytes).map_err(Error::read(path))?;
        let Some(claimed) = head.data_bytes else {
            let found = if head.fmt.len() < 16 { "a WAV header that is cut" } else { "no samples" };
            let help = "Convert or copy the recording again";
            return Err(refuse(path, Position::Byte(head.data_at), found, "a data chunk", help));
        };
        let info = Info::of(&lists(path, &head, &bytes));
        let mut decoder = Decoder::new(path, bytes, &head)?;
        check_sensor(path, &decoder, &info)?;
        let mut first = Vec::with_capacity(BLOCK);
        decoder.read(path, &mut first)?;
        if first.is_empty() {
            let help = "Convert or copy the recording again";
            let at = Position::Byte(head.data_at);
            return Err(refuse(path, at, "no frame at all", "samples of three axes", help));
        }
        let (scale, mut warnings) = Scale::of(path, &decoder.format, &info, &first, options)?;
        if let Some(rate) = options.rate_hz
            && (rate / f64::from(decoder.format.rate_hz) - 1.0).abs() > 0.05
        {
            let stated = decoder.format.rate_hz;
            warnings.push(format!("--rate-hz {rate} replaces the file's {stated} Hz."));
        }
        let spec = spec(&decoder.format, &scale, info, options);
        let missing = if UNKNOWN_LENGTH.contains(&claimed) { 0 } else { u64::from(claimed) };
        let mut source = Self {
            path: path.to_owned(),
            spec,
            decoder,
            scale,
            first: Vec::new(),
            missing,
            left_out: 0,
            warnings,
        };
        source.missing = source.missing.saturating_sub(source.decoder.bytes_read);
        source.first = first;
        Ok(source)
    }
}

/// The metadata: before the samples, or behind them if the file is a plain one
/// that can be sought in.
fn lists(path: &Path, head: &Head, bytes: &Bytes) -> Vec<Vec<u8>> {
    let (_, size) = bytes.progress();
    let data_end = head.data_at + u64::from(head.data_bytes.unwrap_or(0));
    if !head.lists.is_empty() || bytes.packing().is_some() || data_end >= size {
        return head.lists.clone();
    }
    // Metadata are worth having, not worth failing for.
    File::open(path)
        .and_then(|mut file| chunks::lists_after(&mut file, data_end))
        .unwrap_or_default()
}

/// Refuses what is sound, or has fewer than three axes.
fn check_sensor(path: &Path, decoder: &Decoder, info: &Info) -> Result<()> {
    let format = &decoder.format;
    let help =
        "Give the recording of an accelerometer; omconvert writes such a WAV from a CWA file";
    if format.channels < 3 {
        let found = format!("a WAV file of {}", counted(format.channels as u64, "channel"));
        let expected = "three channels or more: the axes x, y, z of an accelerometer";
        return Err(refuse(path, Position::File, found, expected, help));
    }
    if format.rate_hz >= SOUND_HZ && !info.accelerometer {
        let found = format!(
            "{} channels at {} Hz without an accelerometer's metadata: this seems to be sound",
            format.channels, format.rate_hz
        );
        let expected = "an accelerometer's samples, below 8000 Hz";
        return Err(refuse(path, Position::File, found, expected, help));
    }
    Ok(())
}

fn spec(format: &SampleLayout, scale: &Scale, info: Info, options: &OpenOptions) -> Spec {
    let (rate_hz, rate_source) = match options.rate_hz {
        Some(rate_hz) => (rate_hz, "given with --rate-hz"),
        None => (f64::from(format.rate_hz), "from the WAV header"),
    };
    let kind = match format.kind {
        SampleFormat::Int => "integer",
        SampleFormat::Float => "float",
    };
    let accelerometer = info.accelerometer;
    let axes = if format.channels == 3 { "" } else { ", the first three are x, y, z" };
    Spec {
        format: Format::Wav,
        layout: format!("{} channels of {}-bit {kind}{axes}", format.channels, format.bits),
        device: info.device,
        unit: scale.unit,
        unit_source: scale.source.clone(),
        has_gravity: scale.has_gravity,
        has_stamps: false,
        rate_hz,
        rate_source: rate_source.to_owned(),
        clock: info.start.map_or(Clock::None, |start| Clock::Local { start }),
        placement: info.placement,
        side: info.side,
        full_scale_g: scale.full_scale_g,
        bases: Bases {
            axes: if accelerometer { Basis::Stated } else { Basis::Assumed },
            unit: scale.basis,
            rate: if options.rate_hz.is_some() { Basis::Given } else { Basis::Stated },
        },
    }
}

impl Source for WavSource {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn read(&mut self, block: &mut Block) -> Result<bool> {
        block.clear();
        loop {
            if self.first.is_empty() {
                let before = self.decoder.bytes_read;
                self.decoder.read(&self.path, &mut block.frames)?;
                self.missing = self.missing.saturating_sub(self.decoder.bytes_read - before);
            } else {
                // The block read ahead goes out, and its memory is given back.
                block.frames.append(&mut self.first);
                self.first = Vec::new();
            }
            let frames = block.frames.len();
            if frames == 0 {
                return Ok(false);
            }
            let in_g = self.scale.in_g;
            block.frames.retain_mut(|frame| {
                *frame = [frame[0] * in_g[0], frame[1] * in_g[1], frame[2] * in_g[2]];
                frame.iter().all(|value| value.is_finite())
            });
            self.left_out += (frames - block.frames.len()) as u64;
            if !block.frames.is_empty() {
                return Ok(true);
            }
        }
    }

    fn progress(&self) -> (u64, u64) {
        let (taken, size) = self.decoder.bytes.progress();
        // Behind the samples there may be metadata, which nobody reads again.
        if self.decoder.ended { (size.max(taken), size) } else { (taken, size) }
    }

    fn warnings(&self) -> Vec<String> {
        let mut warnings = self.warnings.clone();
        warnings.extend(self.decoder.bytes.cut_warning());
        if self.decoder.ended && self.missing > 0 {
            let frames = self.missing / self.decoder.format.frame_bytes as u64;
            let frames = counted(frames, "frame");
            warnings.push(format!(
                "The header promises {frames} more than the file has; it was read to its end."
            ));
        }
        if self.left_out > 0 {
            let frames = counted(self.left_out, "frame");
            let early_s = self.left_out as f64 / self.spec.rate_hz;
            warnings.push(format!(
                "{frames} without a number left out: times after them are up to {early_s:.3} s early."
            ));
        }
        warnings
    }
}

/// What the `fmt ` chunk says, as hound understands it.
struct SampleLayout {
    channels: usize,
    rate_hz: u32,
    bits: u16,
    kind: SampleFormat,
    /// Bytes of a frame with all its channels.
    frame_bytes: usize,
}

/// Turns bytes into frames, a block at a time, each under a header of its own,
/// so that no length stated by the file needs to be true.
struct Decoder {
    bytes: Bytes,
    format: SampleLayout,
    /// A WAV header, then room for a block.
    buffer: Vec<u8>,
    header: usize,
    /// Bytes of samples there may still be; more than a file can have when unknown.
    remaining: u64,
    bytes_read: u64,
    ended: bool,
}

impl Decoder {
    fn new(path: &Path, bytes: Bytes, head: &Head) -> Result<Self> {
        let mut fmt = head.fmt.clone();
        // The rate in bytes is redundant, and hound refuses a wrong one.
        if fmt.len() >= 16 {
            let rate = u32::from_le_bytes([fmt[4], fmt[5], fmt[6], fmt[7]]);
            let frame_bytes = u32::from(u16::from_le_bytes([fmt[12], fmt[13]]));
            fmt[8..12].copy_from_slice(&rate.wrapping_mul(frame_bytes).to_le_bytes());
        }
        let mut buffer = b"RIFF\0\0\0\0WAVEfmt ".to_vec();
        buffer.extend_from_slice(&(fmt.len() as u32).to_le_bytes());
        buffer.extend_from_slice(&fmt);
        buffer.extend_from_slice(b"data\0\0\0\0");
        let header = buffer.len();
        let spec = WavReader::new(buffer.as_slice())
            .map_err(|problem| {
                let found = format!("a WAV header that cannot be used ({problem})");
                let expected = "PCM of 8, 16, 24 or 32 bits or 32-bit float";
                let help = "Convert it to one of these";
                refuse(path, Position::Byte(12), found, expected, help)
            })?
            .spec();
        let frame_bytes = usize::from(u16::from_le_bytes([fmt[12], fmt[13]]));
        let rate_hz = spec.sample_rate;
        if rate_hz == 0 {
            let help = "Convert the recording again";
            let at = Position::Byte(12);
            return Err(refuse(path, at, "a rate of 0 Hz", "frames a second", help));
        }
        let claimed = head.data_bytes.unwrap_or(0);
        let remaining =
            if UNKNOWN_LENGTH.contains(&claimed) { u64::MAX } else { u64::from(claimed) };
        buffer.resize(header + BLOCK * frame_bytes, 0);
        let format = SampleLayout {
            channels: usize::from(spec.channels),
            rate_hz,
            bits: spec.bits_per_sample,
            kind: spec.sample_format,
            frame_bytes,
        };
        Ok(Self { bytes, format, buffer, header, remaining, bytes_read: 0, ended: false })
    }

    /// Appends the next block of frames, integers with full scale 1; none at
    /// the end. A frame that is cut in the middle is none.
    fn read(&mut self, path: &Path, frames: &mut Vec<Frame>) -> Result<()> {
        let room = self.remaining.min((BLOCK * self.format.frame_bytes) as u64) as usize;
        let mut filled = 0;
        while filled < room {
            let free = &mut self.buffer[self.header + filled..self.header + room];
            match self.bytes.read(free) {
                Ok(0) => break,
                Ok(bytes) => filled += bytes,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::read(path)(error)),
            }
        }
        self.ended |= filled < room || room == 0;
        self.remaining -= filled as u64;
        let whole = filled - filled % self.format.frame_bytes;
        self.bytes_read += whole as u64;
        let length = (whole as u32).to_le_bytes();
        self.buffer[self.header - 4..self.header].copy_from_slice(&length);
        let block = &self.buffer[..self.header + whole];
        let channels = self.format.channels;
        let decoded = match self.format.kind {
            SampleFormat::Int => {
                let full_scale = f64::from(self.format.bits - 1).exp2();
                let value = |n: i32| (f64::from(n) / full_scale) as f32;
                decode(block, channels, value, frames)
            }
            SampleFormat::Float => decode(block, channels, |value: f32| value, frames),
        };
        decoded.map_err(|problem| {
            let found = format!("samples that cannot be decoded ({problem})");
            let help = "Convert the recording again";
            refuse(path, Position::File, found, "PCM or 32-bit float", help)
        })
    }
}

/// Appends the first three channels of every frame of a complete WAV file.
fn decode<S: hound::Sample>(
    file: &[u8],
    channels: usize,
    value: impl Fn(S) -> f32,
    frames: &mut Vec<Frame>,
) -> hound::Result<()> {
    let mut reader = WavReader::new(file)?;
    let mut frame = Frame::default();
    for (index, sample) in reader.samples::<S>().enumerate() {
        let channel = index % channels;
        if channel < 3 {
            frame[channel] = value(sample?);
        }
        if channel == channels - 1 {
            frames.push(frame);
        }
    }
    Ok(())
}
