//! Which columns are the three axes, by their names: acceleration with
//! gravity is wanted; what a gyroscope, a magnetometer or a fusion filter
//! wrote beside it is not.

use crate::recording::Unit;

use super::unit;

/// What kind of vector three columns are, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Family {
    /// Named as acceleration with gravity: `TotalAcceleration`, `gFx`.
    Total,
    /// Named as acceleration: `accX`, `Accelerometer X`.
    Acceleration,
    /// Named by the axis alone: `x`, `X-axis (g)`.
    Bare,
    /// Named by a letter and the axis: `ax`.
    Letter,
    /// `gx`: more often a gyroscope's than g.
    Doubtful,
    /// Gravity was taken out: `Linear Acceleration x`, `userAcceleration.x`.
    Linear,
    /// Not acceleration.
    Other,
}

/// The three columns of a vector.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axes {
    /// The columns of x, y and z, counted from 0.
    pub columns: [usize; 3],
    pub family: Family,
    /// The unit in the names, and how it is known, in words.
    pub unit: Option<(Unit, String)>,
}

/// A column's name taken apart.
#[derive(Debug, Clone, PartialEq)]
struct Name {
    axis: usize,
    /// The name without axis and unit: equal for the columns of one vector.
    vector: String,
    family: Family,
    unit: Option<Unit>,
}

/// Words that make a vector something else than acceleration.
const OTHER: [&str; 35] = [
    "gyro",
    "gyr",
    "gyroscope",
    "rot",
    "rotation",
    "rotationrate",
    "mag",
    "magn",
    "magnet",
    "magnetometer",
    "magnetic",
    "magneticfield",
    "gravity",
    "grav",
    "orientation",
    "orient",
    "euler",
    "quaternion",
    "quat",
    "attitude",
    "omega",
    "angular",
    "ang",
    "angle",
    "velocity",
    "vel",
    "speed",
    "position",
    "pos",
    "field",
    "compass",
    "w",
    "b",
    "m",
    "q",
];

/// Words of acceleration without gravity.
const LINEAR: [&str; 9] = [
    "linear",
    "lin",
    "linacc",
    "user",
    "useracceleration",
    "linearacceleration",
    "lineare",
    "linéaire",
    "lineal",
];

/// Words of acceleration in the languages of the phone apps; a beginning is enough.
const ACCELERATION: [&str; 8] =
    ["acc", "beschl", "accél", "aceler", "versnel", "przysp", "zrychl", "akseler"];

/// Finds the axes in `names`: of the best family, the first vector of which
/// all three are there. Other vectors of acceleration are named in the second value.
pub(super) fn find(names: &[String]) -> (Option<Axes>, Vec<String>) {
    let mut vectors: Vec<(Name, [Option<usize>; 3])> = Vec::new();
    for (column, name) in names.iter().enumerate() {
        let Some(name) = take_apart(name) else { continue };
        let same = |(other, _): &&mut (Name, _)| {
            other.vector == name.vector && other.family == name.family
        };
        match vectors.iter_mut().find(same) {
            Some((_, columns)) => {
                columns[name.axis].get_or_insert(column);
            }
            None => {
                let mut columns = [None; 3];
                columns[name.axis] = Some(column);
                vectors.push((name, columns));
            }
        }
    }
    let mut complete: Vec<(Name, [usize; 3])> = vectors
        .into_iter()
        .filter_map(|(name, columns)| match columns {
            [Some(x), Some(y), Some(z)] if name.family != Family::Other => Some((name, [x, y, z])),
            _ => None,
        })
        .collect();
    // Stable: the first vector of a family stays first.
    complete.sort_by_key(|(name, _)| name.family);
    let mut vectors = complete.into_iter();
    let best = vectors.next().map(|(name, columns)| {
        let column = &names[columns[name.axis]];
        let unit = name.unit.map(|unit| (unit, format!("from the column name {column:?}")));
        Axes { columns, family: name.family, unit }
    });
    let others = vectors.map(|(_, [x, ..])| names[x].clone()).collect();
    (best, others)
}

/// The columns that a person chose among `width`, by name or by number, counted
/// from 1; `Err` is the one that is not there, in words.
pub(super) fn chosen(names: &[String], width: usize, wanted: &[String; 3]) -> Result<Axes, String> {
    let mut columns = [0; 3];
    for (column, wanted) in columns.iter_mut().zip(wanted) {
        let named = names.iter().position(|name| {
            let (plain, _) = without_unit(name);
            [name.trim(), plain.trim()].iter().any(|name| name.eq_ignore_ascii_case(wanted.trim()))
        });
        let counted = wanted.trim().parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        *column = named
            .or(counted.filter(|column| *column < width))
            .ok_or_else(|| format!("a column {wanted:?}"))?;
    }
    let name = names.get(columns[0]);
    let unit = name.and_then(|name| Some((unit::named(without_unit(name).1?)?, name)));
    let unit = unit.map(|(unit, name)| (unit, format!("from the column name {name:?}")));
    Ok(Axes { columns, family: Family::Acceleration, unit })
}

