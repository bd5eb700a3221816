//! WAV files as converters and loggers write them, and those that are music.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use hypnic::error::{Error, Result};
use hypnic::input::{OpenOptions, open};
use hypnic::recording::{Block, Format, Frame, Placement, Side, Spec, Unit};
use hypnic::time::Clock;
use proptest::prelude::*;

/// How samples are written.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Samples {
    Unsigned8,
    Signed16,
    Signed24,
    Signed32,
    Float32,
}

impl Samples {
    fn bytes(self) -> u16 {
        match self {
            Self::Unsigned8 => 1,
            Self::Signed16 => 2,
            Self::Signed24 => 3,
            Self::Signed32 | Self::Float32 => 4,
        }
    }

    /// One sample of full scale 1.
    fn encode(self, value: f32) -> Vec<u8> {
        let integer = |bits: i32| (f64::from(value) * 2f64.powi(bits - 1)).round() as i64;
        match self {
            Self::Unsigned8 => vec![(integer(8) + 128) as u8],
            Self::Signed16 => (integer(16) as i16).to_le_bytes().to_vec(),
            Self::Signed24 => (integer(24) as i32).to_le_bytes()[..3].to_vec(),
            Self::Signed32 => (integer(32) as i32).to_le_bytes().to_vec(),
            Self::Float32 => value.to_le_bytes().to_vec(),
        }
    }
}

/// A WAV file to be written, by hand and not by the library that reads it.
#[derive(Debug, Clone)]
struct Wav {
    samples: Samples,
    channels: u16,
    rate_hz: u32,
    extensible: bool,
    /// The subchunks of a LIST of INFO.
    info: Vec<(&'static str, String)>,
    info_behind: bool,
    /// What the length of the data chunk claims, if not the truth.
    claimed_bytes: Option<u32>,
}

impl Default for Wav {
    fn default() -> Self {
        Self {
            samples: Samples::Signed16,
            channels: 3,
            rate_hz: 100,
            extensible: false,
            info: metadata(),
            info_behind: false,
            claimed_bytes: None,
        }
    }
}

/// As Open Movement's converter writes it.
fn metadata() -> Vec<(&'static str, String)> {
    vec![
        ("INAM", "Session: 6\nMetadata: _p=right+ankle&_sc=7\n".to_owned()),
        ("IART", "Id: 37727\nDevice: CWA\n".to_owned()),
        ("ICMT", "Time: 2018-03-18 17:24:47.536\nChannel-1: Accel-X\nScale-1: 8\nScale-2: 8\nScale-3: 8\n".to_owned()),
        ("ICRD", "2018-03-18 17:24:47".to_owned()),
    ]
}

fn chunk(name: &str, content: &[u8]) -> Vec<u8> {
    let mut chunk = name.as_bytes().to_vec();
    chunk.extend_from_slice(&(content.len() as u32).to_le_bytes());
    chunk.extend_from_slice(content);
    if content.len() % 2 == 1 {
        chunk.push(0);
    }
    chunk
}

impl Wav {
    /// The file of `frames`, whose values are parts of full scale.
    fn write(&self, frames: &[Frame]) -> Vec<u8> {
        let bytes = self.samples.bytes();
        let tag: u16 = if self.samples == Samples::Float32 { 3 } else { 1 };
        let mut fmt = Vec::new();
        fmt.extend_from_slice(&(if self.extensible { 0xfffe } else { tag }).to_le_bytes());
        fmt.extend_from_slice(&self.channels.to_le_bytes());
        fmt.extend_from_slice(&self.rate_hz.to_le_bytes());
        fmt.extend_from_slice(&(self.rate_hz * u32::from(bytes * self.channels)).to_le_bytes());
        fmt.extend_from_slice(&(bytes * self.channels).to_le_bytes());
        fmt.extend_from_slice(&(bytes * 8).to_le_bytes());
        if self.extensible {
            fmt.extend_from_slice(&22u16.to_le_bytes());
            fmt.extend_from_slice(&(bytes * 8).to_le_bytes());
            fmt.extend_from_slice(&0u32.to_le_bytes());
            fmt.extend_from_slice(&tag.to_le_bytes());
            fmt.extend_from_slice(b"\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71");
        }
        let mut data = Vec::new();
        for frame in frames {
            for channel in 0..usize::from(self.channels) {
                let value = frame.get(channel).copied().unwrap_or(0.25);
                data.extend(self.samples.encode(value));
            }
        }
        let mut data = chunk("data", &data);
        if let Some(claimed) = self.claimed_bytes {
            data[4..8].copy_from_slice(&claimed.to_le_bytes());
        }
        let subchunks = self.info.iter().flat_map(|(name, text)| chunk(name, text.as_bytes()));
        let list = if self.info.is_empty() {
            Vec::new()
        } else {
            chunk("LIST", &b"INFO".iter().copied().chain(subchunks).collect::<Vec<u8>>())
        };
        let (before, behind) =
            if self.info_behind { (Vec::new(), list) } else { (list, Vec::new()) };
        let body =
            [b"WAVE".to_vec(), chunk("fmt ", &fmt), before, chunk("JUNK", b"odd"), data, behind];
        chunk("RIFF", &body.concat())
    }
}

#[derive(Debug)]
struct Night {
    spec: Spec,
    frames: Vec<Frame>,
    warnings: Vec<String>,
}

fn read_with(content: &[u8], options: &OpenOptions) -> Result<Night> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a name without an extension");
    std::fs::write(&path, content).unwrap();
    let mut source = open(&path, options)?;
    let (mut block, mut frames) = (Block::default(), Vec::new());
    while source.read(&mut block)? {
        assert!(block.stamps_ns.is_empty());
        frames.extend_from_slice(&block.frames);
    }
    assert_eq!(source.progress(), (content.len() as u64, content.len() as u64));
    Ok(Night { spec: source.spec().clone(), frames, warnings: source.warnings() })
}

