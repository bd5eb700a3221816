//! stub
use crate::error::Result;
use crate::recording::Source;
/// stub
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OpenOptions {
    /// a
    pub linear: bool,
    /// a
    pub rate_hz: Option<f64>,
    /// a
    pub full_scale_g: Option<f32>,
}
/// stub
pub fn open(_path: &std::path::Path, _options: &OpenOptions) -> Result<Box<dyn Source>> {
    todo!()
}
