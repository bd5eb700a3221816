//! Accuracy over simulated nights of every scene, as a Markdown table: simulate,
//! detect, score and compare with the truth, all in memory.
//!
//! ```text
//! cargo bench --bench accuracy -- --seeds 101..103 --scenes mixed,gaps
//! ```

use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use hypnic::agree::counts::Counts;
use hypnic::agree::movements::MovementAgreement;
use hypnic::agree::nights::{Both, NightAgreement, NightNumbers, NightPair};
use hypnic::agree::spread::quantile;
use hypnic::agree::{By, Event, movements, nights};
use hypnic::error::Result;
use hypnic::movement::Kind;
use hypnic::pipeline;
use hypnic::report::rows;
use hypnic::simulate::{Scene, simulate};

/// As in `hypnic agree`.
const BY: By = By::Onset { tolerance_s: 1.0 };

/// Enough to see a change; more seeds tell a small one from chance.
const SEEDS: [u64; 3] = [101, 102, 103];

/// The nights of a scene stand this far apart when they are pooled, s: more
/// than any recording lasts.
const APART_S: f64 = 1e6;

fn main() -> ExitCode {
    let work = match Work::from_args(std::env::args().skip(1)) {
        Ok(work) => work,
        Err(problem) => {
            eprintln!("accuracy: {problem}");
            return ExitCode::from(2);
        }
    };
    let nights = match work.nights() {
        Ok(nights) => nights,
        Err(error) => {
            eprintln!("accuracy: {error}");
            return ExitCode::from(74);
        }
    };
    println!("{HEAD}");
    for (scene, nights) in work.scenes.iter().zip(nights.chunks(work.seeds.len())) {
        println!("{}", row(scene.name(), nights));
    }
    if work.scenes.len() > 1 {
        println!("{}", row("**all**", &nights));
    }
    ExitCode::SUCCESS
}

/// What is to be done.
struct Work {
    scenes: Vec<Scene>,
    seeds: Vec<u64>,
}

impl Work {
    /// `--seeds 7`, `--seeds 101..103` (all three) and lists of both with
    /// commas; `--scenes` with names and commas.
    fn from_args(mut args: impl Iterator<Item = String>) -> std::result::Result<Self, String> {
        let mut work = Self { scenes: Scene::ALL.to_vec(), seeds: SEEDS.to_vec() };
        while let Some(arg) = args.next() {
            let mut list = || args.next().ok_or(format!("{arg} needs a list with commas"));
            match arg.as_str() {
                "--seeds" => {
                    let parts: std::result::Result<Vec<_>, _> =
                        list()?.split(',').map(seeds).collect();
                    work.seeds = parts?.concat();
                }
                "--scenes" => {
                    let scene = |name: &str| {
                        Scene::from_name(name).ok_or(format!("there is no scene {name:?}"))
                    };
                    work.scenes =
                        list()?.split(',').map(scene).collect::<std::result::Result<_, _>>()?;
                }
                // What cargo says to every benchmark.
                "--bench" => {}
                _ => return Err(format!("{arg:?} is none of --seeds and --scenes")),
            }
        }
        Ok(work)
    }

    /// All nights, scene by scene, each with all seeds; on all cores.
    fn nights(&self) -> Result<Vec<Compared>> {
        let list: Vec<(Scene, u64)> = self
            .scenes
            .iter()
            .flat_map(|&scene| self.seeds.iter().map(move |&seed| (scene, seed)))
            .collect();
        let (next, (send, receive)) = (AtomicUsize::new(0), mpsc::channel());
        let workers = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            for _ in 0..workers {
                let (list, next, send) = (&list, &next, send.clone());
                scope.spawn(move || {
                    while let Some(&(scene, seed)) = list.get(next.fetch_add(1, Ordering::Relaxed))
                    {
                        // Who receives waits for all of them.
                        let _ = send.send(((scene, seed), Compared::new(scene, seed)));
                    }
                });
            }
        });
        drop(send);
        let mut done: Vec<_> = receive.into_iter().collect();
        let place = |key: &(Scene, u64)| list.iter().position(|other| other == key);
        done.sort_by_key(|(key, _)| place(key));
        done.into_iter().map(|(_, night)| night).collect()
    }
}

fn seeds(part: &str) -> std::result::Result<Vec<u64>, String> {
    let wrong = |_| format!("{part:?} is no seed; give 7, 101..103 or 1,2,3");
    let (first, last) = part.split_once("..").unwrap_or((part, part));
    Ok((first.parse().map_err(wrong)?..=last.parse().map_err(wrong)?).collect())
}

/// A simulated night as it was found and as it was.
struct Compared {
    found: Vec<Event>,
    truth: Vec<Event>,
    found_night: NightNumbers,
    true_night: NightNumbers,
}

