//! What every target does with its content.

use hypnic::input::{OpenOptions, open};
use hypnic::recording::Block;

/// Reads the content or has it refused, and holds the reader to its contract: a
/// stamp a frame or none, and never a frame without a number.
pub fn read(target: &str, content: &[u8], options: &OpenOptions) {
    // A process fuzzes one input at a time.
    let path = std::env::temp_dir().join(format!("hypnic-fuzz-{target}-{}", std::process::id()));
    std::fs::write(&path, content).unwrap();
    let Ok(mut source) = open(&path, options) else { return };
    let mut block = Block::default();
    while source.read(&mut block).is_ok_and(|more| more) {
        assert!(block.frames.iter().flatten().all(|value| value.is_finite()));
        let stamps = if source.spec().has_stamps { block.frames.len() } else { 0 };
        assert_eq!(block.stamps_ns.len(), stamps);
    }
    let _ = source.warnings();
}
