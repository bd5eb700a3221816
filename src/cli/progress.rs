//! A bar on a terminal, nothing in a pipe.

use std::io::{IsTerminal as _, Write as _, stderr, stdout};

use hypnic::batch::journal::Outcome;
use hypnic::batch::run::Event;
use indicatif::{ProgressBar, ProgressStyle};

/// A bar over the bytes of a file; hidden when nobody watches or `quiet`.
pub fn bar(name: &str, quiet: bool) -> ProgressBar {
    if quiet || !stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg} {bar:30} {percent}% {bytes_per_sec} {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style).with_message(name.to_owned())
}

/// The progress of a batch.
pub enum Batch {
    /// On a terminal.
    Bar { bar: ProgressBar, to_do: usize, ended: usize, failed: usize },
    /// A line of JSON an event.
    Json,
}

impl Batch {
    /// A bar; hidden when nobody watches or `quiet`.
    pub fn bar(quiet: bool) -> Self {
        let bar = bar("", quiet);
        Self::Bar { bar, to_do: 0, ended: 0, failed: 0 }
    }

    /// JSON on standard output.
    pub fn json() -> Self {
        Self::Json
    }

    /// Takes up what happened.
    pub fn tell(&mut self, event: &Event) {
        match self {
            Self::Json => {
                let line = serde_json::to_string(event).expect("plain data becomes JSON");
                // Who no longer listens does not stop the work.
                let _ = writeln!(stdout(), "{line}");
            }
            Self::Bar { bar, to_do, ended, failed } => match event {
                Event::Start { to_do: all, bytes, .. } => {
                    *to_do = *all;
                    bar.set_length(*bytes);
                    bar.set_message(format!("0 of {all}"));
                }
                Event::Recording { bytes, outcome, .. } => {
                    *ended += 1;
                    *failed += usize::from(**outcome != Outcome::Done);
                    let more =
                        if *failed > 0 { format!(", {failed} failed") } else { String::new() };
                    bar.set_message(format!("{ended} of {to_do}{more}"));
                    bar.inc(*bytes);
                }
                Event::End { .. } => bar.finish_and_clear(),
            },
        }
    }
}
