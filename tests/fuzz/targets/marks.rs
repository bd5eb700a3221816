//! Marks of any format: no panic, and times that are numbers.
#![no_main]

use std::path::Path;

use hypnic::marks::{Labels, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(marks) = parse(Path::new("marks"), bytes, &Labels::default()) {
        assert!(marks.list.iter().all(|mark| mark.onset_s.is_finite() && mark.duration_s >= 0.0));
        assert!(marks.list.is_sorted_by(|a, b| a.onset_s <= b.onset_s));
    }
});
