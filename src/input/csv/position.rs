//! The axes of a table without names: behind the time, where gravity is.

use super::dialect::{AXES, Dialect};
use super::number;
use super::unit::{self, Lengths};

/// Steps back of a column of times, of all its steps, at most: noise has half.
const BACK: f64 = 0.1;

/// The columns of x, y and z in rows of cells: the first three columns of
/// numbers behind the leading columns of times that are as long as gravity;
/// failing that, the first three.
pub(super) fn axes(dialect: &Dialect, rows: &[Vec<String>]) -> Option<[usize; 3]> {
    let width = rows.iter().map(Vec::len).max()?;
    let columns: Vec<Option<Vec<f64>>> =
        (0..width).map(|column| numbers(dialect, rows, column)).collect();
    // Times must leave three columns for the axes.
    let numeric = |from: usize| columns[from..].iter().flatten().count();
    let mut start = 0;
    while start < width && columns[start].as_ref().is_none_or(|values| runs_on(values)) {
        if columns[start].is_some() && numeric(start + 1) < AXES {
            break;
        }
        start += 1;
    }
    let triples: Vec<[usize; 3]> = (start..width.saturating_sub(2))
        .filter(|&x| columns[x..x + AXES].iter().all(Option::is_some))
        .map(|x| [x, x + 1, x + 2])
        .collect();
    let has_gravity = |[x, y, z]: &&[usize; 3]| {
        let values = [&columns[*x], &columns[*y], &columns[*z]].map(Option::as_ref);
        let [Some(x), Some(y), Some(z)] = values else { return false };
        let frames: Vec<[f32; 3]> = x
            .iter()
            .zip(y)
            .zip(z)
            .map(|((x, y), z)| [x, y, z].map(|value| *value as f32))
            .collect();
        Lengths::of(&frames).is_some_and(unit::shows_gravity)
    };
    triples.iter().find(has_gravity).or(triples.first()).copied()
}

/// The values of a column, if most of its cells are numbers; others are 0.
fn numbers(dialect: &Dialect, rows: &[Vec<String>], column: usize) -> Option<Vec<f64>> {
    let parse = |row: &Vec<String>| {
        row.get(column).and_then(|cell| number::parse(cell.as_bytes(), dialect.point))
    };
    let known = rows.iter().filter(|row| parse(row).is_some()).count();
    // Of times only the order counts; steps of some digits are not told from 10^18 on.
    let base = rows.iter().find_map(parse)?;
    let base = if base.abs() > 1e5 { base } else { 0.0 };
    (known * 2 > rows.len())
        .then(|| rows.iter().map(|row| parse(row).map_or(0.0, |value| value - base)).collect())
}

/// Whether values go up, as times do.
fn runs_on(values: &[f64]) -> bool {
    let up = values.windows(2).filter(|pair| pair[1] > pair[0]).count();
    let down = values.windows(2).filter(|pair| pair[1] < pair[0]).count();
    up > 0 && (down as f64) <= BACK * (values.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::super::dialect::Delimiter;
    use super::*;

    fn axes_of(rows: &str) -> Option<[usize; 3]> {
        let dialect = Dialect { delimiter: Delimiter::Comma, point: b'.' };
        let rows: Vec<Vec<String>> =
            rows.lines().map(|row| dialect.split(row.as_bytes())).collect();
        axes(&dialect, &rows)
    }

    #[test]
    fn axes_stand_behind_times() {
        assert_eq!(
            axes_of("1667125802.65,0.3,0.1,-0.9\n1667125802.66,-0.7,0.4,-0.3"),
            Some([1, 2, 3])
        );
        assert_eq!(axes_of("0.3,0.1,-0.9\n0.4,-0.4,-0.3\n0.5,0,0"), Some([0, 1, 2]));
        assert_eq!(axes_of("2018-08-27 09:32:38:000,0.0,-1.0,-0.1,316,0,24.7"), Some([1, 2, 3]));
        assert_eq!(
            axes_of(
                "528,-0.9,0.0,0.1,21.2,49.8\n728,-0.9,0.1,0.2,21.3,49.9\n928,-1.0,0.1,0.2,21.3,49.9"
            ),
            Some([1, 2, 3])
        );
        assert_eq!(
            axes_of("0,528,-0.9,0.0,0.1\n1,728,-0.9,0.1,0.2\n2,928,-1.0,0.1,0.2"),
            Some([2, 3, 4])
        );
        // Steps of 50 ms in days.
        assert_eq!(
            axes_of(
                "45000.8750000,127,120,189\n45000.8750006,127,120,189\n45000.8750012,127,120,189"
            ),
            Some([1, 2, 3])
        );
        assert_eq!(axes_of("a,b,1\nc,d,2"), None);
    }
}
