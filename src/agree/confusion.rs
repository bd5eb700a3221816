//! Which kind of movement was taken for which.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::movement::Kind;

/// The name of no movement at all.
pub const NOTHING: &str = "nothing";

const NO_KIND: usize = Kind::ALL.len();

/// Counts by the kind in the reference (rows) and the kind found (columns). A
/// movement without a partner was taken for nothing, or nothing for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Confusion([[u32; NO_KIND + 1]; NO_KIND + 1]);

impl Confusion {
    /// Counts one movement; `None` is nothing.
    pub fn add(&mut self, reference: Option<Kind>, found: Option<Kind>) {
        self.0[place(reference)][place(found)] += 1;
    }

    /// How often `reference` was found as `found`; `None` is nothing.
    pub fn count(&self, reference: Option<Kind>, found: Option<Kind>) -> u32 {
        self.0[place(reference)][place(found)]
    }

    /// The kinds that occur on either side, in the order of [`Kind::ALL`].
    pub fn kinds(&self) -> impl Iterator<Item = Kind> {
        Kind::ALL.into_iter().filter(|&kind| {
            let place = place(Some(kind));
            self.0[place].iter().any(|&count| count > 0) || self.0.iter().any(|row| row[place] > 0)
        })
    }

    /// Row and column heads: [`Self::kinds`], then nothing.
    pub fn heads(&self) -> Vec<Option<Kind>> {
        self.kinds().map(Some).chain([None]).collect()
    }
}

fn place(kind: Option<Kind>) -> usize {
    kind.and_then(|kind| Kind::ALL.iter().position(|&other| other == kind)).unwrap_or(NO_KIND)
}

/// The name of a kind, or of nothing.
pub fn name(kind: Option<Kind>) -> &'static str {
    kind.map_or(NOTHING, Kind::name)
}

/// An object a row, with a number a column: `table.reference.found`.
impl Serialize for Confusion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Row<'a>(&'a Confusion, Option<Kind>);
        impl Serialize for Row<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let Self(table, reference) = *self;
                let columns = table.heads();
                let mut row = serializer.serialize_map(Some(columns.len()))?;
                for found in columns {
                    row.serialize_entry(name(found), &table.count(reference, found))?;
                }
                row.end()
            }
        }
        let rows = self.heads();
        let mut table = serializer.serialize_map(Some(rows.len()))?;
        for reference in rows {
            table.serialize_entry(name(reference), &Row(self, reference))?;
        }
        table.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_kinds_that_occur_are_told() {
        let mut table = Confusion::default();
        table.add(Some(Kind::Twitch), Some(Kind::HypnicStart));
        table.add(None, Some(Kind::HypnicStart));
        table.add(Some(Kind::Twitch), None);
        table.add(Some(Kind::Twitch), None);
        assert_eq!(
            serde_json::to_string(&table).unwrap(),
            "{\"hypnic_start\":{\"hypnic_start\":0,\"twitch\":0,\"nothing\":0},\
             \"twitch\":{\"hypnic_start\":1,\"twitch\":0,\"nothing\":2},\
             \"nothing\":{\"hypnic_start\":1,\"twitch\":0,\"nothing\":0}}"
        );
    }
}
