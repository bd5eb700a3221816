//! Agreement of two lists of movements.

use serde::Serialize;

use super::Event;
use super::confusion::Confusion;
use super::counts::{Counts, Share};
use super::pairing::{By, pairs};
use super::spread::Spread;
use crate::movement::Kind;

/// What two lists of movements have in common.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MovementAgreement {
    /// When two movements counted as the same.
    pub paired: By,
    /// What was left out.
    pub hidden: Hidden,
    /// All movements, of whatever kind.
    pub all: Counts,
    /// Each kind that occurs; a pair of equal kinds is a hit. Empty if either
    /// list has no kinds.
    pub kinds: Vec<KindCounts>,
    /// Movements in a periodic series (WASM 2016): PLM. `None` if either list
    /// has no series.
    pub in_series: Option<Counts>,
    /// Those of them in sleep: PLMS. `None` if either list does not say.
    pub in_series_asleep: Option<Counts>,
    /// Onset found minus onset of the reference, over the pairs, s.
    pub onset_error_s: Option<Spread>,
    /// Duration found minus that of the reference, over the pairs, s.
    pub duration_error_s: Option<Spread>,
    /// The kinds, if both lists have them.
    pub confusion: Option<Confusion>,
    /// Pairs of which both lists know the side, and those on the same.
    pub same_side: Share,
    /// Pairs of which both lists know sleep or wakefulness, and those in the
    /// same.
    pub same_sleep: Share,
}

/// Movements of the reference that the sensor cannot show, by the reference
/// itself. Neither are they missed, nor false if they were found all the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Hidden {
    /// In the reference.
    pub reference: usize,
    /// Found nevertheless.
    pub found: usize,
}

/// The counts of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct KindCounts {
    /// The kind.
    pub kind: Kind,
    /// Its counts.
    #[serde(flatten)]
    pub counts: Counts,
}

impl MovementAgreement {
    /// The counts of a kind; zeros if it does not occur, `None` if kinds are
    /// not known.
    pub fn kind(&self, kind: Kind) -> Option<Counts> {
        self.confusion?;
        let of_kind = self.kinds.iter().find(|of_kind| of_kind.kind == kind);
        Some(of_kind.map_or_else(Counts::default, |of_kind| of_kind.counts))
    }
}

/// Compares two lists, each in any order.
pub fn agree(found: &[Event], reference: &[Event], by: By) -> MovementAgreement {
    let (hidden, shown): (Vec<Event>, Vec<Event>) =
        reference.iter().copied().partition(|r| r.hidden);
    let paired = pairs(found, &shown, by);
    let mut rest = vec![true; found.len()];
    paired.iter().for_each(|&(f, _)| rest[f] = false);
    // What has no partner among the shown may be one of the hidden.
    let unpaired: Vec<usize> = (0..found.len()).filter(|&f| rest[f]).collect();
    let alone: Vec<Event> = unpaired.iter().map(|&f| found[f]).collect();
    let left_out = pairs(&alone, &hidden, by);
    let mut counted = vec![true; found.len()];
    left_out.iter().for_each(|&(f, _)| counted[unpaired[f]] = false);

    let hidden = Hidden { reference: hidden.len(), found: left_out.len() };
    let lists = Lists {
        pairs: paired.iter().map(|&(f, r)| (found[f], shown[r])).collect(),
        missed: without(&shown, paired.iter().map(|&(_, r)| r)),
        found: found.iter().zip(&counted).filter(|(_, c)| **c).map(|(event, _)| *event).collect(),
        false_alarms: without(&alone, left_out.iter().map(|&(f, _)| f)),
        reference: shown,
    };
    lists.agreement(by, hidden)
}

/// The events whose indices are not taken.
fn without(events: &[Event], taken: impl Iterator<Item = usize>) -> Vec<Event> {
    let mut left = vec![true; events.len()];
    taken.for_each(|index| left[index] = false);
    events.iter().zip(left).filter(|(_, left)| *left).map(|(event, _)| *event).collect()
}

/// What is compared, the hidden left out.
struct Lists {
    /// Found, reference.
    pairs: Vec<(Event, Event)>,
    found: Vec<Event>,
    reference: Vec<Event>,
    missed: Vec<Event>,
    false_alarms: Vec<Event>,
}