impl Compared {
    fn new(scene: Scene, seed: u64) -> Result<Self> {
        let night = simulate(&scene.plan(seed), seed);
        let name = format!("{} {seed}", scene.name());
        // Placement and side stand in the file, and so in its spec.
        let settings = pipeline::Settings::default();
        let (found, ledger) =
            pipeline::detect(&mut night.source(), settings.detect, &mut |_, _| ())?;
        let spec = night.spec().clone();
        let analysis =
            pipeline::evaluate(Path::new(&name), spec, found, ledger, Vec::new(), &settings);
        let tables = rows::tables(&analysis);
        let series = night.series();
        Ok(Self {
            found: tables.movements.iter().map(Event::from).collect(),
            truth: night.movement_rows(&series).iter().map(Event::from).collect(),
            found_night: tables.nights.first().map(NightNumbers::from).unwrap_or_default(),
            true_night: NightNumbers::from(&night.night_row(&name, &series)),
        })
    }

    /// Whether the program says that this recording shows series of leg
    /// movements.
    fn shows_series(&self) -> bool {
        self.found_night.plm_per_hour_sleep.is_some()
    }

    /// … and starts.
    fn shows_starts(&self) -> bool {
        self.found_night.hypnic_starts.is_some()
    }
}

/// The movements of several nights as one list, and how many nights these are.
fn pooled<'a>(nights: impl Iterator<Item = &'a Compared>) -> (usize, MovementAgreement) {
    let (mut found, mut truth, mut count) = (Vec::new(), Vec::new(), 0);
    for night in nights {
        let later =
            |event: &Event| Event { onset_s: event.onset_s + count as f64 * APART_S, ..*event };
        found.extend(night.found.iter().map(later));
        truth.extend(night.truth.iter().map(later));
        count += 1;
    }
    (count, movements::agree(&found, &truth, BY))
}

const HEAD: &str = "\
| scene | nights | movements F1 | limb F1 | PLM F1 | PLM/h error | starts F1 | false starts a night \
| onset error, ms: median | 9 of 10 | longer by, ms | sleep onset error, min | asleep error, min \
| pattern right |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|";

/// One row. F1 and errors of movements are pooled over the nights; the errors of
/// nights are the median, and in brackets the largest. A dash stands where
/// the program itself says that the recording cannot show it, and where there
/// is nothing to be found.
fn row(name: &str, nights: &[Compared]) -> String {
    let (count, all) = pooled(nights.iter());
    let (_, legs) = pooled(nights.iter().filter(|night| night.shows_series()));
    let (with_starts, starts) = pooled(nights.iter().filter(|night| night.shows_starts()));
    let starts = starts.kind(Kind::HypnicStart).unwrap_or_default();
    let false_starts = (with_starts > 0).then(|| starts.false_alarms as f64 / with_starts as f64);
    let found: Vec<NightNumbers> = nights.iter().map(|night| night.found_night.clone()).collect();
    let truth: Vec<NightNumbers> = nights.iter().map(|night| night.true_night.clone()).collect();
    let agreement = nights::agree(&found, &truth);
    let ms = |seconds: Option<f64>| number(seconds.map(|seconds| 1e3 * seconds), 0);
    let cells = [
        name.to_owned(),
        count.to_string(),
        f1(Some(all.all)),
        f1(legs.kind(Kind::LimbMovement)),
        f1(legs.in_series),
        off(&agreement, 1.0, |night| night.plm_per_hour_sleep),
        f1(Some(starts)),
        number(false_starts, 1),
        ms(all.onset_error_s.map(|error| error.median_absolute)),
        ms(all.onset_error_s.map(|error| error.p90_absolute)),
        ms(all.duration_error_s.map(|error| error.median)),
        off(&agreement, 1.0, |night| night.sleep_onset_min),
        off(&agreement, 60.0, |night| night.hours_asleep),
        format!("{}/{}", agreement.same_pattern.count, agreement.same_pattern.of),
    ];
    format!("| {} |", cells.join(" | "))
}

fn number(value: Option<f64>, decimals: usize) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.decimals$}"))
}

/// F1 of what there is to be found.
fn f1(counts: Option<Counts>) -> String {
    let counts = counts.filter(|counts| counts.reference() > 0);
    number(counts.and_then(Counts::f1), 3)
}

/// Found minus true over the nights, times `scale`: the median, and in
/// brackets the largest in either direction.
fn off(agreement: &NightAgreement, scale: f64, of: fn(&NightPair) -> Option<Both<f64>>) -> String {
    let errors: Vec<f64> = agreement
        .nights
        .iter()
        .filter_map(of)
        .map(|both| scale * (both.found - both.reference))
        .collect();
    let largest = errors.iter().copied().max_by(|a, b| a.abs().total_cmp(&b.abs()));
    match quantile(&errors, 0.5).zip(largest) {
        Some((median, largest)) => format!("{median:+.1} ({largest:+.1})"),
        None => "-".to_owned(),
    }
}
