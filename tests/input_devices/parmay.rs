//! Parmay's Matrix, as its readers describe it.

use hypnic::recording::Format;
use proptest::prelude::*;

use crate::{assert_stamps, read};

/// A packet to be written: begin and end in seconds from 1970, samples.
#[derive(Debug, Clone)]
pub(crate) struct Packet {
    pub(crate) begin_s: u32,
    pub(crate) end_s: u32,
    pub(crate) counts: Vec<[i16; 3]>,
    /// Samples of the gyroscope, the thermometer and the heart.
    pub(crate) others: [u32; 3],
}

/// A file to be written.
#[derive(Debug, Clone)]
pub(crate) struct Matrix {
    pub(crate) range_g: i16,
    pub(crate) packets: Vec<Packet>,
}

const START_S: u32 = 1_710_273_600;

impl Matrix {
    pub(crate) fn sample() -> Self {
        let packet = |index: u32| Packet {
            begin_s: START_S + 10 * index,
            end_s: START_S + 10 * (index + 1),
            counts: (0..500).map(|k| [k - 250, index as i16, 4096]).collect(),
            others: [3, 2, 1],
        };
        Self { range_g: 8, packets: (0..3).map(packet).collect() }
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        let mut file = vec![0; 512];
        file.extend(b"MDTC");
        file.extend((self.packets.len() as u32).to_le_bytes());
        file.extend(self.range_g.to_le_bytes());
        file.extend(1000_i16.to_le_bytes());
        for packet in &self.packets {
            let mut body = Vec::new();
            for number in [packet.begin_s, packet.end_s, packet.counts.len() as u32] {
                body.extend(number.to_le_bytes());
            }
            packet.others.iter().for_each(|count| body.extend(count.to_le_bytes()));
            packet.counts.iter().flatten().for_each(|count| body.extend(count.to_le_bytes()));
            let [gyroscope, thermometer, heart] = packet.others;
            let length = 6 * gyroscope + 4 * thermometer + 4 * heart;
            body.extend(std::iter::repeat_n(7, length as usize));
            file.extend(b"MDTCPACK");
            file.extend(crc32(&body).to_le_bytes());
            file.extend(body);
        }
        file
    }
}

/// CRC-32 bit by bit (ISO 3309).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 }
        })
    })
}

#[test]
fn a_file_says_what_it_is() {
    let found = read(&Matrix::sample().write()).unwrap();
    assert_eq!(found.spec.format, Format::Matrix);
    assert_eq!(found.spec.full_scale_g, Some(8.0));
    assert_eq!(found.spec.rate_hz, 50.0);
    assert_eq!(found.spec.clock.label(0.0), "2024-03-12T20:00:00.000+00:00");
    assert_eq!(found.warnings, Vec::<String>::new());
    assert_eq!(found.frames.len(), 1500);
    // 4096 of 32767 of 8 g.
    assert!((found.frames[0][2] - 1.000_03).abs() < 1e-5);
    assert!((found.frames[0][0] + 250.0 / 32_768.0 * 8.0).abs() < 1e-6);
    let expected_s: Vec<f64> = (0..1500).map(|k| f64::from(k) / 50.0).collect();
    assert_stamps(&found.stamps_ns, &expected_s, 1e-6);
}

#[test]
fn a_packet_with_a_wrong_checksum_is_left_out_and_its_time_is_a_gap() {
    let mut content = Matrix::sample().write();
    let second = 524 + 36 + 500 * 6 + 3 * 6 + 2 * 4 + 4;
    content[second + 100] ^= 1;
    let found = read(&content).unwrap();
    assert_eq!(found.frames.len(), 1000);
    assert_eq!(found.stamps_ns[500], 20_000_000_000);
    assert_eq!(found.warnings, ["1 packet damaged or cut, by checksum, and left out."]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back(
        range_g in proptest::sample::select(&[2_i16, 4, 8, 16][..]),
        packets in proptest::collection::vec(
            (proptest::collection::vec(proptest::array::uniform3(any::<i16>()), 0..300),
             proptest::array::uniform3(0..5_u32)),
            1..6,
        ),
    ) {
        let packets: Vec<Packet> = (0..)
            .zip(packets)
            .map(|(index, (counts, others))| Packet {
                begin_s: START_S + 4 * index,
                end_s: START_S + 4 * (index + 1),
                counts,
                others,
            })
            .collect();
        let matrix = Matrix { range_g, packets };
        let written: Vec<[i16; 3]> =
            matrix.packets.iter().flat_map(|packet| packet.counts.clone()).collect();
        let found = read(&matrix.write());
        if written.is_empty() {
            prop_assert!(found.is_err());
            return Ok(());
        }
        let found = found.unwrap();
        prop_assert_eq!(found.frames.len(), written.len());
        let per_count = f64::from(range_g) / 32_767.5;
        for (frame, counts) in found.frames.iter().zip(&written) {
            for axis in 0..3 {
                let expected_g = f64::from(counts[axis]) * per_count;
                prop_assert!((f64::from(frame[axis]) - expected_g).abs() < 1e-3);
            }
        }
    }
}