impl Lists {
    fn agreement(&self, by: By, hidden: Hidden) -> MovementAgreement {
        let confusion = self.confusion();
        let kinds = confusion
            .iter()
            .flat_map(Confusion::kinds)
            .map(|kind| KindCounts { kind, counts: self.counts(|event| event.kind == Some(kind)) });
        let errors = |error: fn(&Event, &Event) -> f64| {
            let errors: Vec<f64> = self.pairs.iter().map(|(f, r)| error(f, r)).collect();
            Spread::of(&errors)
        };
        MovementAgreement {
            paired: by,
            hidden,
            all: self.counts(|_| true),
            kinds: kinds.collect(),
            in_series: self
                .known(|event| event.in_series.is_some())
                .then(|| self.counts(in_series)),
            in_series_asleep: self
                .known(|event| event.in_series.is_some() && event.asleep.is_some())
                .then(|| self.counts(|event| in_series(event) && event.asleep == Some(true))),
            onset_error_s: errors(|found, reference| found.onset_s - reference.onset_s),
            duration_error_s: errors(|found, reference| found.duration_s - reference.duration_s),
            confusion,
            same_side: self.same(|event| event.side),
            same_sleep: self.same(|event| event.asleep),
        }
    }

    /// Counts the movements that belong to a class: a pair is a hit if both do.
    fn counts(&self, belongs: impl Fn(&Event) -> bool) -> Counts {
        let count = |events: &[Event]| events.iter().filter(|event| belongs(event)).count();
        let hits = self.pairs.iter().filter(|(f, r)| belongs(f) && belongs(r)).count();
        Counts::new(hits, count(&self.found), count(&self.reference))
    }

    /// Whether every movement of both lists says something; an empty list is no
    /// witness against it.
    fn known(&self, says: impl Fn(&Event) -> bool) -> bool {
        self.found.iter().chain(&self.reference).all(says)
    }

    fn same<T: PartialEq>(&self, what: impl Fn(&Event) -> Option<T>) -> Share {
        let known = self.pairs.iter().filter_map(|(f, r)| Some((what(f)?, what(r)?)));
        Share::of(known.map(|(found, reference)| found == reference))
    }

    fn confusion(&self) -> Option<Confusion> {
        self.known(|event| event.kind.is_some()).then(|| {
            let mut table = Confusion::default();
            self.pairs.iter().for_each(|(f, r)| table.add(r.kind, f.kind));
            self.missed.iter().for_each(|r| table.add(r.kind, None));
            self.false_alarms.iter().for_each(|f| table.add(None, f.kind));
            table
        })
    }
}

