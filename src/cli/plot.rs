//! `hypnic plot`: the charts again, from the tables alone.

use std::io::{self, Write as _};
use std::path::PathBuf;

use hypnic::chart;
use hypnic::error::{Error, Position};
use hypnic::report::files;

use super::Stop;

/// Draw the charts again from the tables of a result folder
///
/// Needs no recording: movements.csv, nights.csv and epochs.csv may have been
/// edited, or come from elsewhere.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  hypnic plot night.hypnic")]
pub struct Args {
    /// Folder that `hypnic analyze` wrote
    #[arg(value_name = "RESULTS")]
    results: PathBuf,
    /// Folder for the charts [default: RESULTS]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print nothing but errors
    #[arg(long)]
    quiet: bool,
}

/// Runs the command.
pub fn run(args: Args) -> Result<(), Stop> {
    if args.results.is_file() {
        return Err(Stop::Failed(Error::Input {
            path: args.results,
            at: Position::File,
            found: "a file".to_owned(),
            expected: "a result folder".to_owned(),
            help: "Give the folder that `hypnic analyze` wrote, such as night.hypnic.".to_owned(),
        }));
    }
    let tables = files::read_tables(&args.results)?;
    let out = args.out.unwrap_or(args.results);
    std::fs::create_dir_all(&out).map_err(Error::write(&out))?;
    let mut stdout = io::stdout().lock();
    for (name, bytes) in chart::files(&tables) {
        let path = out.join(name);
        files::replace(&path, &bytes)?;
        if !args.quiet {
            writeln!(stdout, "{}", path.display())?;
        }
    }
    Ok(stdout.flush()?)
}
