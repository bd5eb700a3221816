//! `hypnic batch-worker`: what a batch starts to analyse its recordings.

use std::io::{self, BufRead as _, Write as _};
use std::time::Instant;

use hypnic::batch::journal::Outcome;
use hypnic::batch::results;
use hypnic::batch::run::{Answer, Task};
use hypnic::batch::scratch;
use hypnic::error::{Error, Position};

use super::Stop;
use super::made::{self, Heard};
use super::recording::RecordingOptions;

/// Takes tasks from standard input, a line each, until it is closed, and
/// answers on standard output.
pub fn run() -> Result<(), Stop> {
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
            let blake3 = made::hash(&task.file).unwrap_or_default();
            let is_ours = matches!(error, Error::Write { .. } | Error::InTheWay { .. });
            let outcome = Outcome::Failed { code: error.exit_code(), reason: reason(task, &error) };
            (outcome, blake3, false, is_ours.then(|| error.to_string()))
        }
    };
    Answer { outcome, blake3, seconds, is_as_before, unwritable }
}

/// When the results were made, and from which bytes.
enum Made {
    Now(String),
    Before(String),
}

fn make(task: &Task) -> hypnic::error::Result<Made> {
    if let Some(blake3) = &task.made_of
        && made::hash(&task.file)? == *blake3
    {
        return Ok(Made::Before(blake3.clone()));
    }
    let options: RecordingOptions =
        serde_json::from_value(task.settings.clone()).map_err(|problem| Error::Setting {
            name: "the settings of a recording",
            problem: problem.to_string(),
        })?;
    let recordings = [(task.file.clone(), options.settings()?)];
    let heard = Heard::new(&recordings, &mut |_, _| ())?;
    let blake3 = heard.blake3.clone();
    let fresh = results::Fresh::new(&task.dest, &task.scratch)?;
    heard.write(&options, task.beside, fresh.place())?;
    fresh.publish()?;
    Ok(Made::Now(blake3))
}

/// The message without the path, which would differ from machine to machine.
fn reason(task: &Task, error: &Error) -> String {
    let text = error.to_string();
    let path = task.file.display().to_string();
    text.strip_prefix(&path).unwrap_or(&text).trim_start_matches([',', ':', ' ']).to_owned()
}
