//! What of the marks of other programs the series rules look at.

use super::LegMovement;
use super::kind::LONGEST_LM_S;
use crate::marks::{Hypnogram, Marks, What};
use crate::movement::Kind;
use crate::recording::Side;

/// The leg movements of marks, and what stands around them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scorable {
    /// Ascending by onset.
    pub movements: Vec<LegMovement>,
    /// Begin and end of what was not recorded or not in bed, s.
    pub gaps: Vec<(f64, f64)>,
    /// The stages, if any.
    pub hypnogram: Hypnogram,
    /// Onset and end of the arousals, s.
    pub arousals: Vec<(f64, f64)>,
    /// Onset and end of the respiratory events, s.
    pub respiratory: Vec<(f64, f64)>,
    /// What had to be assumed or left out, in sentences.
    pub notes: Vec<String>,
}

impl Scorable {
    /// Leg movements count, and movements of the body that last too long to be
    /// candidates: those move the legs as well, and by WASM 2016 end a series. Of
    /// both legs such a mark counts as of one: the 15 s of WASM 2016 are for
    /// movements of each leg that overlap, not for a body that moves for 12 s.
    /// Where lights off and on are marked, what lies outside is a gap. A
    /// movement without a side counts as left, since a single sensor knows one
    /// leg only.
    pub fn new(marks: Marks) -> Self {
        let Marks { list, mut notes, .. } = marks;
        let in_bed = in_bed(&list);
        let is_in_bed = |at_s: f64| in_bed.iter().any(|bed| (bed.0..bed.1).contains(&at_s));
        let stretch = |is: What| {
            let of = list.iter().filter(move |mark| mark.what == is);
            of.map(|mark| (mark.onset_s, mark.onset_s + mark.duration_s)).collect::<Vec<_>>()
        };
        let (mut movements, mut others, mut without_side, mut outside) = (Vec::new(), 0, 0, 0);
        for mark in &list {
            let What::Movement(kind) = mark.what else { continue };
            let long = kind == Kind::GrossMovement && mark.duration_s > LONGEST_LM_S;
            if kind != Kind::LimbMovement && !long {
                others += 1;
            } else if is_in_bed(mark.onset_s) {
                without_side += usize::from(mark.side.is_none());
                let side = mark.side.filter(|side| !(long && *side == Side::Bilateral));
                let side = side.unwrap_or(Side::Left);
                let (onset_s, duration_s) = (mark.onset_s, mark.duration_s);
                movements.push(LegMovement { onset_s, duration_s, side });
            } else {
                outside += 1;
            }
        }
        let count = movements.len();
        for (number, of, what) in [
            (without_side, count, "have no side and count as left"),
            (others, count + others, "are marked as other than leg movements and do not count"),
            (outside, count + outside, "lie outside of lights off and on and do not count"),
        ] {
            if number > 0 {
                notes.push(format!("{number} of {of} movements {what}."));
            }
        }
        let mut gaps = stretch(What::Gap);
        gaps.extend(around(&in_bed));
        Self {
            movements,
            gaps,
            hypnogram: Hypnogram::new(&list),
            arousals: stretch(What::Arousal),
            respiratory: stretch(What::Respiratory),
            notes,
        }
    }
}

/// The times between lights off and on; all of time where neither is marked.
fn in_bed(list: &[crate::marks::Mark]) -> Vec<(f64, f64)> {
    let mut beds: Vec<(f64, f64)> = Vec::new();
    let mut off_s = None;
    for mark in list {
        match (mark.what, off_s) {
            (What::LightsOff, None) => off_s = Some(mark.onset_s),
            (What::LightsOn, Some(from_s)) => {
                beds.push((from_s, mark.onset_s));
                off_s = None;
            }
            (What::LightsOn, None) if beds.is_empty() => {
                beds.push((f64::NEG_INFINITY, mark.onset_s));
            }
            _ => {}
        }
    }
    beds.extend(off_s.map(|from_s| (from_s, f64::INFINITY)));
    if beds.is_empty() { vec![(f64::NEG_INFINITY, f64::INFINITY)] } else { beds }
}

/// What lies before, between and after.
fn around(beds: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut from_s = f64::NEG_INFINITY;
    let mut around = Vec::new();
    for bed in beds {
        around.push((from_s, bed.0));
        from_s = bed.1;
    }
    around.push((from_s, f64::INFINITY));
    around.retain(|(from_s, to_s)| from_s < to_s);
    around
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::{self, Labels};
    use crate::score::{Rules, ShortInterval, score};

    fn scorable(text: &str) -> Scorable {
        let path = std::path::Path::new("marks.csv");
        Scorable::new(marks::parse(path, text.as_bytes(), &Labels::default()).unwrap())
    }

    #[test]
    fn a_movement_without_a_side_counts_as_left_and_is_told() {
        let found = scorable("onset_s,duration_s,side\n1,2,\n20,2,right\n40,2\n60,1,n/a\n");
        let sides: Vec<Side> = found.movements.iter().map(|m| m.side).collect();
        assert_eq!(sides, [Side::Left, Side::Right, Side::Left, Side::Left]);
        assert_eq!(found.notes, ["3 of 4 movements have no side and count as left."]);
        assert_eq!(found.gaps, []);
    }

    #[test]
    fn other_movements_do_not_count_but_long_ones_of_the_body_do() {
        let found = scorable(
            "onset_s,duration_s,kind,side\n0,2,limb_movement,left\n20,0.2,twitch,left\n\
             40,10.001,gross_movement,left\n60,10,gross_movement,left\n",
        );
        let onsets: Vec<f64> = found.movements.iter().map(|m| m.onset_s).collect();
        assert_eq!(onsets, [0.0, 40.0]);
        assert!(found.notes[0].starts_with("2 of 4 movements are marked as other"));
    }

    #[test]
    fn a_long_movement_of_the_body_is_no_candidate_on_any_side() {
        for side in ["left", "right", "bilateral", ""] {
            let found =
                scorable(&format!("onset_s,duration_s,kind,side\n40,12,gross_movement,{side}\n"));
            let scored = score(&found.movements, &[], Rules::Wasm(ShortInterval::MayOpen));
            assert!(!scored[0].0.candidate(), "{side}");
        }
        let legs = scorable("onset_s,duration_s,kind,side\n40,12,limb_movement,bilateral\n");
        let scored = score(&legs.movements, &[], Rules::Wasm(ShortInterval::MayOpen));
        assert!(scored[0].0.candidate());
    }

    #[test]
    fn outside_of_lights_off_and_on_is_a_gap() {
        let found = scorable(
            "onset\tduration\ttrial_type\n0\t2\tLM:left\n100\t0\tlights_off\n120\t2\tLM:left\n\
             200\t5\tgap\n300\t0\tlights_on\n320\t2\tLM:left\n400\t0\tlights_off\n410\t2\tLM:left\n",
        );
        let onsets: Vec<f64> = found.movements.iter().map(|m| m.onset_s).collect();
        assert_eq!(onsets, [120.0, 410.0]);
        assert_eq!(found.gaps, [(200.0, 205.0), (f64::NEG_INFINITY, 100.0), (300.0, 400.0)]);
    }
}
