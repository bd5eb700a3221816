//! Files that are cut at any byte, or of which bytes are wrong: their readable
//! part with a warning, or a clear error, in bounded time.

use std::io::Write;
use std::time::{Duration, Instant};

use hypnic::error::Error;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::actigraph::{Gt3x, archive};
use crate::axivity::Cwa;
use crate::edf::Edf;
use crate::embrace::Avro;
use crate::geneactiv::Bin;
use crate::parmay::Matrix;
use crate::read;

/// A small file of every kind, and whether what is cut can be told from what is whole.
fn samples() -> Vec<(&'static str, Vec<u8>)> {
    let gt3x = Gt3x { wide: true, ..Gt3x::sample() };
    let mut cwa = Cwa::sample();
    cwa.sectors.truncate(4);
    let mut bin = Bin::sample();
    bin.pages.truncate(2);
    let text = "time,x,y,z\n".to_owned()
        + &(0..200)
            .map(|k| format!("{}.{:02},0.1,0.{},1\n", k / 50, k % 50 * 2, k))
            .collect::<String>();
    let phyphox = "\"Time (s)\",\"Acceleration x (m/s^2)\",\"Acceleration y (m/s^2)\",\"Acceleration z (m/s^2)\",\"Absolute acceleration (m/s^2)\"\n"
        .to_owned()
        + &(0..300)
            .map(|k| format!("{:.5},1.{k:03}1E0,2.0{k:03}E0,9.5{k:03}E0,9.7{k:03}E0\n", 0.02 * f64::from(k)))
            .collect::<String>();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&cwa.write()).unwrap();
    vec![
        ("phyphox", phyphox.into_bytes()),
        ("gzip", gzip.finish().unwrap()),
        ("cwa", cwa.write()),
        ("gt3x", gt3x.write()),
        ("gt3x stored", Gt3x::sample().write()),
        ("geneactiv", bin.write()),
        ("parmay", Matrix::sample().write()),
        ("edf", Edf::sample().write()),
        ("avro", Avro::sample().write()),
        ("avro plain", Avro { deflate: false, ..Avro::sample() }.write()),
        ("zip", archive(&[("a.csv", text.as_bytes())], zip::CompressionMethod::Deflated)),
        ("zip of a stream", streamed(&[("a.csv", text.as_bytes()), ("b.txt", b"end")])),
        (
            "zstd",
            ruzstd::encoding::compress_to_vec(
                cwa.write().as_slice(),
                ruzstd::encoding::CompressionLevel::Fastest,
            ),
        ),
        ("csv", text.into_bytes()),
    ]
}

/// An archive as it is written into a pipe: sizes come after the members.
fn streamed(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new_stream(Vec::new());
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated);
    for (name, content) in members {
        zip.start_file(*name, options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Reads within a second, or fails with an error of the file's.
fn bounded(what: &str, content: &[u8]) -> Result<crate::Read, Error> {
    let begin = Instant::now();
    let result = read(content);
    assert!(begin.elapsed() < Duration::from_secs(2), "{what} took {:?}", begin.elapsed());
    if let Err(error) = &result {
        assert_eq!(error.exit_code(), 65, "{what}: {error}");
    }
    result
}

#[test]
fn a_file_cut_anywhere_is_read_as_far_as_it_goes_or_refused() {
    for (kind, content) in samples() {
        let whole = read(&content).unwrap();
        let mut read_in_part = 0;
        // Every byte of the headers, and then enough.
        let cuts = (0..content.len()).filter(|cut| *cut < 700 || cut % 11 == 0);
        for cut in cuts {
            let what = format!("{kind} cut at {cut} of {}", content.len());
            let Ok(part) = bounded(&what, &content[..cut]) else { continue };
            read_in_part += 1;
            let frames = part.frames.len();
            assert!(frames <= whole.frames.len(), "{what}");
            assert!(part.frames == whole.frames[..frames], "{what}");
            // A sector is all that is known of a CWA file's length, and a row of a table's.
            let at_a_seam = match kind {
                "cwa" => cut % 512 == 0,
                "csv" | "phyphox" => content[..cut].ends_with(b"\n"),
                _ => false,
            };
            if frames < whole.frames.len() && !at_a_seam {
                assert!(!part.warnings.is_empty(), "{what}: {frames} frames without a warning");
            }
        }
        // A block of zstd is whole or nothing.
        assert_eq!(read_in_part > 0, kind != "zstd", "{kind}");
    }
}

/// Damaged files of each kind; as many as `HYPNIC_ROUNDS` says, which then also is
/// the seed.
const ROUNDS: usize = 400;

fn rounds() -> usize {
    std::env::var("HYPNIC_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().unwrap())
}

#[test]
fn wrong_bytes_never_end_the_program() {
    let rounds = rounds();
    let mut random = ChaCha8Rng::seed_from_u64(if rounds == ROUNDS { 5 } else { rounds as u64 });
    for (kind, content) in samples() {
        let (mut read_well, mut refused) = (0, 0);
        for round in 0..rounds {
            let mut damaged = content.clone();
            // One wrong byte, then some, then a stretch.
            for _ in 0..[1, 1, 8, 64][round % 4] {
                let at = random.random_range(0..damaged.len());
                damaged[at] = random.random();
            }
            if round % 10 == 0 {
                let at = random.random_range(0..damaged.len());
                let end = damaged.len().min(at + 600);
                damaged[at..end].fill(random.random());
            }
            match bounded(&format!("{kind}, round {round}"), &damaged) {
                Ok(_) => read_well += 1,
                Err(_) => refused += 1,
            }
        }
        assert_eq!(read_well + refused, rounds, "{kind}");
        assert!(20 * read_well > rounds, "{kind}: {read_well} of {rounds} were read");
    }
}

#[test]
fn an_archive_of_actigraph_cut_before_its_info_says_what_is_missing() {
    let gt3x = Gt3x::sample();
    let (log, info) = (gt3x.log(), gt3x.info());
    for name in ["log.bin", "activity.bin"] {
        let members = [(name, &log[..]), ("info.txt", info.as_bytes())];
        let content = archive(&members, zip::CompressionMethod::Stored);
        let told = read(&content[..log.len() / 2]).unwrap_err().to_string();
        assert!(told.contains(name) && told.contains("info.txt"), "{told}");
        assert!(told.contains("cut") && told.contains("the whole .gt3x"), "{told}");
    }
}
