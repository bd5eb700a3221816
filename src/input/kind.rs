//! What kind of file its first bytes make it.

use super::{archive, avro, axivity, geneactiv, parmay};

/// Bytes that must be seen to tell.
pub(super) const HEAD: usize = parmay::MAGIC_AT + parmay::MAGIC.len();

/// The kinds told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// RIFF with a WAVE form.
    Wav,
    /// Axivity's `.cwa`.
    Cwa,
    /// GENEActiv's `.bin`.
    GeneActiv,
    /// Parmay's Matrix.
    Matrix,
    /// EDF, EDF+ or BDF.
    Edf,
    /// Avro, as Empatica writes it.
    Avro,
    /// A zip archive: an app's export, ActiGraph's `.gt3x`, or anything.
    Zip,
    /// Anything without a signature: the text reader judges it.
    Text,
    /// A format that is known and not read.
    Foreign {
        /// What it is.
        name: &'static str,
        /// How its content can be had nevertheless.
        help: &'static str,
    },
}

/// Signatures of formats that are read, at byte 0.
const KNOWN: [(&[u8], Kind); 8] = [
    (axivity::HEADER_MAGIC, Kind::Cwa),
    (axivity::SECTOR_MAGIC, Kind::Cwa),
    (geneactiv::MAGIC, Kind::GeneActiv),
    (b"\xffBIOSEMI", Kind::Edf),
    (avro::MAGIC, Kind::Avro),
    (archive::MAGIC, Kind::Zip),
    // An archive without a member, and one of several volumes: the zip reader says so.
    (b"PK\x05\x06", Kind::Zip),
    (b"PK\x07\x08", Kind::Zip),
];

/// Signatures of formats that reach this program by mistake or for want of an
/// export, at byte 0.
const FOREIGN: [(&[u8], &str, &str); 10] = [
    (b"RF64", "a 64-bit WAV file (RF64)", "Split it or convert it to plain WAV"),
    (b"RIFX", "a big-endian WAV file (RIFX)", "Convert it to plain WAV"),
    (b"fLaC", "a FLAC file", "Convert it to WAV with flac -d"),
    (b"OggS", "an Ogg file", "Give the recording of an accelerometer, as CSV or WAV"),
    (b"ID3", "an MP3 file", "Give the recording of an accelerometer, as CSV or WAV"),
    (b"PAR1", "a Parquet file", "Export it to CSV"),
    (b"\x89HDF", "an HDF5 file", "Export it to CSV"),
    (b"SQLite format 3", "an SQLite database", "Export its accelerometer table to CSV"),
    (b"BZh", "a bzip2 file", "Unpack it with bunzip2"),
    (b"\xfd7zXZ", "an xz file", "Unpack it with unxz"),
];

impl Kind {
    /// The kind of the file that begins with `head`.
    pub fn of(head: &[u8]) -> Self {
        if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WAVE") {
            return Self::Wav;
        }
        if is_edf(head) {
            return Self::Edf;
        }
        if head.get(parmay::MAGIC_AT..).is_some_and(|head| head.starts_with(parmay::MAGIC)) {
            return Self::Matrix;
        }
        if let Some((_, kind)) = KNOWN.iter().find(|(magic, _)| head.starts_with(magic)) {
            return *kind;
        }
        FOREIGN
            .iter()
            .find(|(magic, ..)| head.starts_with(magic))
            .map_or(Self::Text, |&(_, name, help)| Self::Foreign { name, help })
    }
}

/// EDF begins with a padded 0, which a table may too, and has the date
/// `dd.mm.yy` at byte 168 (Kemp et al. 1992).
fn is_edf(head: &[u8]) -> bool {
    head.starts_with(b"0       ")
        && head.get(168..176).is_some_and(|date| date[2] == b'.' && date[5] == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_wave_form_of_riff_is_wav() {
        assert_eq!(Kind::of(b"RIFF\0\0\0\0WAVEfmt "), Kind::Wav);
        assert_eq!(Kind::of(b"RIFF\0\0\0\0AVI LIST"), Kind::Text);
        assert_eq!(Kind::of(b"RIFF"), Kind::Text);
    }

    #[test]
    fn a_device_format_is_known_and_a_table_is_not_mistaken_for_one() {
        assert_eq!(Kind::of(b"MD\xfc\x03\0\0"), Kind::Cwa);
        assert_eq!(Kind::of(b"PK\x03\x04\x14"), Kind::Zip);
        assert!(matches!(Kind::of(b"BZh91AY"), Kind::Foreign { .. }));
        assert_eq!(Kind::of(b"0 0.1 0.2 0.3\n"), Kind::Text);
        assert_eq!(Kind::of(b""), Kind::Text);
        let mut edf = [b' '; 256];
        edf[0] = b'0';
        assert_eq!(Kind::of(&edf), Kind::Text);
        edf[168..176].copy_from_slice(b"12.03.24");
        assert_eq!(Kind::of(&edf), Kind::Edf);
    }
}
