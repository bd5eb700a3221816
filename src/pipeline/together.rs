//! Several sensors of the same nights: each is read and detected alone, the
//! clocks are aligned by the movements they share, and what they felt is joined.

use std::path::{Path, PathBuf};

use super::readings::Readings;
use super::{Analysis, Detected, PlacementSource, Settings, Taken, unfit};
use crate::align::{self, Alignment, LARGEST_ERROR_S};
use crate::condition::Ledger;
use crate::detect::{Found, Threshold};
use crate::error::{Error, Result};
use crate::input::{Hashes, file_name};
use crate::night::{Night, calibrate};
use crate::recording::{Placement, Side, Spec};
use crate::score::night::{Recorded, Scored};
use crate::score::together::{self, AT_ONCE_S, Felt, Shared};
use crate::time::Clock;

/// Clocks set by two computers differ by less, s; looked for first.
const NEAR_S: f64 = 300.0;

/// … and zones that were mistaken by less, s.
const FAR_S: f64 = 13.0 * 3600.0;

/// The strongest movements that are looked at in the far search.
const MOST_FAR: usize = 1000;

/// Sensors of one night record at least so long at the same time, s.
const LEAST_COMMON_S: f64 = 600.0;

/// A sensor of a night that several recorded.
#[derive(Debug, Clone)]
pub struct Sensor {
    /// Its file.
    pub path: PathBuf,
    /// What it was understood to be.
    pub spec: Spec,
    /// Where it was.
    pub placement: Placement,
    /// How that is known.
    pub placement_source: PlacementSource,
    /// On which side, if known.
    pub side: Option<Side>,
    /// Recorded, without the gaps, h.
    pub hours_recorded: f64,
    /// Its clock in that of the first leg; `None` where they share too little.
    pub alignment: Option<Alignment>,
}

impl Sensor {
    /// Whether its movements are among those of the night.
    pub fn is_joined(&self) -> bool {
        self.alignment.is_some_and(|alignment| alignment.is_good())
    }

    /// Side and place in words: `left ankle`, `wrist`.
    pub fn name(&self) -> String {
        match self.side {
            Some(side) => format!("{side} {}", self.placement),
            None => self.placement.to_string(),
        }
    }

    /// Name of its file.
    pub fn file(&self) -> String {
        file_name(&self.path)
    }
}

/// One recording, detected.
struct Heard {
    sensor: Sensor,
    settings: Settings,
    found: Found,
    ledger: Ledger,
    warnings: Vec<String>,
    blake3: String,
}

