//! The options that say how a recording is to be read and what is known of it;
//! the same on the command line and in the TOML file.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use hypnic::batch::plan::{Item, SensorFile};
use hypnic::error::{Error, Position, Result};
use hypnic::input::{self, OpenOptions};
use hypnic::marks::diary::Entry;
use hypnic::marks::{self, Labels, Marks, What};
use hypnic::night::{BedTime, BedTimes};
use hypnic::pipeline::Settings;
use hypnic::recording::{Placement, Side, Unit};
use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Serialize};

/// What may be said of a recording.
#[derive(Debug, Clone, Default, PartialEq, clap::Args, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RecordingOptions {
    /// Where the sensor was [default: as the file says, else a guess that is told]; of several
    /// files once for all, or once a file in their order
    #[arg(long, value_enum, help_heading = "Recording")]
    #[serde(default, with = "once_a_file")]
    pub placement: Vec<PlacementArg>,
    /// Side of the body it was on; of several files once a file
    #[arg(long, value_enum, help_heading = "Recording")]
    #[serde(default, with = "once_a_file")]
    pub side: Vec<SideArg>,
    /// Time zone of the recording, such as Europe/Berlin; of several files once for all, or once
    /// a file in their order
    #[arg(long, value_name = "IANA", help_heading = "Recording")]
    #[serde(default, with = "once_a_file")]
    pub timezone: Vec<String>,
    /// Lights off: 22:45, 2024-03-12T22:45, or 1800s after the start
    #[arg(long, value_name = "TIME", help_heading = "Recording")]
    pub lights_off: Option<String>,
    /// Lights on, likewise
    #[arg(long, value_name = "TIME", help_heading = "Recording")]
    pub lights_on: Option<String>,
    /// Sleep as somebody scored it, in place of the estimate: EDF+, .annot, NSRR or Compumedics
    /// XML, Noxturnal, or a CSV of epochs with a column stage
    #[arg(long, value_name = "HYPNOGRAM", help_heading = "Recording")]
    pub sleep: Option<GivenFile>,
    /// Bed times by night: a CSV with the columns night, lights_off and lights_on
    #[arg(long, value_name = "CSV", help_heading = "Recording")]
    pub diary: Option<GivenFile>,
    /// Age of the sleeper in years: under 18 the index is held against 5 per hour, not 15
    #[arg(long, value_name = "YEARS", allow_negative_numbers = true, help_heading = "Recording")]
    pub age: Option<f64>,
    /// Accept acceleration without gravity (posture and tilt are then unknown)
    #[arg(long, num_args = 0..=1, default_missing_value = "true", require_equals = true, help_heading = "Reading")]
    pub linear: Option<bool>,
    /// Samples a second, when the file does not say
    #[arg(long, value_name = "HZ", allow_negative_numbers = true, help_heading = "Reading")]
    pub rate_hz: Option<f64>,
    /// Largest value of a WAV recording in g, when the file does not say
    #[arg(long, value_name = "G", allow_negative_numbers = true, help_heading = "Reading")]
    pub full_scale_g: Option<f32>,
    /// Unit of the numbers of a table: g, mg, m/s2, or the counts that make 1 g
    #[arg(long, value_name = "UNIT", help_heading = "Reading")]
    pub unit: Option<String>,
    /// Columns of x, y and z, by name or number from 1, such as 3,4,5 or accX,accY,accZ
    #[arg(long, value_name = "X,Y,Z", help_heading = "Reading")]
    pub axes: Option<String>,
}

/// A file that says something of a recording: what stands in it is a setting, not
/// only its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Typed")]
pub struct GivenFile {
    /// The file.
    pub file: PathBuf,
    /// BLAKE3 of its bytes.
    pub blake3: String,
}

/// As it is typed, and as it is stored.
#[derive(Deserialize)]
#[serde(untagged)]
enum Typed {
    File(PathBuf),
    Stored { file: PathBuf, blake3: String },
}

