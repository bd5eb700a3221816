//! `hypnic batch-worker`: what a batch starts to analyse its recordings.

use std::io::{self, BufRead as _, Write as _};
use std::time::Instant;

use hypnic::batch::journal::Outcome;
use hypnic::batch::results;
use hypnic::batch::run::{Answer, Task};
use hypnic::batch::scratch;
use hypnic::error::{Error, Position, Result};
use hypnic::input::{self, Hashes};
use hypnic::pipeline;
use serde::{Deserialize, Serialize};

use super::Stop;
use super::made;
use super::recording::RecordingOptions;

/// Takes tasks from standard input, a line each, until it is closed, and
/// answers on standard output.
pub fn run() -> std::result::Result<(), Stop> {
    // To be asked to stop is for the batch to handle, which closes the input:
    // what is in hand will be finished. Without this the worker just ends.
    let _ = ctrlc::set_handler(|| ());
    let mut stdout = io::stdout().lock();
    let mut scratch = None;
    for line in io::stdin().lock().lines() {
        let task: Task = serde_json::from_str(&line?).map_err(|problem| {
            Stop::Failed(Error::Input {
                path: "standard input".into(),
                at: Position::File,
                found: problem.to_string(),
                expected: "a task of a batch".to_owned(),
                help: "`hypnic batch` starts this command by itself.".to_owned(),
            })
        })?;
        let answer = done(&task);
        scratch = Some(task.scratch);
        let told = serde_json::to_writer(&mut stdout, &answer)
            .map_err(io::Error::from)
            .and_then(|()| writeln!(stdout))
            .and_then(|()| stdout.flush());
        if told.is_err() {
            break;
        }
    }
    // A batch that was killed cannot read, and what it left may have been removed
    // and made again by this worker.
    if let Some(scratch) = scratch {
        scratch::leave(&scratch);
    }
    Ok(())
}

fn done(task: &Task) -> Answer {
    let begin = Instant::now();
    let made = make(task);
    let seconds = begin.elapsed().as_secs_f64();
    let (outcome, blake3, is_as_before, unwritable) = match made {
        Ok(Made::Now(blake3)) => (Outcome::Done, blake3, false, None),
        Ok(Made::Before(blake3)) => (Outcome::Done, blake3, true, None),
        Err(error) => {
            let blake3 = Hashes::read(task.files.iter()).map(|hashes| hashes.of_all());
            let blake3 = blake3.unwrap_or_default();
            let is_ours = matches!(error, Error::Write { .. } | Error::InTheWay { .. });
            let outcome = Outcome::Failed { code: error.exit_code(), reason: reason(task, &error) };
            (outcome, blake3, false, is_ours.then(|| error.to_string()))
        }
    };
    Answer { outcome, blake3, seconds, is_as_before, unwritable }
}

/// The settings of a task.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum OfFiles {
    Several(Vec<RecordingOptions>),
    One(Box<RecordingOptions>),
}

/// When the results were made, and from which bytes.
enum Made {
    Now(String),
    Before(String),
}

fn make(task: &Task) -> Result<Made> {
    if let Some(blake3) = &task.made_of
        && Hashes::read(task.files.iter())?.of_all() == *blake3
    {
        return Ok(Made::Before(blake3.clone()));
    }
    let settings = OfFiles::deserialize(&task.settings).map_err(|problem| Error::Setting {
        name: "the settings of a recording",
        problem: problem.to_string(),
    })?;
    let of_each: Vec<_> = match &settings {
        OfFiles::One(options) => vec![options.settings()?],
        OfFiles::Several(all) => {
            all.iter().map(RecordingOptions::settings).collect::<Result<_>>()?
        }
    };
    let recordings: Vec<_> = task.files.iter().cloned().zip(of_each).collect();
    let detected = pipeline::detect_together(&recordings, &mut |_, _| ())?;
    let blake3 = detected.about.hashes.of_all();
    let fresh = results::Fresh::new(&task.dest, &task.scratch)?;
    made::write(detected, &settings, task.beside, fresh.place())?;
    fresh.publish()?;
    Ok(Made::Now(blake3))
}

/// The message without the path, which would differ from machine to machine; of
/// several files with the name of the one it is about.
fn reason(task: &Task, error: &Error) -> String {
    let text = error.to_string();
    let about = task.files.iter().find_map(|file| {
        let rest = text.strip_prefix(&file.display().to_string())?;
        Some((input::file_name(file), rest))
    });
    match about {
        Some((name, rest)) if task.files.len() > 1 => name + rest,
        Some((_, rest)) => rest.trim_start_matches([',', ':', ' ']).to_owned(),
        None => text,
    }
}
