//! Which recording of several files is meant: a zip archive, or the folder that
//! an app exported.

use std::path::Path;

use crate::error::{Error, Position, Result};
use crate::recording::{Block, Source, Spec};

use super::archive::{Archive, Member};
use super::beside::{App, Beside};
use super::csv::CsvSource;
use super::kind::{self, Kind};
use super::sum::SumSource;
use super::{OpenOptions, actigraph, counted, refuse};

/// Members that are tried before an archive is given up.
const TRIED: usize = 12;

/// Names quoted in a message.
const NAMES_QUOTED: usize = 8;

/// Endings of files that are no recording.
const FOREIGN: [&str; 14] = [
    "json", "xml", "jpg", "jpeg", "png", "svg", "pdf", "html", "md", "rels", "mp4", "m4a", "kml",
    "gpx",
];

/// Opens the recording in an archive; of one that is cut, what is left of it.
///
/// # Errors
/// An archive without a recording, or the error of the only candidate.
pub(super) fn open(
    archive: &Archive,
    path: &Path,
    options: &OpenOptions,
) -> Result<Box<dyn Source>> {
    let opened = open_whole(archive, path, options);
    if !archive.is_cut {
        return opened;
    }
    match opened {
        Ok(source) => {
            let warning = format!(
                "The zip archive is cut and has lost its directory; {} in it were found ({}), and what could be unpacked was read.",
                counted(archive.members.len() as u64, "file"),
                names(archive)
            );
            Ok(Box::new(Picked { spec: source.spec().clone(), source, warning: Some(warning) }))
        }
        Err(Error::Input { path, at, found, expected, help }) => {
            let found = format!("a zip archive that is cut, and in it {found}");
            Err(Error::Input { path, at, found, expected, help })
        }
        error => error,
    }
}

fn open_whole(archive: &Archive, path: &Path, options: &OpenOptions) -> Result<Box<dyn Source>> {
    if actigraph::is(archive) {
        return actigraph::open(path, archive, options);
    }
    let samples =
        ["log.bin", "activity.bin"].into_iter().find(|name| archive.member(name).is_some());
    if let Some(name) = samples.filter(|_| archive.is_cut) {
        let found = format!("ActiGraph's {name} without the info.txt behind it");
        let expected = "info.txt, which says rate and scale";
        let help = "Copy or download the whole .gt3x again";
        return Err(refuse(path, Position::File, found, expected, help));
    }
    if archive.member("[Content_Types].xml").is_some() {
        let help = "Save the sheet as CSV and give that";
        return Err(refuse(path, Position::File, "an office document", "a recording", help));
    }
    if let Some(folder) = app_folder(archive, App::SensorLogger) {
        return sensor_logger(archive, path, &folder, options);
    }
    let mut candidates: Vec<&Member> =
        archive.members.iter().filter(|member| rank(member).is_some()).collect();
    candidates.sort_by_key(|member| (rank(member), std::cmp::Reverse(member.size)));
    let mut first_error = None;
    for (index, member) in candidates.iter().take(TRIED).enumerate() {
        match open_member(archive, member, options) {
            Ok(source) => {
                let equals: Vec<&str> = candidates[index + 1..]
                    .iter()
                    .filter(|other| rank(other) == rank(member) && rank(other) < Some(Rank::Table))
                    .map(|other| other.name.as_str())
                    .collect();
                return Ok(Box::new(Picked::new(source, member, &equals)));
            }
            Err(error) => {
                first_error.get_or_insert(error);
            }
        }
    }
    match first_error {
        Some(error) if candidates.len() == 1 || matches!(error, Error::Read { .. }) => Err(error),
        Some(error) => {
            let found = format!(
                "{} of which none is a recording that can be read ({}); the likeliest: {error}",
                counted(archive.members.len() as u64, "file"),
                names(archive)
            );
            let help = "Unpack it and give the recording itself";
            Err(refuse(path, Position::File, found, "a recording", help))
        }
        None => {
            let found =
                format!("{} ({})", counted(archive.members.len() as u64, "file"), names(archive));
            let help = "Give the archive or the file that has the accelerometer's samples";
            Err(refuse(path, Position::File, found, "a recording", help))
        }
    }
}

/// Opens the folder that an app exported; `None` for any other folder.
pub(super) fn open_folder(path: &Path, options: &OpenOptions) -> Option<Result<Box<dyn Source>>> {
    let archive = Archive::of_folder(path).ok()?;
    is_of_app(&archive).then(|| open(&archive, path, options))
}

/// Whether an app exported the folder.
pub(super) fn is_export(path: &Path) -> bool {
    Archive::of_folder(path).is_ok_and(|archive| is_of_app(&archive))
}

/// Whether the export of an app lies at the top.
fn is_of_app(archive: &Archive) -> bool {
    [App::SensorLogger, App::Phyphox]
        .into_iter()
        .any(|app| app_folder(archive, app).is_some_and(|folder| folder.is_empty()))
}

/// How likely a member is the recording, likeliest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// A device's own file, or a table named as acceleration with gravity.
    Sure,
    /// Named as acceleration.
    Acceleration,
    /// Any other table.
    Table,
    /// Named as acceleration without gravity.
    Linear,
}