impl From<Typed> for GivenFile {
    fn from(typed: Typed) -> Self {
        match typed {
            Typed::File(file) => Self { file, blake3: String::new() },
            Typed::Stored { file, blake3 } => Self { file, blake3 },
        }
    }
}

impl From<std::ffi::OsString> for GivenFile {
    fn from(text: std::ffi::OsString) -> Self {
        Typed::File(text.into()).into()
    }
}

impl GivenFile {
    fn hashed(self) -> Result<Self> {
        let blake3 = input::hash(&self.file)?;
        Ok(Self { blake3, ..self })
    }
}

/// `--placement`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlacementArg {
    /// Ankle or foot: leg movements, starts, sleep
    Ankle,
    /// Wrist: starts, sleep
    Wrist,
    /// Waist or hip: posture, starts, sleep
    Waist,
    /// On or in the mattress: everything, weakly
    Mattress,
}

/// `--side`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SideArg {
    /// Left
    Left,
    /// Right
    Right,
}

impl RecordingOptions {
    /// What was typed, and where nothing was typed, what stands in the file; with
    /// the hashes of the files they name.
    ///
    /// # Errors
    /// A file that cannot be read or is not such TOML.
    pub fn over_file(self, file: Option<&PathBuf>) -> Result<Self> {
        let base = file.map_or_else(|| Ok(Self::default()), |path| read(path))?;
        let hashed = |file: Option<GivenFile>| file.map(GivenFile::hashed).transpose();
        Ok(Self {
            placement: if self.placement.is_empty() { base.placement } else { self.placement },
            side: if self.side.is_empty() { base.side } else { self.side },
            timezone: if self.timezone.is_empty() { base.timezone } else { self.timezone },
            lights_off: self.lights_off.or(base.lights_off),
            lights_on: self.lights_on.or(base.lights_on),
            sleep: hashed(self.sleep.or(base.sleep))?,
            diary: hashed(self.diary.or(base.diary))?,
            age: self.age.or(base.age),
            linear: self.linear.or(base.linear),
            rate_hz: self.rate_hz.or(base.rate_hz),
            full_scale_g: self.full_scale_g.or(base.full_scale_g),
            unit: self.unit.or(base.unit),
            axes: self.axes.or(base.axes),
        })
    }

    /// These options for one file of a recording of a manifest: what its row says
    /// wins.
    ///
    /// # Errors
    /// A placement or a side that is none.
    pub fn of_file(&self, item: &Item, file: &SensorFile) -> Result<Self> {
        let mut options = self.clone();
        if !file.placement.is_empty() {
            options.placement = vec![choice("placement", &file.placement)?];
        }
        if !file.side.is_empty() {
            options.side = vec![choice("side", &file.side)?];
        }
        if !file.timezone.is_empty() {
            options.timezone = vec![file.timezone.clone()];
        }
        let texts = [
            (&mut options.lights_off, on_the_night(&item.night, &item.lights_off)),
            (&mut options.lights_on, on_the_night(&item.night, &item.lights_on)),
        ];
        for (option, text) in texts {
            if !text.is_empty() {
                *option = Some(text);
            }
        }
        Ok(options)
    }

    /// How the file is to be read.
    ///
    /// # Errors
    /// A rate or a full scale that is not positive, a unit that is none, axes that
    /// are not three.
    pub fn open_options(&self) -> Result<OpenOptions> {
        positive("--rate-hz", self.rate_hz, "samples a second, such as 50")?;
        positive(
            "--full-scale-g",
            self.full_scale_g.map(f64::from),
            "the range of the sensor in g, such as 8",
        )?;
        Ok(OpenOptions {
            linear: self.linear.unwrap_or(false),
            rate_hz: self.rate_hz,
            full_scale_g: self.full_scale_g,
            unit: self.unit.as_deref().map(unit).transpose()?,
            axes: self.axes.as_deref().map(axes).transpose()?,
        })
    }

    /// The settings of one recording.
    ///
    /// # Errors
    /// As [`Self::open_options`]; a time that is none; more than one place or side.
    pub fn settings(&self) -> Result<Settings> {
        let mut all = self.settings_of(1)?;
        Ok(all.remove(0))
    }

