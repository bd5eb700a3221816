//! Hits, misses and false alarms, and the rates made of them.

use serde::Serialize;

/// What became of the movements of both accounts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(into = "Told")]
pub struct Counts {
    /// In both accounts.
    pub hits: usize,
    /// In the reference only.
    pub missed: usize,
    /// Found only.
    pub false_alarms: usize,
}

impl Counts {
    /// Of `found` and `reference` movements, `hits` being in both.
    pub fn new(hits: usize, found: usize, reference: usize) -> Self {
        Self { hits, missed: reference - hits, false_alarms: found - hits }
    }

    /// Movements found.
    pub fn found(self) -> usize {
        self.hits + self.false_alarms
    }

    /// Movements of the reference.
    pub fn reference(self) -> usize {
        self.hits + self.missed
    }

    /// Share of what was found that is in the reference; `None` if nothing was
    /// found.
    pub fn precision(self) -> Option<f64> {
        ratio(self.hits, self.found())
    }

    /// Share of the reference that was found; `None` if it is empty.
    pub fn recall(self) -> Option<f64> {
        ratio(self.hits, self.reference())
    }

    /// Harmonic mean of precision and recall; `None` if both accounts are empty.
    pub fn f1(self) -> Option<f64> {
        ratio(2 * self.hits, self.found() + self.reference())
    }
}

pub(super) fn ratio(part: usize, of: usize) -> Option<f64> {
    (of > 0).then(|| part as f64 / of as f64)
}

/// How many of how many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Share {
    /// That many.
    pub count: usize,
    /// Of these.
    pub of: usize,
}

impl Share {
    /// How many of `answers` are true.
    pub fn of(answers: impl Iterator<Item = bool>) -> Self {
        answers.fold(Self::default(), |share, yes| Self {
            count: share.count + usize::from(yes),
            of: share.of + 1,
        })
    }

    /// As a number from 0 to 1; `None` of nothing.
    pub fn value(self) -> Option<f64> {
        ratio(self.count, self.of)
    }
}

/// The counts as a machine reads them.
#[derive(Serialize)]
struct Told {
    hits: usize,
    missed: usize,
    false_alarms: usize,
    precision: Option<f64>,
    recall: Option<f64>,
    f1: Option<f64>,
}

impl From<Counts> for Told {
    fn from(counts: Counts) -> Self {
        let Counts { hits, missed, false_alarms } = counts;
        let (precision, recall, f1) = (counts.precision(), counts.recall(), counts.f1());
        Self { hits, missed, false_alarms, precision, recall, f1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_by_hand() {
        // 8 found, 10 to be found, 6 of them found.
        let counts = Counts::new(6, 8, 10);
        assert_eq!(counts, Counts { hits: 6, missed: 4, false_alarms: 2 });
        assert_eq!(counts.precision(), Some(0.75));
        assert_eq!(counts.recall(), Some(0.6));
        // 2 · 0.75 · 0.6 / 1.35
        assert!((counts.f1().unwrap() - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn what_has_no_denominator_has_no_rate() {
        let rates = |counts: Counts| [counts.precision(), counts.recall(), counts.f1()];
        assert_eq!(rates(Counts::new(0, 0, 0)), [None, None, None]);
        assert_eq!(rates(Counts::new(0, 0, 3)), [None, Some(0.0), Some(0.0)]);
        assert_eq!(rates(Counts::new(0, 3, 0)), [Some(0.0), None, Some(0.0)]);
        assert_eq!(Share::of(std::iter::empty()).value(), None);
    }
}
