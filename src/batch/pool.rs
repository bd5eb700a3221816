//! Worker processes: each takes one task after the other, a line of JSON in and
//! a line of JSON out, and may die without harm to the others.
//!
//! A process a recording would isolate as well, and cost a start each; a worker
//! that lives on costs a line. A task whose worker dies is given to a fresh one
//! once more: what killed the first may have come from outside.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

/// How a task ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Ended<A> {
    /// The worker answered.
    Answered(A),
    /// Two workers died of it; how the second did.
    Died(String),
    /// The run was asked to stop before it was done.
    Dropped,
}

/// How long workers may go on with the task in hand when asked to stop.
const GRACE: Duration = Duration::from_secs(5);

/// How often it is looked whether the run was asked to stop.
const LOOK: Duration = Duration::from_millis(50);

/// Tries of a task of which the worker dies.
const TRIES: u32 = 2;

/// How to start workers, and how many.
pub struct Pool<'a> {
    /// Gives the command of a worker; its standard streams are set here.
    pub command: &'a (dyn Fn() -> Command + Sync),
    /// Workers at a time.
    pub jobs: usize,
    /// Where their standard error may be written, in files.
    pub scratch: &'a Path,
    /// Set from outside, or by `each`, when the run is to stop.
    pub stop: &'a AtomicBool,
}

impl Pool<'_> {
    /// Has `tasks` done, in order, and tells `each` how every one of them ended,
    /// in any order.
    ///
    /// # Errors
    /// When no worker can be started.
    pub fn run<T: Serialize + Sync, A: DeserializeOwned + Send>(
        &self,
        tasks: &[T],
        each: &mut dyn FnMut(&T, Ended<A>),
    ) -> Result<()> {
        let jobs = self.jobs.clamp(1, tasks.len().max(1));
        let next = Mutex::new(tasks.iter());
        let children: Vec<Mutex<Option<Child>>> = (0..jobs).map(|_| Mutex::new(None)).collect();
        let (tell, told) = mpsc::channel();
        std::thread::scope(|scope| {
            for (number, child) in children.iter().enumerate() {
                let (tell, next) = (tell.clone(), &next);
                scope.spawn(move || {
                    let mut worker = Worker { pool: self, number, child, lines: None };
                    loop {
                        // Let go at once: in the head of a `while let` the lock would
                        // be held, and every other worker wait, until the task is done.
                        let Some(task) = lock(next).next() else { break };
                        let ended = worker.done(task);
                        let is_last = ended.is_err();
                        if tell.send((task, ended)).is_err() || is_last {
                            break;
                        }
                    }
                    worker.close();
                });
            }
            drop(tell);
            let mut asked: Option<Instant> = None;
            let mut failed = Ok(());
            loop {
                match told.recv_timeout(LOOK) {
                    Ok((task, Ok(ended))) => each(task, ended),
                    Ok((_, Err(error))) => {
                        self.stop.store(true, Ordering::Relaxed);
                        failed = Err(error);
                    }
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return failed,
                }
                if self.stop.load(Ordering::Relaxed)
                    && asked.get_or_insert_with(Instant::now).elapsed() > GRACE
                {
                    for mut child in lock_all(&children) {
                        let _ = child.kill();
                    }
                }
            }
        })
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// No thread panics while it holds one of these locks; if one did, what it
/// guards would still be whole.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn lock_all(children: &[Mutex<Option<Child>>]) -> impl Iterator<Item = Child> {
    children.iter().filter_map(|child| lock(child).take())
}

/// One worker at a time, replaced when it dies.
struct Worker<'a> {
    pool: &'a Pool<'a>,
    number: usize,
    /// Shared with the thread that may have to kill it.
    child: &'a Mutex<Option<Child>>,
    lines: Option<(ChildStdin, BufReader<ChildStdout>)>,
}

impl Worker<'_> {
    fn done<T: Serialize, A: DeserializeOwned>(&mut self, task: &T) -> Result<Ended<A>> {
        let mut died = String::new();
        for _ in 0..TRIES {
            if self.pool.is_stopped() {
                return Ok(Ended::Dropped);
            }
            if self.lines.is_none() {
                self.start()?;
            }
            match self.ask(task) {
                Some(answer) => return Ok(Ended::Answered(answer)),
                None => died = self.bury(),
            }
        }
        Ok(if self.pool.is_stopped() { Ended::Dropped } else { Ended::Died(died) })
    }

    fn start(&mut self) -> Result<()> {
        let mut command = (self.pool.command)();
        let log = self.log();
        std::fs::create_dir_all(self.pool.scratch).map_err(Error::write(self.pool.scratch))?;
        let log = File::create(&log).map_err(Error::write(&log))?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log);
        // Ctrl-C is for this process, which tells the workers by itself.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let program = Path::new(command.get_program()).to_owned();
        let mut child = command.spawn().map_err(Error::read(&program))?;
        self.lines = child.stdin.take().zip(child.stdout.take().map(BufReader::new));
        *lock(self.child) = Some(child);
        Ok(())
    }

    /// `None` when the worker is gone.
    fn ask<T: Serialize, A: DeserializeOwned>(&mut self, task: &T) -> Option<A> {
        let (to, from) = self.lines.as_mut()?;
        let mut line = serde_json::to_vec(task).expect("plain data becomes JSON");
        line.push(b'\n');
        to.write_all(&line).ok()?;
        line.clear();
        from.read_until(b'\n', &mut line).ok()?;
        serde_json::from_slice(&line).ok()
    }

    /// How it died, and what it said last.
    fn bury(&mut self) -> String {
        self.lines = None;
        let status = lock(self.child).take().and_then(|mut child| {
            // One that answers nonsense is still there.
            let _ = child.kill();
            child.wait().ok()
        });
        let how = status.map_or_else(|| "was ended".to_owned(), told);
        let said = last_words(&self.log());
        let said = if said.is_empty() { said } else { format!(": {said}") };
        format!("the process that analysed it {how}{said}")
    }

    /// Lets the worker end by itself.
    fn close(mut self) {
        self.lines = None;
        if let Some(mut child) = lock(self.child).take() {
            let _ = child.wait();
        }
    }

    fn log(&self) -> std::path::PathBuf {
        self.pool.scratch.join(format!("worker-{}.log", self.number))
    }
}

