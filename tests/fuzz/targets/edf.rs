//! Any content behind the first field of an EDF file, with a date.
#![no_main]

use hypnic::input::OpenOptions;
use libfuzzer_sys::fuzz_target;

mod read;

fuzz_target!(|content: &[u8]| {
    let mut file = [b"0       ", content].concat();
    file.resize(file.len().max(256), b' ');
    (file[170], file[173]) = (b'.', b'.');
    let options = OpenOptions { linear: true, ..OpenOptions::default() };
    read::read("edf", &file, &options);
});
