//! Any files in the archive of a phone's app: the first byte picks the app, and
//! zeros part its files.
#![no_main]

use std::io::{Cursor, Write};

use hypnic::input::OpenOptions;
use libfuzzer_sys::fuzz_target;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

mod read;

const SENSOR_LOGGER: [&str; 4] =
    ["Metadata.csv", "Accelerometer.csv", "Gravity.csv", "TotalAcceleration.csv"];
const PHYPHOX: [&str; 4] =
    ["meta/time.csv", "Accelerometer.csv", "Linear Accelerometer.csv", "meta/device.csv"];

fuzz_target!(|content: &[u8]| {
    let Some((app, content)) = content.split_first() else { return };
    let names = if app % 2 == 0 { SENSOR_LOGGER } else { PHYPHOX };
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, content) in names.into_iter().zip(content.split(|&byte| byte == 0)) {
        writer.start_file(name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    let file = writer.finish().unwrap().into_inner();
    let options = OpenOptions { linear: app & 2 == 0, ..OpenOptions::default() };
    read::read("package", &file, &options);
});