    /// The settings of so many recordings of the same nights.
    ///
    /// # Errors
    /// As [`Self::settings`]; places or sides that are not one a file.
    pub fn settings_of(&self, files: usize) -> Result<Vec<Settings>> {
        let wrong = |name: &'static str, given: usize| Error::Setting {
            name,
            problem: format!(
                "given {} for {}; give it once a file, in the order of the files",
                super::counted(given, "time"),
                super::counted(files, "file")
            ),
        };
        if !self.side.is_empty() && self.side.len() != files {
            return Err(wrong("--side", self.side.len()));
        }
        for (name, given) in
            [("--placement", self.placement.len()), ("--timezone", self.timezone.len())]
        {
            if given > 1 && given != files {
                return Err(wrong(name, given));
            }
        }
        let settings = self.settings_of_all()?;
        let of_file = |file: usize| Settings {
            placement: self.placement.get(file).or(self.placement.first()).map(|&p| p.into()),
            side: self.side.get(file).map(|&side| side.into()),
            timezone: self.timezone.get(file).or(self.timezone.first()).cloned(),
            ..settings.clone()
        };
        Ok((0..files).map(of_file).collect())
    }

    /// What is the same for every recording.
    fn settings_of_all(&self) -> Result<Settings> {
        if let Some(age) = self.age.filter(|age| !(0.0..=130.0).contains(age)) {
            return Err(Error::Setting {
                name: "--age",
                problem: format!("{age} is no age; give years, such as 45"),
            });
        }
        Ok(Settings {
            input: self.open_options()?,
            bed_times: BedTimes {
                off: bed_time("--lights-off", self.lights_off.as_deref())?,
                on: bed_time("--lights-on", self.lights_on.as_deref())?,
            },
            age_years: self.age,
            diary: self.diary.as_ref().map_or(Ok(Vec::new()), |given| diary(&given.file))?,
            sleep: self.sleep.as_ref().map(|given| sleep(&given.file)).transpose()?,
            ..Settings::default()
        })
    }
}

/// An option that can be given once a file: in the file one value, or a list.
mod once_a_file {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany<T> {
        One(T),
        Many(Vec<T>),
    }

    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<T>, D::Error> {
        Option::<OneOrMany<T>>::deserialize(from).map(|values| match values {
            None => Vec::new(),
            Some(OneOrMany::One(value)) => vec![value],
            Some(OneOrMany::Many(values)) => values,
        })
    }

    pub fn serialize<T: Serialize, S: Serializer>(values: &[T], to: S) -> Result<S::Ok, S::Error> {
        match values {
            [] => to.serialize_none(),
            [value] => value.serialize(to),
            more => more.serialize(to),
        }
    }
}

fn read(path: &Path) -> Result<RecordingOptions> {
    let text = std::fs::read_to_string(path).map_err(Error::read(path))?;
    toml::from_str(&text).map_err(|problem| {
        let before = problem.span().map_or("", |span| text.get(..span.start).unwrap_or(""));
        let row = before.matches('\n').count();
        let line = text.lines().nth(row).unwrap_or("").trim();
        Error::Input {
            path: path.to_owned(),
            at: Position::Row(row as u64 + 1),
            found: format!("`{line}` ({})", problem.message().trim()),
            expected: "the long options of the command line as TOML, such as rate-hz = 50 or lights-off = \"22:45\""
                .to_owned(),
            help: "`hypnic analyze --help` lists them.".to_owned(),
        }
    })
}

/// The bed times of a diary.
fn diary(path: &Path) -> Result<Vec<BedTimes>> {
    let times = |entry: Entry| BedTimes {
        off: entry.lights_off.map(BedTime::Once),
        on: entry.lights_on.map(BedTime::Once),
    };
    Ok(marks::diary::read(path)?.into_iter().map(times).collect())
}

