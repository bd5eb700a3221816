//! stub
use crate::movement::Rhythm;
use crate::recording::Frame;
/// stub
#[derive(Debug, Clone, Default)]
pub struct Spectrum {}
impl Spectrum {
    /// stub
    pub fn rhythm(&mut self, _ticks: &[Frame], _tick_hz: f64) -> Option<Rhythm> {
        None
    }
}
