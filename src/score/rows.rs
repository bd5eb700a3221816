//! What `hypnic score` writes: a row a movement after joining.

use std::io;

use serde::{Deserialize, Serialize};

use super::{LegMovement, Rules, score};
use crate::column::with_columns;
use crate::recording::Side;

with_columns! {
    /// One row; the columns in this order.
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    pub struct ScoreRow {
        /// Onset, as in the input.
        pub onset_s: f64,
        /// Duration from the first onset to the last end of its parts.
        pub duration_s: f64,
        /// The leg: `left`, `right` or `bilateral`.
        pub side: Side,
        /// Whether it is a candidate movement (CLM).
        pub clm: bool,
        /// Number of the series, from 1; empty outside of any.
        pub series: Option<u32>,
        /// Onset to onset from the movement counted before, s; empty where it is
        /// not defined.
        pub imi_s: Option<f64>,
        /// Why it is in a series or not, in words.
        pub reason: String,
    }
}

/// The rows of marks under one standard, ascending by onset. `gaps` as in
/// [`score`].
pub fn rows(movements: &[LegMovement], gaps: &[(f64, f64)], rules: Rules) -> Vec<ScoreRow> {
    score(movements, gaps, rules)
        .into_iter()
        .map(|(movement, place)| ScoreRow {
            onset_s: movement.onset_s,
            duration_s: movement.duration_s,
            side: movement.side,
            clm: movement.candidate(),
            series: place.series,
            imi_s: place.imi_s,
            reason: place.to_string(),
        })
        .collect()
}

/// Writes the rows as CSV, seconds to 1 ms, the header even without any row.
///
/// # Errors
/// What `out` says; a closed pipe keeps its [`io::ErrorKind`].
pub fn write(rows: &[ScoreRow], out: impl io::Write) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    let columns = ["onset_s", "duration_s", "side", "clm", "series", "imi_s", "reason"];
    table.write_record(columns).map_err(io_error)?;
    for row in rows {
        let fields = [
            format!("{:.3}", row.onset_s),
            format!("{:.3}", row.duration_s),
            row.side.to_string(),
            row.clm.to_string(),
            row.series.map_or_else(String::new, |number| number.to_string()),
            row.imi_s.map_or_else(String::new, |imi_s| format!("{imi_s:.3}")),
            row.reason.clone(),
        ];
        table.write_record(fields).map_err(io_error)?;
    }
    table.flush()
}

fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        // Every record has the seven fields of the header.
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::ShortInterval;
    use super::*;

    fn table(list: &[(f64, f64, Side)], rules: Rules) -> String {
        let movements: Vec<LegMovement> = list
            .iter()
            .map(|&(onset_s, duration_s, side)| LegMovement { onset_s, duration_s, side })
            .collect();
        let mut out = Vec::new();
        write(&rows(&movements, &[], rules), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_row_a_movement_with_the_columns_of_the_contract() {
        use Side::{Left, Right};
        let list = [
            (60.0, 12.0, Left),
            (0.0, 2.0, Left),
            (1.5, 2.0, Right),
            (20.0, 2.0, Left),
            (30.0, 0.3, Left),
            (40.0, 2.0, Right),
            (59.0, 2.0, Right),
        ];
        assert_eq!(
            table(&list, Rules::Wasm(ShortInterval::MayOpen)),
            "onset_s,duration_s,side,clm,series,imi_s,reason\n\
             0.000,3.500,bilateral,true,,,\"in no series: in a run of 3 and 4 are needed, no candidate before it\"\n\
             20.000,2.000,left,true,,20.000,in no series: in a run of 3 and 4 are needed\n\
             40.000,2.000,right,true,,20.000,in no series: in a run of 3 and 4 are needed\n\
             59.000,13.000,bilateral,false,,,no candidate: of both legs with a part that is itself no candidate; ends a run of 3\n"
        );
        assert_eq!(
            table(&list, Rules::Aasm),
            "onset_s,duration_s,side,clm,series,imi_s,reason\n\
             0.000,3.500,bilateral,true,1,,first of series 1: no candidate before it\n\
             20.000,2.000,left,true,1,20.000,in series 1: 20 s after the movement before\n\
             40.000,2.000,right,true,1,20.000,in series 1: 20 s after the movement before\n\
             59.000,2.000,right,true,1,19.000,in series 1: 19 s after the movement before\n\
             60.000,12.000,left,false,,,no candidate: longer than 10 s\n"
        );
    }

    #[test]
    fn the_rows_read_back_by_name() {
        let list = [0., 20., 40., 60.].map(|onset_s| (onset_s, 1.25, Side::Left));
        let text = table(&list, Rules::Aasm);
        let back: Vec<ScoreRow> =
            csv::Reader::from_reader(text.as_bytes()).deserialize().map(Result::unwrap).collect();
        assert_eq!(back.len(), 4);
        let last = ScoreRow {
            onset_s: 60.0,
            duration_s: 1.25,
            side: Side::Left,
            clm: true,
            series: Some(1),
            imi_s: Some(20.0),
            reason: "in series 1: 20 s after the movement before".to_owned(),
        };
        assert_eq!(back[3], last);
    }

    #[test]
    fn no_movement_is_a_table_with_a_header() {
        assert_eq!(table(&[], Rules::Aasm), "onset_s,duration_s,side,clm,series,imi_s,reason\n");
    }

    #[test]
    fn a_closed_pipe_stays_a_closed_pipe() {
        struct Closed;
        impl io::Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let error = write(&[], Closed).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }
}
