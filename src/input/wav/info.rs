//! What Open Movement's converters write into the `LIST`/`INFO` chunk of a WAV
//! file: `Key: value` lines in the subchunks `INAM`, `IART`, `ICMT`, `ICRD`
//! (Open Movement, omconvert: WAV output).

use jiff::civil::DateTime;

use crate::recording::{Placement, Side};

use super::super::axivity::worn;
use super::super::csv::wall_clock;

/// What a WAV file says about its recording.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Info {
    /// The wall clock of the first frame: `Time` in `ICMT`, or `ICRD`.
    pub start: Option<DateTime>,
    /// The value in g of the largest number, an axis: `Scale-1` to `Scale-3`.
    pub scale_g: [Option<f32>; 3],
    /// Whether the first three channels are named as an accelerometer's.
    pub accelerometer: bool,
    /// The device's number: `Id` in `IART`.
    pub device: Option<String>,
    /// Where it was worn, from `_p` in `Metadata`.
    pub placement: Option<Placement>,
    /// On which side, from `_p` in `Metadata`.
    pub side: Option<Side>,
}

impl Info {
    /// Reads the contents of `LIST` chunks; what is not understood is left out.
    pub fn of(lists: &[Vec<u8>]) -> Self {
        let mut info = Self::default();
        for list in lists {
            let Some(mut rest) = list.strip_prefix(b"INFO") else { continue };
            while rest.len() >= 8 {
                let length = u32::from_le_bytes([rest[4], rest[5], rest[6], rest[7]]) as usize;
                let end = rest.len().min(8usize.saturating_add(length));
                info.subchunk(&rest[..4], &String::from_utf8_lossy(&rest[8..end]));
                rest = &rest[rest.len().min(end + length % 2)..];
            }
        }
        info
    }

    fn subchunk(&mut self, name: &[u8], text: &str) {
        let text = text.trim_matches(['\0', ' ', '\n', '\r']);
        if name == b"ICRD" {
            self.start = self.start.or_else(|| wall_clock(text));
            return;
        }
        for (key, value) in text.lines().filter_map(|line| line.split_once(':')) {
            let value = value.trim();
            match (name, key.trim()) {
                // More exact than ICRD when both are there, and never contradicting it.
                (b"ICMT", "Time") => self.start = wall_clock(value).or(self.start),
                (b"ICMT", "Channel-1") => self.accelerometer = value.starts_with("Accel"),
                (b"ICMT", "Scale-1") => self.scale_g[0] = scale(value),
                (b"ICMT", "Scale-2") => self.scale_g[1] = scale(value),
                (b"ICMT", "Scale-3") => self.scale_g[2] = scale(value),
                (b"IART", "Id") => self.device = Some(value.to_owned()),
                (b"INAM", "Metadata") => (self.placement, self.side) = worn(value),
                _ => {}
            }
        }
    }
}

fn scale(text: &str) -> Option<f32> {
    text.parse().ok().filter(|scale: &f32| *scale > 0.0 && scale.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(subchunks: &[(&[u8; 4], &str)]) -> Vec<u8> {
        let mut list = b"INFO".to_vec();
        for (name, text) in subchunks {
            list.extend_from_slice(*name);
            list.extend_from_slice(&(text.len() as u32).to_le_bytes());
            list.extend_from_slice(text.as_bytes());
            if text.len() % 2 == 1 {
                list.push(0);
            }
        }
        list
    }

    #[test]
    fn open_movement_metadata_is_understood() {
        let info = Info::of(&[list(&[
            (
                b"INAM",
                "Session: 6\nStart: 1970-01-01 00:00:00.000\nMetadata: _p=right+ankle&_sc=1\n",
            ),
            (b"IART", "Id: 37727\nDevice: CWA\n\0"),
            (b"ICRD", "2018-03-18 17:24:47"),
            (
                b"ICMT",
                "Time: 2018-03-18 17:24:47.536\nChannel-1: Accel-X\nScale-1: 8\nScale-2: 8\nScale-3: 16\n",
            ),
        ])]);
        assert_eq!(info.start, Some("2018-03-18T17:24:47.536".parse().unwrap()));
        assert_eq!(info.scale_g, [Some(8.0), Some(8.0), Some(16.0)]);
        assert!(info.accelerometer);
        assert_eq!(info.device.as_deref(), Some("37727"));
        assert_eq!((info.placement, info.side), (Some(Placement::Ankle), Some(Side::Right)));
    }

    #[test]
    fn lists_that_lie_about_their_length_do_no_harm() {
        let mut lying = list(&[(b"ICRD", "2018-03-18 17:24:47")]);
        lying[8..12].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(Info::of(&[lying, b"INF".to_vec(), b"INFOICMT".to_vec()]).start.is_some());
    }
}