/// `None` for the name of no axis.
fn take_apart(name: &str) -> Option<Name> {
    let (plain, unit_text) = without_unit(name);
    let mut unit = unit_text.and_then(unit::named);
    let mut tokens = tokens(&plain);
    // `acc_x_g`: a unit as the last word, behind the axis.
    if let [.., before, last] = tokens.as_slice()
        && axis_of(before).is_some()
        && let Some(last) = unit::named(last)
    {
        unit = unit.or(Some(last));
        tokens.pop();
    }
    let (axis, at, stem) = tokens.iter().enumerate().rev().find_map(|(at, token)| {
        let (axis, stem) = axis_of(token)?;
        Some((axis, at, stem.to_owned()))
    })?;
    if stem.is_empty() {
        tokens.remove(at);
    } else {
        tokens[at] = stem;
    }
    let family = family(&tokens);
    if family == Family::Total && unit.is_none() && tokens.iter().any(|token| token == "gf") {
        unit = Some(Unit::G);
    }
    Some(Name { axis, vector: tokens.join(" "), family, unit })
}

/// The axis a word names, alone or glued to a known word, and that word.
fn axis_of(token: &str) -> Option<(usize, &str)> {
    let axis = |letter: char| "xyz".find(letter);
    let known = |stem: &str| {
        stem.is_empty()
            || matches!(stem, "a" | "g" | "gf" | "axis" | "achse" | "eje" | "asse")
            || is_acceleration(stem)
            || LINEAR.contains(&stem)
            || OTHER.contains(&stem)
    };
    let (first, last) = (token.chars().next()?, token.chars().next_back()?);
    if let (Some(axis), stem) = (axis(last), &token[..token.len() - last.len_utf8()])
        && known(stem)
    {
        return Some((axis, stem));
    }
    match (axis(first), &token[first.len_utf8()..]) {
        (Some(axis), stem) if known(stem) => Some((axis, stem)),
        _ => None,
    }
}

fn is_acceleration(word: &str) -> bool {
    ACCELERATION.iter().any(|beginning| word.starts_with(beginning))
}

fn family(words: &[String]) -> Family {
    let any = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let without =
        any(&["without", "no", "ohne", "sans", "sin", "senza", "excl", "excluding", "minus"]);
    let with = any(&["with", "including", "incl", "includinggravity", "mit", "avec", "con"]);
    let acceleration = words.iter().any(|word| is_acceleration(word));
    if any(&LINEAR) || (without && any(&["g", "gravity", "grav"])) {
        Family::Linear
    } else if any(&["gf", "total", "includinggravity"]) || (with && any(&["g", "gravity"])) {
        Family::Total
    } else if any(&OTHER) {
        Family::Other
    } else if acceleration {
        Family::Acceleration
    } else {
        match words {
            [word] if word == "a" => Family::Letter,
            [word] if word == "g" => Family::Doubtful,
            _ => Family::Bare,
        }
    }
}

/// A name without what stands in its last round or square brackets, and that.
pub(super) fn without_unit(name: &str) -> (String, Option<&str>) {
    let name = name.trim();
    let open = if name.ends_with(')') {
        matching_open(name)
    } else if name.ends_with(']') {
        name.rfind('[')
    } else {
        None
    };
    match open {
        Some(open) => (name[..open].to_owned(), Some(&name[open + 1..name.len() - 1])),
        None => (name.to_owned(), None),
    }
}

