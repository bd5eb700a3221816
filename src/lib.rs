//! hypnic finds every movement in the accelerometer recording of a night.

pub mod error;
pub mod filter;
pub mod movement;
pub mod recording;
pub mod report;
pub mod score;
pub mod spectrum;
pub mod time;
