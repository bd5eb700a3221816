//! Any content behind the signature of a WAV file.
#![no_main]

use hypnic::input::OpenOptions;
use libfuzzer_sys::fuzz_target;

mod read;

fuzz_target!(|content: &[u8]| {
    let options = OpenOptions { linear: true, full_scale_g: Some(8.0), ..OpenOptions::default() };
    read::read("wav", &[b"RIFF\0\0\0\0WAVE", content].concat(), &options);
});
