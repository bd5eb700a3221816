//! `hypnic simulate`: a seeded night with its truth.
#[derive(Debug, clap::Args)]
pub struct Args {}
pub fn run(_args: Args) -> Result<(), super::Stop> { Ok(()) }
