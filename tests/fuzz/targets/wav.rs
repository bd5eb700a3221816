//! Any content behind the signature of a WAV file: it is read or refused.
#![no_main]

use hypnic::input::{OpenOptions, open};
use hypnic::recording::Block;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|content: &[u8]| {
    let path = std::env::temp_dir().join(format!("hypnic-fuzz-wav-{}", std::process::id()));
    std::fs::write(&path, [b"RIFF\0\0\0\0WAVE", content].concat()).unwrap();
    let options = OpenOptions { linear: true, rate_hz: None, full_scale_g: Some(8.0) };
    let Ok(mut source) = open(&path, &options) else { return };
    let mut block = Block::default();
    while source.read(&mut block).is_ok_and(|more| more) {
        assert!(block.frames.iter().flatten().all(|value| value.is_finite()));
        assert!(block.stamps_ns.is_empty());
    }
    let _ = source.warnings();
});