#[cfg(unix)]
fn told(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.signal(), status.code()) {
        (Some(6), _) => "aborted (signal 6)".to_owned(),
        (Some(9), _) => "was killed (signal 9; out of memory?)".to_owned(),
        (Some(signal), _) => format!("was ended by signal {signal}"),
        (None, code) => format!("ended with code {}", code.unwrap_or_default()),
    }
}

#[cfg(not(unix))]
fn told(status: ExitStatus) -> String {
    format!("ended ({status})")
}

/// The end of a log, on one line.
fn last_words(log: &Path) -> String {
    const MOST_BYTES: u64 = 600;
    let read = || {
        let mut file = File::open(log).ok()?;
        let length = file.metadata().ok()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(MOST_BYTES))).ok()?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).ok()?;
        Some(String::from_utf8_lossy(&bytes).split_whitespace().collect::<Vec<_>>().join(" "))
    };
    read().unwrap_or_default()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// Answers every line with itself; dies as the line says.
    const WORKER: &str = r#"
        while read -r line; do
            case $line in
                *abort*) echo "thread 'main' panicked" >&2; kill -ABRT $$ ;;
                *once*) if [ -e "$0" ]; then echo "$line"; else : > "$0"; kill -KILL $$; fi ;;
                *quit*) exit 3 ;;
                *meet*)
                    : > "$0.$$"; looks=0
                    until [ "$(ls "$0".* | wc -l)" -eq 2 ]; do
                        looks=$((looks + 1)); [ $looks -lt 100 ] || exit 4; sleep 0.05
                    done
                    echo "$line" ;;
                *nap*) sleep 0.1; echo "$line" ;;
                *sleep*) exec sleep 1000 ;;
                *) echo "$line" ;;
            esac
        done"#;

    fn run(tasks: &[&str], stop_after: Option<usize>) -> Vec<(String, Ended<String>)> {
        let dir = tempfile::tempdir().unwrap();
        let mark = dir.path().join("died-once");
        let command = || {
            let mut command = Command::new("sh");
            command.arg("-c").arg(WORKER).arg(&mark);
            command
        };
        let stop = AtomicBool::new(false);
        let pool = Pool { command: &command, jobs: 2, scratch: dir.path(), stop: &stop };
        let mut ended = Vec::new();
        pool.run(tasks, &mut |task: &&str, end| {
            ended.push(((*task).to_owned(), end));
            if Some(ended.len()) == stop_after {
                stop.store(true, Ordering::Relaxed);
            }
        })
        .unwrap();
        ended.sort_by(|a, b| a.0.cmp(&b.0));
        ended
    }

    #[test]
    fn two_workers_work_at_the_same_time() {
        // Each waits for the other, and gives up after five seconds.
        let ended = run(&["meet", "meet"], None);
        assert!(ended.iter().all(|(_, ended)| matches!(ended, Ended::Answered(_))), "{ended:?}");
    }

    #[test]
    fn a_task_that_kills_its_worker_costs_no_other_task() {
        let ended = run(&["a", "abort", "b", "c", "d", "once", "quit"], None);
        let mut answered = Vec::new();
        for (task, end) in ended {
            match (task.as_str(), end) {
                ("abort", Ended::Died(how)) => {
                    assert!(how.contains("aborted (signal 6): thread 'main' panicked"), "{how}");
                }
                ("quit", Ended::Died(how)) => assert!(how.contains("ended with code 3"), "{how}"),
                (_, Ended::Answered(answer)) => {
                    assert_eq!(task, answer);
                    answered.push(task);
                }
                (_, end) => panic!("{task}: {end:?}"),
            }
        }
        assert_eq!(answered, ["a", "b", "c", "d", "once"]);
    }

    #[test]
    fn who_is_asked_to_stop_does_not_begin_another_task() {
        let tasks: Vec<String> = (0..40).map(|n| format!("nap {n}")).collect();
        let tasks: Vec<&str> = tasks.iter().map(String::as_str).collect();
        let ended = run(&tasks, Some(1));
        assert_eq!(ended.len(), 40);
        let dropped = ended.iter().filter(|(_, end)| *end == Ended::Dropped).count();
        assert!((20..40).contains(&dropped), "{dropped}");
    }

    #[test]
    fn a_worker_that_goes_on_is_ended_after_a_while() {
        let begin = Instant::now();
        let ended = run(&["a", "sleep"], Some(1));
        assert_eq!(ended[1], ("sleep".to_owned(), Ended::Dropped));
        assert!(begin.elapsed() < GRACE * 4);
    }

    #[test]
    fn a_worker_that_cannot_be_started_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let command = || Command::new("/nowhere/hypnic");
        let stop = AtomicBool::new(false);
        let pool = Pool { command: &command, jobs: 1, scratch: dir.path(), stop: &stop };
        let each = &mut |_: &&str, _: Ended<String>| panic!("nothing can be done");
        assert!(pool.run(&["a"], each).unwrap_err().to_string().contains("/nowhere/hypnic"));
    }
}
