//! hypnic reads the accelerometer recording of a night, finds every movement in
//! it, tells sudden **hypnic starts** from **periodic limb movements** and from
//! everything else a sleeper does, and sums up and draws the night.
//!
//! # The way of the data
//!
//! ```text
//! bytes ─input─▶ frames ─condition─▶ uniform frames ─detect─▶ movements + epochs
//!                                                                  │
//!                  night: calibration, pieces put together ◀───────┤
//!                         wear · posture · bed · sleep ◀───────────┤
//!                                        │                         │
//!                          score: kind and reason · WASM, AASM ◀───┘
//!                                        │
//!                          summary: indices, pattern ─▶ report: tables, JSON, sentences
//!                                                              ├─▶ chart: SVG, PNG
//!                                                              └─▶ html: a page to print
//! ```
//!
//! [`pipeline`] is that picture as code. There are two worlds and one door
//! between them. In *the sample world* ([`input`], [`condition`], [`filter`],
//! [`detect`]) everything is a stream in constant memory, with the same result
//! for any block size. In *the event world* ([`night`], [`score`], [`summary`])
//! there are a few thousand rows and pure functions. Nothing of the event world
//! touches samples, nothing of the sample world knows of sleep or standards. The
//! one event type is [`movement::Movement`]; later stages wrap it.
//!
//! Only edges fail: readers, builders and writers return [`error::Result`];
//! `detect`, `filter`, `night`, `score` and `summary` do no I/O, print nothing,
//! take no clock, use no randomness and cannot fail.
//!
//! # Units
//!
//! Accelerations are in g and names end in `_g`; angles in degrees, `_deg`;
//! durations in seconds, `_s`; rates in `_hz` and `_per_hour`. Inside the sample
//! world time is a frame counter; clock time appears in [`time`] and [`report`].
//!
//! # Beside the way
//!
//! [`marks`] reads what other programs marked (leg movements, stages, arousals,
//! breathing), for [`score`] and [`agree`] and as sleep in place of the estimate.
//! [`batch`] does all of this for folders of recordings, on one machine or many.
//! [`align`] reads the clock of one sensor in that of another, for several sensors of
//! one night ([`pipeline::analyze_together`]). [`simulate`] makes seeded nights whose
//! every movement is known, [`agree`] compares what was found with what is known,
//! [`spectrum`] finds regular trains.
//!
//! ```
//! use hypnic::detect;
//! use hypnic::movement::Kind;
//! use hypnic::pipeline::{self, Settings};
//! use hypnic::recording::Source;
//! use hypnic::simulate::{Scene, simulate};
//!
//! let mut plan = Scene::AnklePlm.plan(1);
//! plan.hours = 2.0;
//! let night = simulate(&plan, 1);
//! let mut source = night.source();
//! let spec = source.spec().clone();
//! let (found, ledger) = pipeline::detect(&mut source, detect::Settings::default(), &mut |_, _| ())?;
//! let analysis =
//!     pipeline::evaluate("night".as_ref(), spec, found, ledger, vec![], &Settings::default());
//!
//! let night = &analysis.nights[0];
//! let limb_movements = night.movements.iter().filter(|m| m.kind == Kind::LimbMovement);
//! assert!(limb_movements.count() > 10);
//! println!("{:?}", night.summary.finding);
//! # Ok::<_, hypnic::error::Error>(())
//! ```

pub mod agree;
pub mod align;
pub mod batch;
pub mod chart;
pub mod column;
pub mod condition;
pub mod detect;
pub mod epoch;
pub mod error;
pub mod filter;
pub mod html;
pub mod input;
pub mod marks;
mod median;
pub mod movement;
pub mod night;
pub mod pipeline;
pub mod recording;
pub mod report;
pub mod score;
pub mod simulate;
pub mod spectrum;
pub mod summary;
pub mod time;
