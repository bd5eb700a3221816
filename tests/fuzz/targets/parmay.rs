//! Any packets of a Parmay Matrix, with checksums that are right: else hardly one
//! would be looked into.
#![no_main]

use hypnic::input::OpenOptions;
use libfuzzer_sys::fuzz_target;

mod read;

fuzz_target!(|content: &[u8]| {
    let mut file = vec![0; 512];
    file.extend(b"MDTC\x02\0\0\0\x08\0\xe8\x03");
    for packet in content.chunks(200) {
        let mut crc = crc32fast::Hasher::new();
        crc.update(packet);
        file.extend(b"MDTCPACK");
        file.extend(crc.finalize().to_le_bytes());
        file.extend(packet);
    }
    read::read("parmay", &file, &OpenOptions::default());
});
