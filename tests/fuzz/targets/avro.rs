//! Any content behind the signature of an Avro file.
#![no_main]

use hypnic::input::OpenOptions;
use libfuzzer_sys::fuzz_target;

mod read;

fuzz_target!(|content: &[u8]| {
    read::read("avro", &[b"Obj\x01", content].concat(), &OpenOptions::default());
});