/// The round bracket that the last character closes: `m/(s^2)` has two of them.
fn matching_open(name: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, byte) in name.bytes().enumerate().rev() {
        match byte {
            b')' => depth += 1,
            b'(' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// The words of a name in lower case: split where no letter or digit stands,
/// and where a capital follows a small letter.
pub(super) fn tokens(name: &str) -> Vec<String> {
    // Physics Toolbox; the capital would split it.
    if let "gfx" | "gfy" | "gfz" = name.trim().to_lowercase().as_str() {
        return vec![name.trim().to_lowercase()];
    }
    let mut words = Vec::new();
    let mut word = String::new();
    let mut small = false;
    for c in name.chars() {
        let boundary = !c.is_alphanumeric() || (small && c.is_uppercase());
        if boundary && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        small = c.is_lowercase() || c.is_ascii_digit();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(header: &str) -> Vec<String> {
        header.split([',', '\t']).map(|name| name.trim_matches('"').to_owned()).collect()
    }

    fn axes(header: &str) -> Option<([usize; 3], Family, Option<Unit>)> {
        find(&names(header))
            .0
            .map(|axes| (axes.columns, axes.family, axes.unit.map(|(unit, _)| unit)))
    }

    #[test]
    fn headers_of_every_recorder_are_understood() {
        use Family::{Acceleration, Bare, Letter, Linear, Total};
        use Unit::{G, MetresPerSecondSquared, MilliG};
        let mps2 = Some(MetresPerSecondSquared);
        let cases = [
            ("time,x,y,z", [1, 2, 3], Bare, None),
            ("HEADER_TIME_STAMP,X,Y,Z", [1, 2, 3], Bare, None),
            ("time,z,y,x", [3, 2, 1], Bare, None),
            (
                "epoch (ms),time (01:00),elapsed (s),x-axis (g),y-axis (g),z-axis (g)",
                [3, 4, 5],
                Bare,
                Some(G),
            ),
            ("millis,acc_x_g,acc_y_g,acc_z_g,temp_c", [1, 2, 3], Acceleration, Some(G)),
            ("t,acc_x_mg,acc_y_mg,acc_z_mg", [1, 2, 3], Acceleration, Some(MilliG)),
            ("TimeStamp,AccX,AccY,AccZ,GyroX,GyroY,GyroZ", [1, 2, 3], Acceleration, None),
            (
                "Timestamp,Accelerometer X,Accelerometer Y,Accelerometer Z",
                [1, 2, 3],
                Acceleration,
                None,
            ),
            (
                "Time (s)\tAcceleration x (m/s^2)\tAcceleration y (m/s^2)\tAcceleration z (m/s^2)\tAbsolute acceleration (m/s^2)",
                [1, 2, 3],
                Acceleration,
                mps2,
            ),
            (
                "Time (s),Linear Acceleration x (m/s^2),Linear Acceleration y (m/s^2),Linear Acceleration z (m/s^2)",
                [1, 2, 3],
                Linear,
                mps2,
            ),
            (
                "ACCELEROMETER X (m/s²),ACCELEROMETER Y (m/s²),ACCELEROMETER Z (m/s²),LOCATION ORIENTATION (°)",
                [0, 1, 2],
                Acceleration,
                mps2,
            ),
            ("time,gFx,gFy,gFz,ax,ay,az,wx,wy,wz,", [1, 2, 3], Total, Some(G)),
            (
                "ID,Year,Temperature,x Accel,y Accel,z Accel,x Gyro,y Gyro,z Gyro",
                [3, 4, 5],
                Acceleration,
                None,
            ),
            (
                "Timestamp,seconds_elapsed,AccelerationZ,AccelerationY,AccelerationX",
                [4, 3, 2],
                Acceleration,
                None,
            ),
            (
                "S_Accel_LN_X_CAL,S_Accel_LN_Y_CAL,S_Accel_LN_Z_CAL,S_Accel_WR_X_CAL,S_Accel_WR_Y_CAL,S_Accel_WR_Z_CAL,S_Gyro_X_CAL",
                [0, 1, 2],
                Acceleration,
                None,
            ),
            (
                "loggingTime(txt),accelerometerAccelerationX(G),accelerometerAccelerationY(G),accelerometerAccelerationZ(G),motionUserAccelerationX(G)",
                [1, 2, 3],
                Acceleration,
                Some(G),
            ),
            ("t,ax,ay,az,gx,gy,gz", [1, 2, 3], Letter, None),
            ("userAcceleration.x,userAcceleration.y,userAcceleration.z", [0, 1, 2], Linear, None),
            ("ACCELX,ACCELY,ACCELZ", [0, 1, 2], Acceleration, None),
            (
                "linear acc x,linear acc y,linear acc z,acc x,acc y,acc z",
                [3, 4, 5],
                Acceleration,
                None,
            ),
            (
                "Zeit (s),Beschleunigung x (m/s^2),Beschleunigung y (m/s^2),Beschleunigung z (m/s^2)",
                [1, 2, 3],
                Acceleration,
                mps2,
            ),
            ("x without g,y without g,z without g", [0, 1, 2], Linear, None),
            (
                "accelerationIncludingGravity.x,accelerationIncludingGravity.y,accelerationIncludingGravity.z,acceleration.x,acceleration.y,acceleration.z",
                [0, 1, 2],
                Total,
                None,
            ),
        ];
        for (header, columns, family, unit) in cases {
            assert_eq!(axes(header), Some((columns, family, unit)), "{header}");
        }
    }

    #[test]
    fn other_vectors_are_not_taken() {
        for header in [
            "time,gyro_x,gyro_y,gyro_z",
            "t,magX,magY,magZ",
            "gravity.x,gravity.y,gravity.z",
            "a,b,c,d",
            "qx,qy,qz,qw",
            "rotationRateX,rotationRateY,rotationRateZ",
            "acc x,acc y",
            "person,surveyID,trial,age,gender",
            "",
        ] {
            assert_eq!(axes(header), None, "{header}");
        }
    }

    #[test]
    fn further_vectors_of_acceleration_are_named() {
        let (_, others) = find(&names("LN_Acc_X,LN_Acc_Y,LN_Acc_Z,WR_Acc_X,WR_Acc_Y,WR_Acc_Z"));
        assert_eq!(others, ["WR_Acc_X"]);
    }
}
