//! Any text: it is read or refused, and never delivers a frame without a number.
#![no_main]

use hypnic::input::{OpenOptions, open};
use hypnic::recording::Block;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|content: &[u8]| {
    // A process fuzzes one input at a time.
    let path = std::env::temp_dir().join(format!("hypnic-fuzz-csv-{}", std::process::id()));
    std::fs::write(&path, content).unwrap();
    let options = OpenOptions { linear: true, rate_hz: Some(50.0), full_scale_g: None };
    let Ok(mut source) = open(&path, &options) else { return };
    let mut block = Block::default();
    while source.read(&mut block).is_ok_and(|more| more) {
        assert!(block.frames.iter().flatten().all(|value| value.is_finite()));
        let stamps = if source.spec().has_stamps { block.frames.len() } else { 0 };
        assert_eq!(block.stamps_ns.len(), stamps);
    }
    let _ = source.warnings();
});
