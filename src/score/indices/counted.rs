//! The movements of a night with what stands around each, and the ways to pick
//! some of them.

use serde::Serialize;

use crate::marks::{Hypnogram, Stage};
use crate::recording::Side;
use crate::score::marks::Scorable;
use crate::score::wasm::{LONGEST_INTERVAL_MS, SHORTEST_INTERVAL_MS};
use crate::score::{Combined, InSeries, Rules, score, series, whole_ms};

/// When a leg movement belongs to a respiratory event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RespiratoryRule {
    /// Any part of it lies within −2.0 to +10.25 s of the end of the event
    /// (WASM 2016, after Manconi et al. 2015, Sleep 38:295–304).
    AroundEnd,
    /// … within 0.5 s of the end (the other rule of WASM 2016).
    HalfSecond,
    /// … from 0.5 s before the event to 0.5 s after it (AASM manual).
    WholeEvent,
}

impl RespiratoryRule {
    /// From and to of the window around an event, ms.
    fn window_ms(self, (onset_s, end_s): (f64, f64)) -> (i64, i64) {
        let (onset_ms, end_ms) = (whole_ms(onset_s), whole_ms(end_s));
        match self {
            Self::AroundEnd => (end_ms - 2_000, end_ms + 10_250),
            Self::HalfSecond => (end_ms - 500, end_ms + 500),
            Self::WholeEvent => (onset_ms - 500, end_ms + 500),
        }
    }
}

/// An arousal less than this before or after a movement belongs to it, ms
/// (AASM manual; Ferri et al. 2015: 98.4 % of the pairs in restless legs).
const AROUSAL_MS: i64 = 500;

/// Which movements are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// Candidate movements (CLM).
    Clm,
    /// Candidates that belong to a respiratory event (CLMr).
    ClmRespiratory,
    /// The other candidates (CLMnr).
    ClmNr,
    /// Candidates with an arousal.
    ClmArousal,
    /// Periodic movements: candidates in a series (PLM).
    Plm,
    /// Periodic movements with an arousal (PLMa).
    PlmArousal,
    /// In a series once the respiratory-related ones are taken out (PLMnr).
    PlmNr,
    /// The same with an arousal (PLMnr_a).
    PlmNrArousal,
    /// Movements that are no candidates (nonCLM).
    NonClm,
    /// No candidates, in the window of a respiratory event.
    NonClmRespiratory,
    /// No candidates, in no such window.
    NonClmNr,
    /// Candidates less than 10 s after another.
    ShortInterval,
    /// Candidates with no other within 90 s before or after.
    Isolated,
}

impl Which {
    pub(super) const ALL: [Self; 13] = [
        Self::Clm,
        Self::ClmRespiratory,
        Self::ClmNr,
        Self::ClmArousal,
        Self::Plm,
        Self::PlmArousal,
        Self::PlmNr,
        Self::PlmNrArousal,
        Self::NonClm,
        Self::NonClmRespiratory,
        Self::NonClmNr,
        Self::ShortInterval,
        Self::Isolated,
    ];

    fn holds(self, m: &Counted) -> bool {
        let clm = m.movement.candidate();
        let periodic = |place: Option<InSeries>| place.is_some_and(|place| place.series.is_some());
        match self {
            Self::Clm => clm,
            Self::ClmRespiratory => clm && m.respiratory,
            Self::ClmNr => clm && !m.respiratory,
            Self::ClmArousal => clm && m.arousal,
            Self::Plm => periodic(Some(m.place)),
            Self::PlmArousal => periodic(Some(m.place)) && m.arousal,
            Self::PlmNr => periodic(m.place_nr),
            Self::PlmNrArousal => periodic(m.place_nr) && m.arousal,
            Self::NonClm => !clm,
            Self::NonClmRespiratory => !clm && m.respiratory,
            Self::NonClmNr => !clm && !m.respiratory,
            Self::ShortInterval => {
                m.place.imi_s.is_some_and(|imi_s| whole_ms(imi_s) < SHORTEST_INTERVAL_MS)
            }
            Self::Isolated => {
                let far = |imi_s: f64| whole_ms(imi_s) > LONGEST_INTERVAL_MS;
                clm && m.place.imi_s.is_none_or(far) && m.next_imi_s.is_none_or(far)
            }
        }
    }
}

/// Of which leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Legs {
    /// Whichever.
    Any,
    /// The left alone.
    Left,
    /// The right alone.
    Right,
    /// Both at once.
    Bilateral,
    /// The left alone or the right alone.
    OneLeg,
}

impl Legs {
    pub(super) const ALL: [Self; 5] =
        [Self::Any, Self::Left, Self::Right, Self::Bilateral, Self::OneLeg];

    fn holds(self, side: Side) -> bool {
        match self {
            Self::Any => true,
            Self::Left => side == Side::Left,
            Self::Right => side == Side::Right,
            Self::Bilateral => side == Side::Bilateral,
            Self::OneLeg => side != Side::Bilateral,
        }
    }
}

/// In which state of the sleeper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Wherever a stage was scored; everywhere where none was.
    Scored,
    /// Any sleep.
    Sleep,
    /// Awake.
    Wake,
    /// N1.
    N1,
    /// N2.
    N2,
    /// N3, and stage 4 of Rechtschaffen and Kales.
    N3,
    /// REM.
    Rem,
    /// N1 to N3.
    Nrem,
}

impl State {
    pub(super) const ALL: [Self; 8] = [
        Self::Scored,
        Self::Sleep,
        Self::Wake,
        Self::N1,
        Self::N2,
        Self::N3,
        Self::Rem,
        Self::Nrem,
    ];

