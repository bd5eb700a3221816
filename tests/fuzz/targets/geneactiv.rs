//! Any content behind the header of a GENEActiv.
#![no_main]

use hypnic::input::OpenOptions;
use libfuzzer_sys::fuzz_target;

mod read;

fuzz_target!(|content: &[u8]| {
    let header = b"Device Identity\nMeasurement Frequency:50 Hz\nx gain:25521\nx offset:12\n\
        y gain:25521\ny offset:0\nz gain:25521\nz offset:-9\nRecorded Data\n";
    read::read("geneactiv", &[header, content].concat(), &OpenOptions::default());
});
