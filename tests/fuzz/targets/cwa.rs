//! Any sectors of an Axivity, with checksums that are right: else hardly one
//! would be looked into.
#![no_main]

use hypnic::input::OpenOptions;
use libfuzzer_sys::fuzz_target;

mod read;

fuzz_target!(|content: &[u8]| {
    let mut file = Vec::new();
    for sector in content.chunks(500) {
        let mut bytes = [b"AX\xfc\x01", sector].concat();
        bytes.resize(510, 0);
        let sum = bytes.chunks(2).fold(0u16, |sum, pair| {
            sum.wrapping_add(u16::from_le_bytes([pair[0], pair[1]]))
        });
        bytes.extend(sum.wrapping_neg().to_le_bytes());
        file.extend(bytes);
    }
    read::read("cwa", &file, &OpenOptions::default());
});