/// The marks of a hypnogram, which have at least one stage.
fn sleep(path: &Path) -> Result<Marks> {
    let marks = marks::read(path, &Labels::default())?;
    if marks.any(|what| matches!(what, What::Stage(stage) if stage.asleep().is_some())) {
        return Ok(marks);
    }
    Err(Error::Input {
        path: path.to_owned(),
        at: Position::File,
        found: "no stage of sleep".to_owned(),
        expected: "stages such as W, N1, N2, N3, R or sleep".to_owned(),
        help: "--sleep takes a hypnogram; leave it out to estimate sleep from movement.".to_owned(),
    })
}

/// The value of a column that has the values of an option.
fn choice<T: ValueEnum>(name: &'static str, text: &str) -> Result<T> {
    T::from_str(text, true).map_err(|_| {
        let values = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let names: Vec<String> = values.map(|value| value.get_name().to_owned()).collect();
        Error::Setting { name, problem: format!("{text:?} is none of {}", names.join(", ")) }
    })
}

/// A time of day on the date of an evening; before noon it is of the day after.
/// Any other text as it is.
fn on_the_night(night: &str, text: &str) -> String {
    match (night.parse::<Date>(), text.parse::<Time>()) {
        (Ok(evening), Ok(time)) => {
            let is_next = time < Time::constant(12, 0, 0, 0);
            let date = if is_next { evening.tomorrow().unwrap_or(evening) } else { evening };
            date.to_datetime(time).to_string()
        }
        _ => text.to_owned(),
    }
}

fn positive(name: &'static str, value: Option<f64>, right: &str) -> Result<()> {
    match value {
        Some(value) if !(value.is_finite() && value > 0.0) => {
            Err(Error::Setting { name, problem: format!("{value} is not above 0; give {right}") })
        }
        _ => Ok(()),
    }
}

fn unit(text: &str) -> Result<Unit> {
    match text.trim().to_ascii_lowercase().as_str() {
        "g" => Ok(Unit::G),
        "mg" => Ok(Unit::MilliG),
        "m/s2" | "m/s^2" | "m/s²" => Ok(Unit::MetresPerSecondSquared),
        number => match number.parse() {
            Ok(per_g) => Ok(Unit::Counts { per_g }),
            Err(_) => Err(Error::Setting {
                name: "--unit",
                problem: format!(
                    "{text:?} is no unit; give g, mg, m/s2, or the counts that make 1 g, such as 256"
                ),
            }),
        },
    }
}

fn axes(text: &str) -> Result<[String; 3]> {
    let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
    names.try_into().map_err(|_| Error::Setting {
        name: "--axes",
        problem: format!("{text:?} are not three; give those of x, y and z, such as 3,4,5"),
    })
}

fn bed_time(name: &'static str, text: Option<&str>) -> Result<Option<BedTime>> {
    let Some(text) = text else { return Ok(None) };
    let seconds = text.strip_suffix('s').and_then(|number| number.trim().parse::<f64>().ok());
    if let Some(seconds) = seconds.filter(|seconds| seconds.is_finite() && *seconds >= 0.0) {
        return Ok(Some(BedTime::FromStart(seconds)));
    }
    if let Ok(moment) = text.replace(' ', "T").parse::<DateTime>()
        && text.len() > 10
    {
        return Ok(Some(BedTime::Once(moment)));
    }
    match text.parse::<Time>() {
        Ok(time) => Ok(Some(BedTime::Daily(time))),
        Err(_) => Err(Error::Setting {
            name,
            problem: format!(
                "{text:?} is no time; give 22:45, or 2024-03-12T22:45, or 1800s from the start"
            ),
        }),
    }
}

impl From<PlacementArg> for Placement {
    fn from(arg: PlacementArg) -> Self {
        match arg {
            PlacementArg::Ankle => Self::Ankle,
            PlacementArg::Wrist => Self::Wrist,
            PlacementArg::Waist => Self::Waist,
            PlacementArg::Mattress => Self::Mattress,
        }
    }
}

impl From<SideArg> for Side {
    fn from(arg: SideArg) -> Self {
        match arg {
            SideArg::Left => Self::Left,
            SideArg::Right => Self::Right,
        }
    }
}