    fn holds(self, stage: Stage) -> bool {
        match self {
            Self::Scored => stage != Stage::Unknown,
            Self::Sleep => stage.asleep() == Some(true),
            Self::Wake => stage == Stage::Wake,
            Self::N1 => stage == Stage::N1,
            Self::N2 => stage == Stage::N2,
            Self::N3 => stage == Stage::N3,
            Self::Rem => stage == Stage::Rem,
            Self::Nrem => stage.is_nrem(),
        }
    }

    /// What its hours are of, in words.
    pub(super) fn hours_of(self) -> &'static str {
        match self {
            Self::Scored => "scored",
            Self::Sleep => "sleep",
            Self::Wake => "wakefulness",
            Self::N1 => "N1",
            Self::N2 => "N2",
            Self::N3 => "N3",
            Self::Rem => "REM",
            Self::Nrem => "NREM",
        }
    }
}

/// A movement and all that stands around it.
#[derive(Debug)]
pub(super) struct Counted {
    pub(super) movement: Combined,
    pub(super) place: InSeries,
    /// Its place once the respiratory-related candidates are taken out; `None`
    /// for one of these.
    pub(super) place_nr: Option<InSeries>,
    stage: Stage,
    /// Interval to the next candidate, s.
    next_imi_s: Option<f64>,
    arousal: bool,
    respiratory: bool,
}

/// An arousal or a respiratory event.
#[derive(Debug)]
pub(super) struct Event {
    stage: Stage,
    /// Whether a candidate belongs to it.
    pub(super) with_clm: bool,
}

/// A night, ready to be counted.
#[derive(Debug, Default)]
pub(super) struct Night {
    movements: Vec<Counted>,
    arousals: Vec<Event>,
    respiratory: Vec<Event>,
    hypnogram: Hypnogram,
}

impl Night {
    pub(super) fn new(scorable: &Scorable, rules: Rules, rule: RespiratoryRule) -> Self {
        let scored = score(&scorable.movements, &scorable.gaps, rules);
        let hypnogram = scorable.hypnogram.clone();
        let arousal_ms = |&(onset_s, end_s): &(f64, f64)| {
            // Less than half a second away, in whole milliseconds.
            (whole_ms(onset_s) - (AROUSAL_MS - 1), whole_ms(end_s) + (AROUSAL_MS - 1))
        };
        let arousals_ms: Vec<_> = scorable.arousals.iter().map(arousal_ms).collect();
        let respiratory_ms: Vec<_> =
            scorable.respiratory.iter().map(|&event| rule.window_ms(event)).collect();
        let in_any = |windows: &[(i64, i64)], m: &Combined| windows.iter().any(|&w| meets(m, w));

        let is_clm_r = |m: &Combined| m.candidate() && in_any(&respiratory_ms, m);
        let movements = scored.iter().map(|(movement, _)| movement);
        let rest: Vec<Combined> = movements.filter(|m| !is_clm_r(m)).cloned().collect();
        let mut places_nr = series(&rest, &scorable.gaps, rules).into_iter();

        let with_clm = |window: (i64, i64)| {
            scored.iter().any(|(movement, _)| movement.candidate() && meets(movement, window))
        };
        let events = |list: &[(f64, f64)], windows: &[(i64, i64)]| {
            let pairs = list.iter().zip(windows);
            pairs
                .map(|(event, &window)| Event {
                    stage: hypnogram.at(event.0),
                    with_clm: with_clm(window),
                })
                .collect()
        };
        let arousals = events(&scorable.arousals, &arousals_ms);
        let respiratory = events(&scorable.respiratory, &respiratory_ms);
        let mut movements: Vec<Counted> = scored
            .into_iter()
            .map(|(movement, place)| Counted {
                place,
                place_nr: if is_clm_r(&movement) { None } else { places_nr.next() },
                stage: hypnogram.at(movement.onset_s),
                next_imi_s: None,
                arousal: in_any(&arousals_ms, &movement),
                respiratory: in_any(&respiratory_ms, &movement),
                movement,
            })
            .collect();
        let mut next_imi_s = None;
        for counted in movements.iter_mut().rev().filter(|m| m.movement.candidate()) {
            counted.next_imi_s = next_imi_s;
            next_imi_s = counted.place.imi_s;
        }
        Self { movements, arousals, respiratory, hypnogram }
    }

    fn is_in(&self, state: State, stage: Stage) -> bool {
        state.holds(stage) || (state == State::Scored && self.hypnogram.is_empty())
    }

    /// The movements that are counted, ascending.
    pub(super) fn of(
        &self,
        which: Which,
        legs: Legs,
        state: State,
    ) -> impl Iterator<Item = &Counted> + Clone {
        self.movements.iter().filter(move |m| {
            which.holds(m) && legs.holds(m.movement.side) && self.is_in(state, m.stage)
        })
    }

    /// The arousals that begin in a state.
    pub(super) fn arousals(&self, state: State) -> impl Iterator<Item = &Event> + Clone {
        self.arousals.iter().filter(move |event| self.is_in(state, event.stage))
    }

    /// The respiratory events that begin in a state.
    pub(super) fn respiratory(&self, state: State) -> impl Iterator<Item = &Event> + Clone {
        self.respiratory.iter().filter(move |event| self.is_in(state, event.stage))
    }

    /// Hours of a state; `None` without stages.
    pub(super) fn hours(&self, state: State) -> Option<f64> {
        (!self.hypnogram.is_empty()).then(|| self.hypnogram.hours(|stage| state.holds(stage)))
    }
}

/// Whether any part of a movement lies in a window, ms, both ends included.
fn meets(movement: &Combined, (from_ms, to_ms): (i64, i64)) -> bool {
    let onset_ms = whole_ms(movement.onset_s);
    onset_ms <= to_ms && onset_ms + whole_ms(movement.duration_s) >= from_ms
}