fn in_series(event: &Event) -> bool {
    event.in_series == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::Side;

    const ONE_SECOND: By = By::Onset { tolerance_s: 1.0 };

    fn event(onset_s: f64, duration_s: f64, kind: Kind) -> Event {
        Event { kind: Some(kind), ..Event::new(onset_s, duration_s) }
    }

    fn leg(onset_s: f64, duration_s: f64, in_series: bool, asleep: bool) -> Event {
        let in_series = Some(in_series);
        let asleep = Some(asleep);
        Event { in_series, asleep, ..event(onset_s, duration_s, Kind::LimbMovement) }
    }

    /// Three pairs, of which one is of unequal kinds; a movement missed, one of
    /// the found without a partner.
    fn night() -> (Vec<Event>, Vec<Event>) {
        use Kind::{HypnicStart, LimbMovement, Twitch};
        let reference = vec![
            event(10.0, 2.0, LimbMovement),
            event(40.0, 3.0, LimbMovement),
            event(70.0, 0.2, HypnicStart),
            event(95.0, 0.2, Twitch),
        ];
        let found = vec![
            event(10.1, 2.5, LimbMovement),
            event(39.7, 3.0, LimbMovement),
            event(70.0, 0.3, Twitch),
            event(300.0, 1.0, LimbMovement),
        ];
        (found, reference)
    }

    fn counts(hits: usize, missed: usize, false_alarms: usize) -> Counts {
        Counts { hits, missed, false_alarms }
    }

    #[test]
    fn kinds_are_counted_over_one_pairing() {
        let (found, reference) = night();
        let agreement = agree(&found, &reference, ONE_SECOND);
        assert_eq!(agreement.all, counts(3, 1, 1));
        assert_eq!(agreement.kind(Kind::LimbMovement), Some(counts(2, 0, 1)));
        assert_eq!(agreement.kind(Kind::HypnicStart), Some(counts(0, 1, 0)));
        assert_eq!(agreement.kind(Kind::Twitch), Some(counts(0, 1, 1)));
        assert_eq!(agreement.kind(Kind::Rhythmic), Some(counts(0, 0, 0)));
        assert_eq!(agreement.kinds.len(), 3);
    }

    #[test]
    fn the_table_tells_what_was_taken_for_what() {
        let (found, reference) = night();
        let table = agree(&found, &reference, ONE_SECOND).confusion.unwrap();
        assert_eq!(table.count(Some(Kind::LimbMovement), Some(Kind::LimbMovement)), 2);
        assert_eq!(table.count(Some(Kind::HypnicStart), Some(Kind::Twitch)), 1);
        assert_eq!(table.count(Some(Kind::Twitch), None), 1);
        assert_eq!(table.count(None, Some(Kind::LimbMovement)), 1);
        assert_eq!(table.count(None, None), 0);
    }

    #[test]
    fn errors_are_found_minus_reference() {
        let (found, reference) = night();
        let agreement = agree(&found, &reference, ONE_SECOND);
        // Onsets are off by 0.1, −0.3 and 0; durations by 0.5, 0 and 0.1.
        let onset = agreement.onset_error_s.unwrap();
        assert!(onset.median.abs() < 1e-9 && onset.count == 3, "{onset:?}");
        assert!((onset.median_absolute - 0.1).abs() < 1e-9, "{onset:?}");
        // 0.8 of the way from 0.1 to 0.3.
        assert!((onset.p90_absolute - 0.26).abs() < 1e-9, "{onset:?}");
        let duration = agreement.duration_error_s.unwrap();
        assert!((duration.median - 0.1).abs() < 1e-9, "{duration:?}");
    }

    #[test]
    fn hidden_movements_are_neither_missed_nor_false() {
        let hide = |event: Event| Event { hidden: true, ..event };
        let reference = [
            event(10.0, 1.0, Kind::Twitch),
            hide(event(10.6, 1.0, Kind::LimbMovement)),
            hide(event(50.0, 1.0, Kind::LimbMovement)),
            hide(event(90.0, 1.0, Kind::LimbMovement)),
        ];
        // The first is nearer to a hidden movement and still the shown one's.
        let found = [
            event(10.5, 1.0, Kind::Twitch),
            event(50.2, 1.0, Kind::LimbMovement),
            event(200.0, 1.0, Kind::LimbMovement),
        ];
        let agreement = agree(&found, &reference, ONE_SECOND);
        assert_eq!(agreement.hidden, Hidden { reference: 3, found: 1 });
        assert_eq!(agreement.all, counts(1, 0, 1));
        assert_eq!(agreement.kind(Kind::LimbMovement), Some(counts(0, 0, 1)));
        assert_eq!(agreement.onset_error_s.unwrap().count, 1);
    }

    #[test]
    fn series_are_compared_if_both_have_them() {
        let reference = [leg(0.0, 2.0, true, true), leg(20.0, 2.0, true, false)];
        let found =
            [leg(0.0, 2.0, true, true), leg(20.0, 2.0, true, true), leg(60.0, 2.0, true, true)];
        let agreement = agree(&found, &reference, ONE_SECOND);
        assert_eq!(agreement.in_series, Some(counts(2, 0, 1)));
        assert_eq!(agreement.in_series_asleep, Some(counts(1, 0, 2)));
        assert_eq!(agreement.same_sleep, Share { count: 1, of: 2 });
        let marks = [Event::new(0.0, 2.0), Event::new(20.0, 2.0)];
        let agreement = agree(&found, &marks, ONE_SECOND);
        assert_eq!((agreement.in_series, agreement.in_series_asleep), (None, None));
        assert_eq!((agreement.confusion, agreement.kinds), (None, vec![]));
        assert_eq!(agreement.all, counts(2, 0, 1));
    }

    #[test]
    fn sides_are_compared_where_both_are_known() {
        let on = |onset_s, side| Event { side, ..Event::new(onset_s, 1.0) };
        let found = [on(0.0, Some(Side::Left)), on(20.0, Some(Side::Left)), on(40.0, None)];
        let reference =
            [on(0.0, Some(Side::Left)), on(20.0, Some(Side::Right)), on(40.0, Some(Side::Left))];
        let agreement = agree(&found, &reference, ONE_SECOND);
        assert_eq!(agreement.same_side, Share { count: 1, of: 2 });
    }

    #[test]
    fn a_list_without_movements_has_missed_all() {
        let (_, reference) = night();
        let agreement = agree(&[], &reference, By::Overlap);
        assert_eq!(agreement.all, counts(0, 4, 0));
        assert_eq!(agreement.onset_error_s, None);
        assert_eq!(agreement.kind(Kind::LimbMovement), Some(counts(0, 2, 0)));
        assert_eq!(agree(&[], &[], By::Overlap).all, counts(0, 0, 0));
    }
}
