//! Any text: it is read or refused.
#![no_main]

use hypnic::input::OpenOptions;
use libfuzzer_sys::fuzz_target;

mod read;

fuzz_target!(|content: &[u8]| {
    let options = OpenOptions { linear: true, rate_hz: Some(50.0), ..OpenOptions::default() };
    read::read("csv", content, &options);
});