fn rank(member: &Member) -> Option<Rank> {
    let name = member.file_name().to_lowercase();
    let mut endings = name.rsplit('.').filter(|ending| !matches!(*ending, "gz" | "zst"));
    let ending = endings.next().unwrap_or_default();
    let folder = member.folder();
    if member.size == 0
        || name.starts_with('.')
        || folder.starts_with("__MACOSX")
        || folder.ends_with("meta/")
        || name == "metadata.csv"
        || FOREIGN.contains(&ending)
    {
        return None;
    }
    Some(match ending {
        "cwa" | "gt3x" | "bin" | "wav" | "edf" | "bdf" | "avro" => Rank::Sure,
        _ if name.contains("total") => Rank::Sure,
        _ if name.contains("linear") || name.contains("without") => Rank::Linear,
        _ if name.contains("acc") => Rank::Acceleration,
        _ => Rank::Table,
    })
}

fn names(archive: &Archive) -> String {
    let names: Vec<&str> = archive.members.iter().map(Member::file_name).collect();
    let mut text = names[..names.len().min(NAMES_QUOTED)].join(", ");
    if names.len() > NAMES_QUOTED {
        text.push_str(", …");
    }
    text
}

fn open_member(
    archive: &Archive,
    member: &Member,
    options: &OpenOptions,
) -> Result<Box<dyn Source>> {
    let path = archive.path_of(member);
    let mut bytes = archive.bytes(member)?;
    let kind = Kind::of(bytes.peek(kind::HEAD)?);
    if kind == Kind::Zip {
        let help = "Unpack the outer archive and give the inner one";
        let found = "a zip archive within another";
        return Err(refuse(&path, Position::File, found, "a recording", help));
    }
    super::open_kind(kind, &path, bytes, beside(archive, member.folder()), options)
}

/// What the files in the folder of a member, and in its `meta/`, tell.
fn beside(archive: &Archive, folder: &str) -> Beside {
    Beside::of(|name| {
        let wanted = format!("{folder}{name}");
        let member = archive.members.iter().find(|member| member.name == wanted)?;
        archive.text(member).ok()
    })
}

/// The folder in an archive that has the export of an app.
fn app_folder(archive: &Archive, app: App) -> Option<String> {
    let mark = match app {
        App::SensorLogger => "Metadata.csv",
        App::Phyphox => "meta/time.csv",
    };
    archive.members.iter().find_map(|member| {
        let folder = member.name.strip_suffix(mark)?;
        (beside(archive, folder).app == Some(app)).then(|| folder.to_owned())
    })
}

/// Sensor Logger's export has a table a sensor: the accelerometer itself, or,
/// without it, the sum of what the phone took apart.
fn sensor_logger(
    archive: &Archive,
    path: &Path,
    folder: &str,
    options: &OpenOptions,
) -> Result<Box<dyn Source>> {
    let table = |name: &str| {
        let wanted = format!("{folder}{name}.csv");
        archive.members.iter().find(|member| member.name == wanted && member.size > 0)
    };
    let one = |member: &Member, options: &OpenOptions| -> Result<CsvSource> {
        let path = archive.path_of(member);
        CsvSource::open(&path, archive.bytes(member)?, beside(archive, folder), options)
    };
    for name in ["TotalAcceleration", "AccelerometerUncalibrated"] {
        if let Some(member) = table(name) {
            return Ok(Box::new(Picked::new(Box::new(one(member, options)?), member, &[])));
        }
    }
    let Some(linear) = table("Accelerometer") else {
        let found = format!("Sensor Logger's export without an accelerometer ({})", names(archive));
        let help = "Switch the accelerometer on (Total Acceleration is best) and record again";
        return Err(refuse(path, Position::File, found, "TotalAcceleration.csv", help));
    };
    match table("Gravity") {
        Some(gravity) => {
            let accept = OpenOptions { linear: true, ..options.clone() };
            let sum = SumSource::new(one(linear, &accept)?, one(gravity, &accept)?.into_gravity());
            Ok(Box::new(Picked::new(Box::new(sum), linear, &[])))
        }
        None => Ok(Box::new(Picked::new(Box::new(one(linear, options)?), linear, &[]))),
    }
}

/// A member of an archive, which is told in its spec.
struct Picked {
    source: Box<dyn Source>,
    spec: Spec,
    warning: Option<String>,
}

impl Picked {
    fn new(source: Box<dyn Source>, member: &Member, equals: &[&str]) -> Self {
        let mut spec = source.spec().clone();
        spec.layout = format!("{}: {}", member.file_name(), spec.layout);
        let warning = (!equals.is_empty()).then(|| {
            let number = counted(equals.len() as u64, "other recording");
            let name = &member.name;
            let quoted = equals[..equals.len().min(NAMES_QUOTED)].join(", ");
            format!("{number} in the archive not read: {quoted}. Read was the largest, {name}.")
        });
        Self { source, spec, warning }
    }
}

impl Source for Picked {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn read(&mut self, block: &mut Block) -> Result<bool> {
        self.source.read(block)
    }

    fn progress(&self) -> (u64, u64) {
        self.source.progress()
    }

    fn warnings(&self) -> Vec<String> {
        self.warning.iter().cloned().chain(self.source.warnings()).collect()
    }
}
