//! Two things measured in turns with criterion, and their ratio.

use std::cell::RefCell;
use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::Criterion;

/// What is measured returns a number, so that nothing is optimised away.
pub type Work<'a> = &'a dyn Fn() -> u64;

/// Measures, and keeps what it measured for the table at the end.
pub struct Bench {
    criterion: Criterion,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    limit: String,
    median: Duration,
    /// Median, smallest and largest ratio of a turn to the turn of its limit.
    ratio: Option<[f64; 3]>,
}

impl Bench {
    /// Takes the options of criterion from the command line.
    pub fn new() -> Self {
        let criterion = Criterion::default()
            .sample_size(15)
            .warm_up_time(Duration::from_millis(200))
            .measurement_time(Duration::from_secs(2))
            .without_plots()
            .configure_from_args();
        Self { criterion, rows: Vec::new() }
    }

    /// Measures `work` in turns with `limit`, which no such work can be faster
    /// than.
    pub fn ratio(&mut self, name: &str, limit_name: &str, limit: Work, work: Work) {
        self.measure(name, Some((limit_name, limit)), work);
    }

    /// Measures `work` alone.
    pub fn time(&mut self, name: &str, work: Work) {
        self.measure(name, None, work);
    }

    fn measure(&mut self, name: &str, limit: Option<(&str, Work)>, work: Work) {
        let turns = RefCell::new(Vec::new());
        self.criterion.bench_function(name, |bencher| {
            bencher.iter_custom(|times| {
                let mut total = Duration::ZERO;
                for _ in 0..times {
                    let limit = limit.map(|(_, limit)| timed(limit));
                    let taken = timed(work);
                    turns.borrow_mut().push((taken, limit));
                    total += taken;
                }
                total
            });
        });
        let turns = turns.into_inner();
        if turns.is_empty() {
            // Not what the command line asked for.
            return;
        }
        let mut ratios: Vec<f64> = turns
            .iter()
            .filter_map(|(taken, limit)| Some(taken.as_secs_f64() / (*limit)?.as_secs_f64()))
            .collect();
        ratios.sort_by(f64::total_cmp);
        let ratio = match ratios[..] {
            [] => None,
            [least, .., most] => Some([ratios[ratios.len() / 2], least, most]),
            [only] => Some([only; 3]),
        };
        let mut taken: Vec<Duration> = turns.iter().map(|(taken, _)| *taken).collect();
        taken.sort();
        let limit = limit.map_or("", |(limit, _)| limit).to_owned();
        self.rows.push(Row { name: name.to_owned(), limit, median: taken[taken.len() / 2], ratio });
    }

    /// Prints the table.
    pub fn finish(self) {
        println!("\n| what | ms a night | × its limit | smallest to largest | limit |");
        println!("|---|---:|---:|---:|---|");
        for Row { name, limit, median, ratio } in self.rows {
            let ms = median.as_secs_f64() * 1e3;
            match ratio {
                Some([median, least, most]) => println!(
                    "| {name} | {ms:.1} | {median:.2} | {least:.2} to {most:.2} | {limit} |"
                ),
                None => println!("| {name} | {ms:.1} | | | |"),
            }
        }
    }
}

fn timed(work: Work) -> Duration {
    let start = Instant::now();
    black_box(work());
    start.elapsed()
}