/// Analyses several recordings of the same nights, each with what is said of it;
/// bed times, sleep and age are those of the first. The first on an ankle (else
/// the first of all) carries the nights and their clock, and movements of the
/// others are joined to its own. One recording is analysed as [`super::analyze`] does.
///
/// # Errors
/// What [`super::analyze`] says; recordings that were not made at the same time; two
/// of the same leg; one that is given twice.
pub fn analyze_together(
    recordings: &[(PathBuf, Settings)],
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Analysis> {
    Ok(detect_together(recordings, progress)?.scored())
}

/// [`analyze_together`] up to where the nights are scored.
///
/// # Errors
/// The same.
pub fn detect_together(
    recordings: &[(PathBuf, Settings)],
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Detected> {
    if let [(path, settings)] = recordings {
        return super::detected(path, settings, progress);
    }
    refuse_twice(recordings)?;
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |about| about.len());
    let total: u64 = recordings.iter().map(|(path, _)| size(path)).sum();
    let mut before = 0;
    let mut heard = Vec::new();
    for (path, settings) in recordings {
        heard.push(hear(path, settings, &mut |done, _| progress(before + done, total))?);
        before += size(path);
    }
    let hash = |heard: &Heard| (heard.sensor.path.clone(), heard.blake3.clone());
    let hashes = Hashes(heard.iter().map(hash).collect());
    let first = heard.iter().position(|h| h.sensor.placement == Placement::Ankle).unwrap_or(0);
    heard.swap(0, first);
    for other in &heard[1..] {
        check_common(&heard[0], other)?;
    }
    let sides_warning = set_sides(&mut heard)?;
    align_all(&mut heard);
    let mut detected = evaluate(heard);
    detected.about.hashes = hashes;
    detected.about.warnings.extend(sides_warning);
    detected.check(&recordings[0].1)?;
    Ok(detected)
}

/// The same file under two names is no second sensor.
fn refuse_twice(recordings: &[(PathBuf, Settings)]) -> Result<()> {
    let real: Vec<_> = recordings.iter().map(|(path, _)| path.canonicalize().ok()).collect();
    let twice = (1..real.len()).find(|&n| real[n].is_some() && real[..n].contains(&real[n]));
    match twice {
        Some(n) => Err(unfit(
            &recordings[n].0,
            "the same file twice".to_owned(),
            "one file of each sensor",
            "Leave one of the two out.",
        )),
        None => Ok(()),
    }
}

fn hear(path: &Path, settings: &Settings, progress: &mut dyn FnMut(u64, u64)) -> Result<Heard> {
    let Taken { spec, found, ledger, warnings, blake3 } = super::read(path, settings, progress)?;
    let (named_placement, named_side) = of_name(&file_name(path));
    let (placement, placement_source) =
        super::placement_of(settings, &spec, named_placement, &found.epochs);
    let side = settings.side.or(spec.side).or(named_side);
    let seconds = ledger.frames as f64 / ledger.rate_hz;
    let sensor = Sensor {
        path: path.to_owned(),
        spec,
        placement,
        placement_source,
        side,
        hours_recorded: seconds / 3600.0 - ledger.gap_hours(),
        alignment: None,
    };
    Ok(Heard { sensor, settings: settings.clone(), found, ledger, warnings, blake3 })
}

/// Words that say a side or a place in the name of a file, in the languages of
/// those who have sent recordings around.
const LEFT: [&str; 7] = ["left", "links", "gauche", "izquierda", "l", "li", "lt"];
const RIGHT: [&str; 7] = ["right", "rechts", "droite", "derecha", "r", "re", "rt"];
const ANKLE: [&str; 8] = ["ankle", "leg", "foot", "bein", "fuss", "knoechel", "jambe", "cheville"];
const WRIST: [&str; 5] = ["wrist", "arm", "hand", "handgelenk", "poignet"];
const WAIST: [&str; 6] = ["waist", "hip", "belt", "huefte", "hüfte", "taille"];
const MATTRESS: [&str; 4] = ["mattress", "matratze", "bed", "bett"];

/// Place and side as the name of a file says them.
fn of_name(name: &str) -> (Option<Placement>, Option<Side>) {
    let words = words(name);
    // A long word may stand at the head of another: `leftankle`.
    let says = |list: &[&str]| {
        list.iter().any(|known| {
            words.iter().any(|word| word == known || (known.len() > 3 && word.starts_with(known)))
        })
    };
    let side = match (says(&LEFT), says(&RIGHT)) {
        (true, false) => Some(Side::Left),
        (false, true) => Some(Side::Right),
        _ => None,
    };
    let places = [
        (Placement::Ankle, says(&ANKLE)),
        (Placement::Wrist, says(&WRIST)),
        (Placement::Waist, says(&WAIST)),
        (Placement::Mattress, says(&MATTRESS)),
    ];
    let mut said = places.into_iter().filter(|(_, is)| *is).map(|(place, _)| place);
    (said.next().filter(|_| said.next().is_none()), side)
}

/// The words of a file name, in small letters: cut at what is no letter, and
/// where small letters turn to capitals.
fn words(name: &str) -> Vec<String> {
    let stem = name.split('.').next().unwrap_or(name);
    let mut words = vec![String::new()];
    let mut was_small = false;
    for letter in stem.chars() {
        let begins = letter.is_uppercase() && was_small;
        if begins || !letter.is_alphabetic() {
            words.push(String::new());
        }
        if letter.is_alphabetic()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
        was_small = letter.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Gives every ankle a side of its own, and says what had to be taken for it.
fn set_sides(heard: &mut [Heard]) -> Result<Option<String>> {
    let mut legs: Vec<&mut Sensor> = heard
        .iter_mut()
        .map(|heard| &mut heard.sensor)
        .filter(|sensor| sensor.placement == Placement::Ankle)
        .collect();
    let known: Vec<Side> = legs.iter().filter_map(|sensor| sensor.side).collect();
    let is_twice = known.iter().enumerate().any(|(n, side)| known[..n].contains(side));
    if is_twice || legs.len() > 2 {
        let names: Vec<String> =
            legs.iter().map(|sensor| format!("{} ({})", sensor.file(), sensor.name())).collect();
        return Err(Error::Setting {
            name: "--side",
            problem: format!(
                "{} would be more than one sensor a leg; say what each is with --side and --placement, once a file in their order",
                names.join(" and ")
            ),
        });
    }
    let [one, two] = &mut legs[..] else { return Ok(None) };
    match (one.side, two.side) {
        (Some(_), Some(_)) => Ok(None),
        (Some(side), None) => {
            two.side = Some(side.opposite());
            Ok(None)
        }
        (None, Some(side)) => {
            one.side = Some(side.opposite());
            Ok(None)
        }
        (None, None) => {
            (one.side, two.side) = (Some(Side::Left), Some(Side::Right));
            Ok(Some(format!(
                "Nothing says which leg is which: {} is called the left one; say it with --side, once a file.",
                one.file()
            )))
        }
    }
}

/// Reads the clock of every recording in that of the first.
fn align_all(heard: &mut [Heard]) {
    let Some((first, others)) = heard.split_first_mut() else { return };
    first.sensor.alignment = Some(Alignment::SAME);
    for other in others {
        let near_s = first.sensor.spec.clock.until(&other.sensor.spec.clock).unwrap_or(0.0);
        let align = |most: usize, within_s: f64| {
            let [reference, onsets] = [&*first, &*other].map(|heard| onsets_s(heard, most));
            align::align(&reference, &onsets, near_s, within_s)
        };
        other.sensor.alignment = align(usize::MAX, NEAR_S).or_else(|| align(MOST_FAR, FAR_S));
    }
}

/// Onsets of the strongest movements, ascending.
fn onsets_s(heard: &Heard, most: usize) -> Vec<f64> {
    let movements = &heard.found.movements;
    let mut strengths: Vec<f32> = movements.iter().map(|movement| movement.peak_g).collect();
    strengths.sort_by(|a, b| b.total_cmp(a));
    let least_g = strengths.get(most).copied().unwrap_or(0.0);
    let strong = movements.iter().filter(|movement| movement.peak_g >= least_g);
    strong.map(|movement| movement.onset as f64 / heard.ledger.rate_hz).collect()
}

/// Refuses recordings one after the other, as far as their clocks say.
fn check_common(first: &Heard, other: &Heard) -> Result<()> {
    let Some(apart_s) = first.sensor.spec.clock.until(&other.sensor.spec.clock) else {
        return Ok(());
    };
    let length_s = |heard: &Heard| heard.ledger.frames as f64 / heard.ledger.rate_hz;
    let common_s = length_s(first).min(apart_s + length_s(other)) - apart_s.max(0.0);
    if common_s >= LEAST_COMMON_S {
        return Ok(());
    }
    let span = |heard: &Heard| {
        let clock = &heard.sensor.spec.clock;
        format!("{} to {}", clock.label(0.0), clock.label(length_s(heard)))
    };
    Err(unfit(
        &other.sensor.path,
        format!("a recording from {}", span(other)),
        &format!("one of the same time as {}, from {}", first.sensor.file(), span(first)),
        "Several files are several sensors of the same nights. Recordings one after the other are analysed one by one, or all below a folder with hypnic batch; if the clock of one is wrong, mend its zone with --timezone.",
    ))
}

/// The event world of several sensors; the first carries the nights.
fn evaluate(mut heard: Vec<Heard>) -> Detected {
    let first = &mut heard[0];
    let settings = Settings {
        placement: Some(first.sensor.placement),
        side: first.sensor.side,
        ..first.settings.clone()
    };
    let (mut about, nights, of_first) = super::slept(
        &first.sensor.path,
        first.sensor.spec.clone(),
        std::mem::take(&mut first.found),
        first.ledger.clone(),
        std::mem::take(&mut first.warnings),
        &settings,
    );
    about.placement_source = first.sensor.placement_source;
    about.warnings.extend(remarks(&heard));
    about.sensors = heard.iter().map(|heard| heard.sensor.clone()).collect();
    let joined: Vec<Heard> = heard.into_iter().filter(|h| h.sensor.is_joined()).collect();
    let legs = joined.iter().filter(|h| h.sensor.placement == Placement::Ankle).count();
    if legs > 1 {
        about.side = Some(Side::Bilateral);
    }
    let gaps_s = unrecorded_s(&joined);
    let mut of_first = Some(of_first);
    let sensors: Vec<Joined> =
        joined.into_iter().map(|heard| Joined::new(heard, of_first.take())).collect();
    let score =
        Box::new(move |night: &Night, threshold| scored(night, &sensors, threshold, &gaps_s));
    Detected { about, nights, score, age_years: settings.age_years }
}

/// A sensor whose movements are joined to those of the others.
struct Joined {
    placement: Placement,
    side: Option<Side>,
    alignment: Alignment,
    gaps_s: Vec<(f64, f64)>,
    readings: Readings,
}

impl Joined {
    fn new(heard: Heard, readings: Option<Readings>) -> Self {
        let Heard { found, sensor, ledger, .. } = heard;
        let readings = readings.unwrap_or_else(|| {
            let calibration = calibrate::fit(&found.epochs, sensor.spec.has_gravity);
            Readings::new(found, &calibration, ledger.rate_hz, sensor.placement)
        });
        Self {
            placement: sensor.placement,
            side: sensor.side,
            alignment: sensor.alignment.unwrap_or(Alignment::SAME),
            gaps_s: ledger.gaps_s(),
            readings,
        }
    }

    /// What it felt in a night, on the time axis of the first.
    fn felt(&self, night: &Night, threshold: Threshold, to_hz: f64) -> Felt {
        let Self { placement, side, alignment, gaps_s, readings } = self;
        // Within a night the clocks drift by seconds, which sleep and bed do not see.
        let middle_s = f64::midpoint(night.start_s, night.end_s);
        let there = night.moved(alignment.from_reference(middle_s) - middle_s);
        let recorded = Recorded {
            rate_hz: readings.rate_hz,
            placement: *placement,
            side: *side,
            gaps_s: gaps_s.clone(),
        };
        let here = readings.of(&there, threshold);
        let mut scored = crate::score::night::night(&here, &there, &recorded);
        let elsewhere = if *alignment == Alignment::SAME { &mut [][..] } else { &mut scored[..] };
        for one in elsewhere {
            let end_s = alignment.to_reference(one.onset_s + one.duration_s);
            one.onset_s = alignment.to_reference(one.onset_s);
            one.duration_s = end_s - one.onset_s;
            one.movement.onset = (one.onset_s.max(0.0) * to_hz).round() as u64;
            one.movement.end = (end_s.max(0.0) * to_hz).round() as u64;
        }
        scored.retain(|one| (night.start_s..night.end_s).contains(&one.onset_s));
        Felt { placement: *placement, side: *side, movements: scored }
    }
}

/// The movements of a night by all sensors.
fn scored(
    night: &Night,
    sensors: &[Joined],
    threshold: Threshold,
    gaps_s: &[(f64, f64)],
) -> Vec<Scored> {
    let to_hz = sensors[0].readings.rate_hz;
    let felt: Vec<Felt> =
        sensors.iter().map(|sensor| sensor.felt(night, threshold, to_hz)).collect();
    match <[Felt; 1]>::try_from(felt) {
        Ok([alone]) => alone.movements,
        Err(felt) => together::join(&felt, gaps_s),
    }
}

/// When no leg was recorded (without legs: the first sensor was not), s of the
/// first.
fn unrecorded_s(joined: &[Heard]) -> Vec<(f64, f64)> {
    let is_leg = |heard: &&Heard| heard.sensor.placement == Placement::Ankle;
    let missing = |heard: &Heard| -> Vec<(f64, f64)> {
        let alignment = heard.sensor.alignment.unwrap_or(Alignment::SAME);
        let end_s = heard.ledger.frames as f64 / heard.ledger.rate_hz;
        let inside = heard.ledger.gaps_s();
        let outside = [(-f64::INFINITY, 0.0), (end_s, f64::INFINITY)];
        let all = inside.into_iter().chain(outside);
        all.map(|(a, b)| (alignment.to_reference(a), alignment.to_reference(b))).collect()
    };
    let mut unrecorded = joined[0].ledger.gaps_s();
    for other in joined.iter().skip(1).filter(is_leg) {
        let missing = missing(other);
        unrecorded = unrecorded
            .iter()
            .flat_map(|a| missing.iter().map(|b| (a.0.max(b.0), a.1.min(b.1))))
            .filter(|(from_s, to_s)| from_s < to_s)
            .collect();
    }
    unrecorded
}

/// What a person should know of the sensors, in sentences.
fn remarks(heard: &[Heard]) -> Vec<String> {
    let (first, others) = (&heard[0], &heard[1..]);
    let name = first.sensor.file();
    let why = match first.sensor.placement {
        Placement::Ankle => "the first of the legs",
        Placement::Wrist | Placement::Waist | Placement::Mattress => {
            "the first, as none is on a leg"
        }
    };
    let mut remarks = vec![format!(
        "Sleep and times in bed that nobody gave are estimated from {name} ({}) alone: it is {why}.",
        first.sensor.name()
    )];
    for Heard { sensor, warnings, ledger, found, .. } in others {
        let file = sensor.file();
        remarks.push(match &sensor.alignment {
            Some(at) if at.is_good() => format!(
                "{file} ({}): aligned with {name} ({}) by {} movements both felt, to within {:.2} s; {}.",
                sensor.name(),
                first.sensor.name(),
                at.shared_movements,
                at.error_s,
                clock_of(&first.sensor, sensor, at),
            ),
            Some(at) => format!(
                "{file} ({}) is left out: its clock could be aligned with that of {name} only to within {:.2} s, and more than {LARGEST_ERROR_S} s joins what does not belong together; analyse it alone.",
                sensor.name(),
                at.error_s,
            ),
            None => format!(
                "{file} ({}) is left out: it shares too few movements with {name} to align the clocks; analyse it alone.",
                sensor.name(),
            ),
        });
        let all = warnings.iter().cloned().chain(ledger.remarks());
        let all = all.chain(crate::night::quality::remarks(&found.epochs, &sensor.spec));
        remarks.extend(all.map(|warning| format!("{file}: {warning}")));
        let short_h = first.sensor.hours_recorded - sensor.hours_recorded;
        if sensor.is_joined() && short_h > 0.05 * first.sensor.hours_recorded {
            remarks.push(format!(
                "{file} has {:.1} h, {name} {:.1} h: where one is missing, only the other one's movements are counted.",
                sensor.hours_recorded, first.sensor.hours_recorded
            ));
        }
    }
    remarks
}

/// How a clock was off, in words.
fn clock_of(first: &Sensor, sensor: &Sensor, at: &Alignment) -> String {
    let drift = format!("runs {:+.0} ppm against it", -at.drift_ppm);
    match first.spec.clock.until(&sensor.spec.clock) {
        Some(said_s) => {
            let ahead_s = said_s - at.offset_s;
            let word = if ahead_s < 0.0 { "behind" } else { "ahead" };
            format!("its clock is {:.1} s {word} and {drift}", ahead_s.abs())
        }
        None => format!("it begins {:.1} s after it and {drift}", at.offset_s),
    }
}

/// The sensors that moved, by name.
pub fn moved(shared: &Shared, sensors: &[Sensor]) -> String {
    let joined: Vec<&Sensor> = sensors.iter().filter(|sensor| sensor.is_joined()).collect();
    let moved = shared.moved.iter().filter_map(|&sensor| joined.get(sensor));
    moved.map(|sensor| sensor.name().replace(' ', "_")).collect::<Vec<_>>().join(" ")
}

/// That all sensors felt a movement at once, in words; empty if they did not.
pub fn told(shared: &Shared, sensors: &[Sensor]) -> String {
    let joined = sensors.iter().filter(|sensor| sensor.is_joined()).count();
    match shared.felt_by_all_within_s.filter(|within_s| *within_s <= AT_ONCE_S) {
        None => String::new(),
        Some(within_s) if joined == 2 => format!("felt by both sensors within {within_s:.2} s"),
        Some(within_s) => format!("felt by all {joined} sensors within {within_s:.2} s"),
    }
}

impl Clock {
    /// Seconds from the first frame of this recording to that of another, by what
    /// their clocks say; a wall clock of an unknown zone is taken to be of the
    /// other's. `None` if one has none.
    fn until(&self, other: &Self) -> Option<f64> {
        match (self, other) {
            (Self::Zoned { start, .. }, Self::Zoned { start: there, .. }) => {
                Some(there.duration_since(*start).as_secs_f64())
            }
            (_, Self::Local { start }) => self.offset_s(*start),
            (Self::Local { start }, _) => other.offset_s(*start).map(|offset_s| -offset_s),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_say_side_and_place() {
        use Placement::{Ankle, Mattress, Waist, Wrist};
        use Side::{Left, Right};
        for (name, placement, side) in [
            ("left.cwa", None, Some(Left)),
            ("P07_night1_R.csv.gz", None, Some(Right)),
            ("rechts_Bein.csv", Some(Ankle), Some(Right)),
            ("LeftAnkle.gt3x", Some(Ankle), Some(Left)),
            ("leftankle.gt3x", None, Some(Left)),
            ("wrist-L 2024.bin", Some(Wrist), Some(Left)),
            ("hip.csv", Some(Waist), None),
            ("phone on mattress.zip", Some(Mattress), None),
            ("bright_leftover_right.csv", None, None),
            ("recording.csv", None, None),
            ("left-right.csv", None, None),
        ] {
            assert_eq!(of_name(name), (placement, side), "{name}");
        }
    }

    #[test]
    fn clocks_differ_by_what_they_show() {
        let at = |hour, second| Clock::Local {
            start: jiff::civil::date(2024, 3, 12).at(hour, 0, second, 0),
        };
        let berlin = at(22, 0).in_zone("Europe/Berlin").unwrap();
        let utc = at(21, 7).in_zone("UTC").unwrap();
        let local = at(22, 30);
        assert_eq!(berlin.until(&utc), Some(7.0));
        assert_eq!(berlin.until(&local), Some(30.0));
        assert_eq!(local.until(&berlin), Some(-30.0));
        assert_eq!(local.until(&Clock::None), None);
    }
}
