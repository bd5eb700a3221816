//! hypnic finds every movement in the accelerometer recording of a night.

pub mod agree;
pub mod chart;
pub mod condition;
pub mod detect;
pub mod epoch;
pub mod error;
pub mod filter;
pub mod input;
pub mod movement;
pub mod night;
pub mod pipeline;
pub mod recording;
pub mod report;
pub mod score;
pub mod simulate;
pub mod spectrum;
pub mod summary;
pub mod time;