fn read(content: &[u8]) -> Night {
    read_with(content, &OpenOptions::default()).unwrap()
}

fn refusal(content: &[u8]) -> String {
    match read_with(content, &OpenOptions::default()) {
        Err(error @ Error::Input { .. }) => error.to_string(),
        other => panic!("not refused: {other:?}"),
    }
}

/// A body at rest, as parts of a full scale of 8 g.
fn lying(frames: usize) -> Vec<Frame> {
    (0..frames)
        .map(|i| {
            let turn = (i as f32 / 500.0).sin();
            [turn.sin() / 8.0, 0.002, -turn.cos() / 8.0]
        })
        .collect()
}

fn in_g(frames: &[Frame], scale_g: f32) -> Vec<Frame> {
    frames.iter().map(|frame| frame.map(|value| value * scale_g)).collect()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_kind_of_sample_is_read_back(
        samples in prop::sample::select(vec![
            Samples::Unsigned8, Samples::Signed16, Samples::Signed24, Samples::Signed32, Samples::Float32,
        ]),
        channels in 3u16..7, extensible: bool, info_behind: bool, packed: bool, count in 1usize..9000,
    ) {
        // 32-bit integers and extra fields exist in the extensible form only.
        let extensible = extensible || samples == Samples::Signed32;
        let wav = Wav { samples, channels, extensible, info_behind: info_behind && !packed, ..Wav::default() };
        let frames = lying(count);
        let content = wav.write(&frames);
        let packed = if packed { gzip(&content) } else { content };
        let night = read(&packed);
        prop_assert_eq!(night.frames.len(), count);
        let step = match samples {
            Samples::Unsigned8 => 8.0 / 128.0,
            Samples::Signed16 => 8.0 / 32_768.0,
            _ => 2e-6,
        };
        for (frame, expected) in night.frames.iter().zip(in_g(&frames, 8.0)) {
            for (value, expected) in frame.iter().zip(expected) {
                prop_assert!((value - expected).abs() <= 0.501 * step, "{value} {expected}");
            }
        }
        prop_assert_eq!(night.warnings, Vec::<String>::new());
    }

    /// Nothing that stands in a file may make the program panic.
    #[test]
    fn a_damaged_file_is_read_or_refused(
        at in 0.0f64..1.0, damage in prop::collection::vec(any::<u8>(), 0..12), cut: bool, extensible: bool,
    ) {
        let mut content = Wav { extensible, ..Wav::default() }.write(&lying(40));
        let at = (at * content.len() as f64) as usize;
        let end = content.len().min(at + damage.len());
        content.splice(at..end, damage);
        if cut {
            content.truncate(at);
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("night.wav");
        std::fs::write(&path, &content).unwrap();
        if let Ok(mut source) = open(&path, &OpenOptions::default()) {
            let mut block = Block::default();
            while source.read(&mut block).is_ok_and(|more| more) {
                assert!(block.frames.iter().flatten().all(|value| value.is_finite()));
            }
        }
    }
}

#[test]
fn the_metadata_of_open_movement_are_read() {
    for info_behind in [false, true] {
        let night = read(&Wav { info_behind, channels: 4, ..Wav::default() }.write(&lying(500)));
        let spec = &night.spec;
        assert_eq!((spec.format, spec.rate_hz, spec.has_stamps), (Format::Wav, 100.0, false));
        assert_eq!(spec.unit, Unit::Counts { per_g: 4096.0 });
        assert_eq!(spec.clock, Clock::Local { start: "2018-03-18T17:24:47.536".parse().unwrap() });
        assert_eq!((spec.placement, spec.side), (Some(Placement::Ankle), Some(Side::Right)));
        assert_eq!((spec.device.as_deref(), spec.full_scale_g), (Some("37727"), Some(8.0)));
        assert_eq!(night.warnings, [""; 0]);
    }
}

#[test]
fn a_length_that_is_not_true_does_no_harm() {
    let frames = lying(10_000);
    let claim =
        |claimed_bytes| Wav { claimed_bytes: Some(claimed_bytes), ..Wav::default() }.write(&frames);
    // More than the file has, and no multiple of a frame.
    let night = read(&claim(759_972_697));
    assert_eq!(night.frames.len(), 10_000);
    assert!(
        night.warnings.iter().any(|warning| warning.contains("promises")),
        "{:?}",
        night.warnings
    );
    // Unknown when it was written, as to a pipe.
    for unknown in [0, u32::MAX] {
        let night = read(&claim(unknown));
        assert_eq!((night.frames.len(), night.warnings.len()), (10_000, 0));
    }
    // Cut in the middle of a frame.
    let mut content = claim(60_000);
    content.truncate(content.len() - 7);
    let night = read(&content);
    assert_eq!((night.frames.len(), night.warnings.len()), (9_998, 1));
}

#[test]
fn a_file_cut_anywhere_is_read_as_far_as_it_goes_or_refused() {
    for info_behind in [false, true] {
        let content = Wav { info_behind, channels: 4, ..Wav::default() }.write(&lying(200));
        // What stands behind the data is lost first.
        let full_scale_g = info_behind.then_some(8.0);
        let options = OpenOptions { full_scale_g, ..OpenOptions::default() };
        let whole = read(&content);
        let mut read_in_part = 0;
        for cut in 0..content.len() {
            let Ok(part) = read_with(&content[..cut], &options) else { continue };
            let frames = part.frames.len();
            assert!(part.frames == whole.frames[..frames], "cut at {cut}");
            assert!(frames == 200 || !part.warnings.is_empty(), "cut at {cut}: {frames} frames");
            read_in_part += usize::from(frames < 200);
        }
        assert!(read_in_part > 1000, "{read_in_part}");
    }
}

#[test]
fn what_is_not_an_accelerometer_is_refused() {
    let bare = Wav { info: Vec::new(), ..Wav::default() };
    let frames = lying(100);
    let stereo = Wav { channels: 2, rate_hz: 44_100, ..bare.clone() };
    assert!(refusal(&stereo.write(&frames)).contains("2 channels"));
    let surround = Wav { channels: 6, rate_hz: 48_000, ..bare.clone() };
    assert!(refusal(&surround.write(&frames)).contains("sound"));
    let message = refusal(&bare.write(&frames));
    assert!(message.contains("--full-scale-g"), "{message}");
    assert!(refusal(&bare.write(&[])).contains("no frame"));
    assert!(refusal(&bare.write(&frames)[..30]).contains("cut"));
    let adpcm = [&bare.write(&frames)[..20], b"\x02\0", &bare.write(&frames)[22..]].concat();
    assert!(refusal(&adpcm).contains("PCM"));
}

#[test]
fn a_scale_may_be_given() {
    let bare = Wav { info: Vec::new(), ..Wav::default() };
    let options = OpenOptions { full_scale_g: Some(8.0), ..OpenOptions::default() };
    let night = read_with(&bare.write(&lying(100)), &options).unwrap();
    assert_eq!(
        (night.spec.unit, night.spec.full_scale_g),
        (Unit::Counts { per_g: 4096.0 }, Some(8.0))
    );
    assert!((night.frames[0][2] + 1.0).abs() < 1e-3);
    assert_eq!(night.warnings, [""; 0]);
    let wrong = OpenOptions { full_scale_g: Some(2.0), ..OpenOptions::default() };
    let night = read_with(&bare.write(&lying(100)), &wrong).unwrap();
    assert!(night.warnings[0].contains("full scale"), "{:?}", night.warnings);
    let zero = OpenOptions { full_scale_g: Some(0.0), ..OpenOptions::default() };
    assert!(matches!(
        read_with(&bare.write(&lying(100)), &zero),
        Err(Error::Setting { name: "--full-scale-g", .. })
    ));
}

#[test]
fn floats_are_g_if_gravity_says_so() {
    let float = Wav { info: Vec::new(), samples: Samples::Float32, ..Wav::default() };
    let night = read(&float.write(&in_g(&lying(100), 8.0)));
    assert_eq!(night.spec.unit, Unit::G);
    assert!((night.frames[0][2] + 1.0).abs() < 1e-6);
    let night = read(&float.write(&in_g(&lying(100), 8.0 * 9.806_65)));
    assert_eq!(night.spec.unit, Unit::MetresPerSecondSquared);
    assert!((night.frames[0][2] + 1.0).abs() < 1e-6);
    assert!(refusal(&float.write(&lying(100))).contains("--full-scale-g"));
    let mut frames = in_g(&lying(100), 8.0);
    frames[7][1] = f32::NAN;
    let night = read(&float.write(&frames));
    assert_eq!(night.frames.len(), 99);
    assert!(night.warnings[0].contains("1 frame"), "{:?}", night.warnings);
}
