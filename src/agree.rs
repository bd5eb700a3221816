//! How well two accounts of the same nights agree: movements with movements,
//! nights with nights. One is what was found, the other the reference: marks
//! by hand, electromyography, another program, the truth of a simulation.
//!
//! Files are read by [`given`](mod@given) and the results told by [`text`]; all between is
//! pure functions on plain data.
//!
//! ```
//! use hypnic::agree::{By, Event, movements};
//!
//! let found = [Event::new(10.2, 2.0), Event::new(50.0, 1.0)];
//! let reference = [Event::new(10.0, 2.5), Event::new(30.0, 2.0)];
//! let agreement = movements::agree(&found, &reference, By::Onset { tolerance_s: 1.0 });
//! assert_eq!(agreement.all.hits, 1);
//! assert_eq!(agreement.all.missed, 1);
//! assert_eq!(agreement.all.precision(), Some(0.5));
//! ```

pub mod bland_altman;
pub mod confusion;
pub mod counts;
pub mod given;
pub mod icc;
pub mod movements;
pub mod nights;
pub mod pairing;
pub mod spread;
pub mod text;

use serde::Serialize;

use crate::movement::Kind;
use crate::recording::Side;
use crate::report::tables::MovementRow;
use movements::MovementAgreement;
use nights::NightAgreement;
pub use pairing::By;

/// A movement, as far as an account of it goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event {
    /// Seconds from the first frame of the recording.
    pub onset_s: f64,
    /// Seconds.
    pub duration_s: f64,
    /// What it is taken to be; `None` if the account does not say.
    pub kind: Option<Kind>,
    /// The side, if known.
    pub side: Option<Side>,
    /// Whether it stands in a periodic series (WASM 2016); `None` if the
    /// account has no series.
    pub in_series: Option<bool>,
    /// Whether its onset lies in sleep; `None` if the account does not say.
    pub asleep: Option<bool>,
    /// Whether the account itself says that the sensor cannot show it.
    pub hidden: bool,
}

/// What the truth of a simulated night says of a movement in its `reason` when
/// the sensor cannot show it.
const HIDDEN: &str = "not visible to this sensor";

impl Event {
    /// A movement of which nothing but its time is known.
    pub fn new(onset_s: f64, duration_s: f64) -> Self {
        Self {
            onset_s,
            duration_s,
            kind: None,
            side: None,
            in_series: None,
            asleep: None,
            hidden: false,
        }
    }
}

impl From<&MovementRow> for Event {
    fn from(row: &MovementRow) -> Self {
        Self {
            onset_s: row.onset_s,
            duration_s: row.duration_s,
            kind: Some(row.kind),
            side: row.side,
            in_series: Some(row.wasm_series.is_some()),
            asleep: Some(row.asleep),
            hidden: row.reason.contains(HIDDEN),
        }
    }
}

/// All that is compared of two accounts.
#[derive(Debug, Clone, Serialize)]
pub struct Agreement {
    /// Where the one account is from.
    pub found: String,
    /// Where the other is from.
    pub reference: String,
    /// The movements, if both have them.
    pub movements: Option<MovementAgreement>,
    /// The nights, if both have them.
    pub nights: Option<NightAgreement>,
}
