//! `hypnic dictionary`: what every column and key means.

use std::io::{self, Write as _};

use hypnic::report::dictionary;

use super::Stop;

/// Tell what every column and key of every output means
///
/// Name, type, unit, meaning and source, as CSV.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  hypnic dictionary > dictionary.csv
  hypnic dictionary --markdown | less")]
pub struct Args {
    /// A page of Markdown instead
    #[arg(long)]
    markdown: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Stop> {
    let mut entries = dictionary::entries();
    entries.extend(hypnic::batch::entries());
    let text = if args.markdown { dictionary::markdown(entries) } else { dictionary::csv(entries) };
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    Ok(stdout.flush()?)
}
