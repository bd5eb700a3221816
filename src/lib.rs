//! hypnic finds every movement in the accelerometer recording of a night.

pub mod error;
pub mod movement;
pub mod recording;
pub mod report;
pub mod simulate;
pub mod time;
