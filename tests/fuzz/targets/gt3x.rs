//! Any log of an ActiGraph; the first byte says of which generation.
#![no_main]

use std::io::{Cursor, Write};

use hypnic::input::OpenOptions;
use libfuzzer_sys::fuzz_target;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

mod read;

fuzz_target!(|content: &[u8]| {
    let Some((generation, content)) = content.split_first() else { return };
    let log = if generation % 2 == 0 { "log.bin" } else { "activity.bin" };
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let info = b"Serial Number: MOS2\nSample Rate: 30\n".as_slice();
    for (name, content) in [(log, content), ("info.txt", info)] {
        writer.start_file(name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    let file = writer.finish().unwrap().into_inner();
    read::read("gt3x", &file, &OpenOptions::default());
});
