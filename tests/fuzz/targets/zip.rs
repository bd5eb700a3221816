//! Any content behind the signature of a zip archive.
#![no_main]

use hypnic::input::OpenOptions;
use libfuzzer_sys::fuzz_target;

mod read;

fuzz_target!(|content: &[u8]| {
    read::read("zip", &[b"PK\x03\x04", content].concat(), &OpenOptions::default());
});
