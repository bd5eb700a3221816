//! The charts of invented nights: every kind of night draws, shows what the
//! tables have, and shows it the same every time.
//!
//! With `HYPNIC_CHARTS=FOLDER` the pictures are also left there to look at.

use std::path::Path;

use hypnic::chart;
use hypnic::movement::Kind;
use hypnic::recording::{Placement, Side};
use hypnic::report::files;
use hypnic::report::tables::{
    BedSource, EpochRow, MovementRow, NightRow, NightTimes, Pattern, PlacementSource, Sensor,
    SleepSource, Tables,
};
use hypnic::time::{Clock, ZoneSource};
use jiff::tz::TimeZone;
use resvg::usvg::{Group, Node, Options, Rect, Tree};

/// An invented night: what differs from night to night.
struct Night {
    night: &'static str,
    recording: &'static str,
    /// The first frame, in UTC; seen in Berlin. `None` without a clock.
    start: Option<&'static str>,
    hours: f64,
    lights_off_h: f64,
    lights_on_h: f64,
    /// Hours of sleep stages: asleep from, to.
    asleep_h: &'static [(f64, f64)],
    gaps_h: &'static [(f64, f64)],
    off_h: &'static [(f64, f64)],
    /// Series: from hour, number of movements, typical interval in s.
    series: &'static [(f64, u32, f64)],
    scattered: u32,
    starts_h: &'static [f64],
    cannot_show: &'static str,
}

const TYPICAL: Night = Night {
    night: "2026-03-14",
    recording: "ankle-2026-03-14.csv",
    start: Some("2026-03-14T21:22:17.250Z"),
    hours: 8.6,
    lights_off_h: 0.45,
    lights_on_h: 8.2,
    asleep_h: &[(0.72, 2.1), (2.2, 4.6), (4.75, 6.3), (6.5, 7.95)],
    gaps_h: &[(5.4, 5.62)],
    off_h: &[(8.3, 8.6)],
    series: &[
        (0.95, 41, 22.0),
        (1.35, 12, 31.0),
        (1.62, 38, 24.0),
        (2.4, 58, 26.0),
        (3.1, 9, 40.0),
        (3.5, 33, 24.0),
        (4.1, 5, 20.0),
        (4.9, 20, 27.0),
        (6.7, 12, 33.0),
    ],
    scattered: 120,
    starts_h: &[0.58, 0.66, 0.705, 2.19, 6.48],
    cannot_show: "",
};

/// A small generator of numbers from 0 to 1 (Knuth's MMIX constants).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn within(spans: &[(f64, f64)], at_s: f64) -> bool {
    spans.iter().any(|&(from, to)| (from..to).contains(&(at_s / 3600.0)))
}

impl Night {
    fn stamp(&self, at_s: f64) -> String {
        let Some(start) = self.start else { return String::new() };
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        Clock::Zoned { start: start.parse().unwrap(), zone, source: ZoneSource::File }.label(at_s)
    }

    fn row(&self, kind: Kind, onset_s: f64, chance: &mut Chance) -> MovementRow {
        MovementRow {
            night: self.night.to_owned(),
            time: self.stamp(onset_s),
            onset_s,
            duration_s: 0.6 + 3.0 * chance.next(),
            kind,
            side: Some(Side::Left),
            peak_g: 0.012 * 10_f64.powf(1.5 * chance.next()),
            imi_s: None,
            wasm_series: None,
            aasm_series: None,
            asleep: within(self.asleep_h, onset_s),
            reason: "invented".to_owned(),
            tilt_deg: 8.0,
            turn_deg: 0.4,
            rise_s: 0.1,
            extent: None,
            sensors: String::new(),
        }
    }

    fn movements(&self) -> Vec<MovementRow> {
        let mut chance = Chance(7);
        let mut rows = Vec::new();
        for (number, &(from_h, count, interval_s)) in (1..).zip(self.series) {
            let mut at_s = from_h * 3600.0;
            for _ in 0..count {
                let mut row = self.row(Kind::LimbMovement, at_s, &mut chance);
                row.wasm_series = Some(number);
                rows.push(row);
                at_s += interval_s * (0.55 + 0.45 * (chance.next() + chance.next()));
            }
        }
        let kinds = [
            Kind::LimbMovement,
            Kind::LimbMovement,
            Kind::Twitch,
            Kind::Twitch,
            Kind::GrossMovement,
            Kind::PostureShift,
            Kind::Rhythmic,
            Kind::Disturbance,
        ];
        for _ in 0..self.scattered {
            let kind = kinds[(chance.next() * kinds.len() as f64) as usize];
            let span_h = self.lights_on_h - self.lights_off_h;
            let at_s = (self.lights_off_h + span_h * chance.next()) * 3600.0;
            let mut row = self.row(kind, at_s, &mut chance);
            if matches!(kind, Kind::GrossMovement | Kind::PostureShift) {
                row.peak_g *= 4.0;
            }
            rows.push(row);
        }
        for start_h in self.starts_h {
            let mut row = self.row(Kind::HypnicStart, start_h * 3600.0, &mut chance);
            row.peak_g = 0.15 + 0.5 * chance.next();
            rows.push(row);
        }
        rows.retain(|row| !within(self.gaps_h, row.onset_s) && row.onset_s < self.hours * 3600.0);
        rows.sort_by(|a, b| a.onset_s.total_cmp(&b.onset_s));
        let mut before: Option<f64> = None;
        for row in rows.iter_mut().filter(|row| row.kind == Kind::LimbMovement) {
            row.imi_s = before.map(|before| row.onset_s - before);
            before = Some(row.onset_s);
        }
        rows
    }

    fn epochs(&self) -> Vec<EpochRow> {
        let mut chance = Chance(11);
        let mut posture_deg = 0.0;
        (0..(self.hours * 120.0) as u32)
            .map(|number| {
                let onset_s = f64::from(number) * 30.0;
                let gap = within(self.gaps_h, onset_s);
                if chance.next() < 0.02 {
                    posture_deg = [0.0, 84.0, 97.0, 171.0][(chance.next() * 4.0) as usize];
                }
                EpochRow {
                    night: self.night.to_owned(),
                    time: self.stamp(onset_s),
                    onset_s,
                    asleep: within(self.asleep_h, onset_s),
                    worn: !within(self.off_h, onset_s),
                    observed: if gap { 0.1 } else { 1.0 },
                    posture_deg: (!gap).then(|| posture_deg + 3.0 * chance.next()),
                    activity_mg: (!gap).then(|| 4.0 * chance.next()),
                }
            })
            .collect()
    }

    fn tables(&self) -> Tables {
        let movements = self.movements();
        let epochs = self.epochs();
        let hours = |state: &dyn Fn(&EpochRow) -> bool| {
            epochs.iter().filter(|epoch| state(epoch)).count() as f64 / 120.0
        };
        let hours_asleep = hours(&|epoch| epoch.asleep && epoch.observed > 0.5);
        let in_bed = |at_s: f64| (self.lights_off_h..self.lights_on_h).contains(&(at_s / 3600.0));
        let hours_observed =
            hours(&|epoch| epoch.observed > 0.5 && epoch.worn && in_bed(epoch.onset_s));
        let hours_in_bed = self.lights_on_h - self.lights_off_h;
        let asleep = movements.iter().filter(|row| row.asleep && row.wasm_series.is_some());
        let rate = |count: usize, hours: f64| (hours > 0.0).then(|| count as f64 / hours);
        let count = |kind: Kind| movements.iter().filter(|row| row.kind == kind).count() as u32;
        let first = self.asleep_h.first().map(|span| span.0 * 3600.0);
        let last = self.asleep_h.last().map(|span| span.1 * 3600.0);
        let stamp = |hours: f64| self.stamp(hours * 3600.0);
        let times = NightTimes {
            start_s: 0.0,
            end_s: self.hours * 3600.0,
            lights_off_s: self.lights_off_h * 3600.0,
            lights_on_s: self.lights_on_h * 3600.0,
            sleep_onset_s: first,
            final_wake_s: last,
        };
        let sensor = Sensor {
            placement: Placement::Ankle,
            placement_source: PlacementSource::Given,
            side: Some(Side::Left),
            rate_hz: 50.0,
        };
        let night = NightRow {
            start: stamp(0.0),
            end: stamp(self.hours),
            lights_off: stamp(self.lights_off_h),
            lights_on: stamp(self.lights_on_h),
            sleep_onset: first.map_or_else(String::new, |at| self.stamp(at)),
            final_wake: last.map_or_else(String::new, |at| self.stamp(at)),
            hours_in_bed,
            hours_asleep,
            hours_observed,
            plm_per_hour_sleep: rate(asleep.count(), hours_asleep),
            plm_per_hour_bed: rate(
                movements.iter().filter(|row| row.wasm_series.is_some()).count(),
                hours_observed,
            ),
            pi_ferri: Some(0.71),
            pi_ratio: Some(0.83),
            hypnic_starts: Some(count(Kind::HypnicStart)),
            limb_movements: count(Kind::LimbMovement),
            pattern: Pattern::Mixed,
            evidence: "invented".to_owned(),
            timezone: if self.start.is_some() { "Europe/Berlin".to_owned() } else { String::new() },
            lights_off_source: BedSource::Estimated,
            lights_on_source: BedSource::Estimated,
            cannot_show: self.cannot_show.to_owned(),
            sleep_source: SleepSource::Estimated,
            ..NightRow::uncounted(
                self.recording.to_owned(),
                self.night.to_owned(),
                &Clock::None,
                times,
                sensor,
            )
        };
        Tables { movements, nights: vec![night], epochs }
    }
}

/// The nights that are drawn, each with the name of its pictures.
fn nights() -> Vec<(&'static str, Night)> {
    vec![
        ("typical", TYPICAL),
        ("still", Night { series: &[], scattered: 0, starts_h: &[], ..TYPICAL }),
        ("clockless", Night { night: "1", start: None, ..TYPICAL }),
        (
            "three-minutes",
            Night {
                hours: 0.05,
                lights_off_h: 0.0,
                lights_on_h: 0.05,
                asleep_h: &[],
                gaps_h: &[],
                off_h: &[],
                series: &[(0.01, 4, 24.0)],
                scattered: 3,
                starts_h: &[0.03],
                cannot_show: "Three minutes are no night: no index can be told from them.",
                ..TYPICAL
            },
        ),
        (
            "all-day",
            Night {
                start: Some("2026-03-14T11:00:00Z"),
                hours: 24.0,
                lights_off_h: 10.4,
                lights_on_h: 18.1,
                asleep_h: &[(10.8, 14.0), (14.3, 17.9)],
                gaps_h: &[],
                off_h: &[(0.0, 8.0)],
                series: &[(11.0, 60, 25.0), (15.0, 20, 31.0)],
                starts_h: &[10.7],
                ..TYPICAL
            },
        ),
        (
            "day-in-bed",
            Night {
                start: Some("2026-03-14T11:00:00Z"),
                hours: 24.0,
                lights_off_h: 0.0,
                lights_on_h: 24.0,
                asleep_h: &[(10.8, 14.0), (14.3, 17.9)],
                gaps_h: &[],
                off_h: &[(0.0, 8.0)],
                series: &[(11.0, 60, 25.0), (15.0, 20, 31.0)],
                starts_h: &[10.7],
                ..TYPICAL
            },
        ),
        ("all-gap", Night { gaps_h: &[(0.0, 24.0)], asleep_h: &[], ..TYPICAL }),
        ("awake", Night { asleep_h: &[], starts_h: &[], ..TYPICAL }),
        ("crowded", Night { scattered: 5000, ..TYPICAL }),
        (
            "starts",
            Night {
                series: &[(2.4, 58, 26.0)],
                starts_h: &[0.58, 0.66, 0.705, 1.1, 1.12, 1.5, 2.19, 2.6, 2.9, 2.95, 6.48, 8.55],
                ..TYPICAL
            },
        ),
        (
            "long-names",
            Night {
                recording: "2026-03-14_participant-000417_visit-03_left-ankle_GENEActiv_serial-052411_\
                            firmware-6.1_calibrated_resampled-50Hz_exported-by-the-sleep-laboratory-of-\
                            the-university-hospital_copy-(2)_final_really-final.csv",
                cannot_show: "Which leg moved, as there is one sensor. Whether a movement follows a breath \
                              that was held: about two in three people with sleep apnoea have such movements, \
                              and they count here as periodic. Sleep stages. Starts shorter than 60 ms, as the \
                              recording has 25 frames a second. What happened between 02:43 and 02:56, when \
                              nothing was recorded.",
                ..TYPICAL
            },
        ),
        (
            "unicode",
            Night {
                recording: "Nächte/ночь-夜 <\"&'>\u{1}\u{1f634}.csv",
                cannot_show: "Übles & <Schlimmes>",
                ..TYPICAL
            },
        ),
    ]
}

/// The texts of a chart, each with its x and y in pixels.
fn texts(svg: &str) -> Vec<(f64, f64, String)> {
    let number = |tag: &str, name: &str| {
        let value = tag.split_once(&format!(" {name}=\"")).unwrap().1;
        value.split_once('"').unwrap().0.parse::<f64>().unwrap() / 10.0
    };
    svg.split("<text")
        .skip(1)
        .map(|text| {
            let (tag, rest) = text.split_once('>').unwrap();
            let words = rest.split_once("</text>").unwrap().0.trim();
            (number(tag, "x"), number(tag, "y"), words.to_owned())
        })
        .collect()
}

fn says(svg: &str, words: &str) -> bool {
    texts(svg).iter().any(|(_, _, text)| text.contains(words))
}

/// How many elements of a shape have a colour as fill or stroke.
fn elements(svg: &str, shape: &str, colour: &str) -> usize {
    let opening = format!("<{shape} ");
    svg.lines().filter(|line| line.starts_with(&opening) && line.contains(colour)).count()
}

/// Fonts and all, as a browser would lay it out.
fn laid_out(svg: &str) -> Tree {
    let mut options = Options::default();
    options.fontdb_mut().load_font_data(notosans::REGULAR_TTF.to_vec());
    options.fontdb_mut().load_font_data(notosans::BOLD_TTF.to_vec());
    Tree::from_str(svg, &options).expect("well-formed SVG")
}

#[test]
fn every_kind_of_night_draws_within_the_page() {
    let folder = std::env::var_os("HYPNIC_CHARTS");
    for (name, night) in nights() {
        let tables = night.tables();
        let row = &tables.nights[0];
        for (chart, svg) in [
            ("timeline", chart::timeline_svg(&tables, row)),
            ("intervals", chart::intervals_svg(&tables, row)),
        ] {
            if let Some(folder) = &folder {
                let path = Path::new(folder).join(format!("{name}-{chart}.svg"));
                std::fs::write(path, &svg).unwrap();
            }
            let tree = laid_out(&svg);
            let (page, drawn) = (tree.size(), tree.root().abs_stroke_bounding_box());
            assert!(
                drawn.left() >= 0.0
                    && drawn.top() >= 0.0
                    && drawn.right() <= page.width()
                    && drawn.bottom() <= page.height(),
                "{name}-{chart}: {drawn:?} on {page:?}"
            );
            assert!(says(&svg, "not a diagnosis"), "{name}-{chart}");
        }
    }
}

#[test]
fn texts_do_not_overlap() {
    for (name, night) in nights() {
        let tables = night.tables();
        for svg in [
            chart::timeline_svg(&tables, &tables.nights[0]),
            chart::intervals_svg(&tables, &tables.nights[0]),
        ] {
            let tree = laid_out(&svg);
            let mut boxes = Vec::new();
            collect_texts(tree.root(), &mut boxes);
            assert_eq!(boxes.len(), texts(&svg).len(), "{name}");
            for (at, (a, one)) in boxes.iter().enumerate() {
                for (b, other) in &boxes[at + 1..] {
                    let apart = a.right() <= b.left()
                        || b.right() <= a.left()
                        || a.bottom() <= b.top()
                        || b.bottom() <= a.top();
                    assert!(apart, "{name}: {one:?} overlaps {other:?}");
                }
            }
        }
    }
}

/// The ink of every text (not its line box) and what it says.
fn collect_texts(group: &Group, boxes: &mut Vec<(Rect, String)>) {
    for node in group.children() {
        match node {
            Node::Group(group) => collect_texts(group, boxes),
            Node::Text(text) => {
                let words = text.chunks().iter().map(|chunk| chunk.text()).collect();
                boxes.push((text.flattened().abs_bounding_box(), words));
            }
            _ => {}
        }
    }
}

#[test]
fn same_tables_same_bytes() {
    let tables = TYPICAL.tables();
    let night = &tables.nights[0];
    assert_eq!(chart::timeline_svg(&tables, night), chart::timeline_svg(&tables, night));
    assert_eq!(chart::intervals_svg(&tables, night), chart::intervals_svg(&tables, night));
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes) in files::encoded(&tables) {
        std::fs::write(dir.path().join(name), bytes).unwrap();
    }
    let read = files::read_tables(dir.path()).unwrap();
    let written = files::as_written(&tables);
    assert_eq!(
        chart::timeline_svg(&read, &read.nights[0]),
        chart::timeline_svg(&written, &written.nights[0])
    );
}

#[test]
fn every_movement_shown_has_one_mark() {
    // The shape and the colour of Okabe and Ito of each kind; one more of each
    // stands in the legend, and the stars have an outline of another colour.
    let looks = [
        (Kind::HypnicStart, "polygon", "#D55E00"),
        (Kind::LimbMovement, "circle", "#0072B2"),
        (Kind::Twitch, "polyline", "#56B4E9"),
        (Kind::Rhythmic, "polygon", "#009E73"),
        (Kind::PostureShift, "polygon", "#CC79A7"),
        (Kind::GrossMovement, "circle", "#E69F00"),
        (Kind::Disturbance, "polyline", "#777777"),
    ];
    for (name, night) in nights() {
        let tables = night.tables();
        let svg = chart::timeline_svg(&tables, &tables.nights[0]);
        let from_s = (night.lights_off_h - 0.5).max(0.0) * 3600.0;
        let to_s = (night.lights_on_h + 0.5).min(night.hours) * 3600.0;
        for (kind, shape, colour) in looks {
            let shown = tables
                .movements
                .iter()
                .filter(|row| row.kind == kind && row.onset_s >= from_s && row.onset_s < to_s)
                .count();
            assert_eq!(elements(&svg, shape, colour), shown + 1, "{name}: {kind}");
        }
    }
}

#[test]
fn legs_have_halves_of_a_disc_and_counts_of_their_own() {
    let mut tables = TYPICAL.tables();
    tables.nights[0].side = Some(Side::Bilateral);
    let sides = [Side::Left, Side::Right, Side::Bilateral];
    let legs = tables.movements.iter_mut().filter(|row| row.kind == Kind::LimbMovement);
    legs.zip(sides.iter().cycle()).for_each(|(row, side)| row.side = Some(*side));
    let svg = chart::timeline_svg(&tables, &tables.nights[0]);
    let night = &TYPICAL;
    let from_s = (night.lights_off_h - 0.5).max(0.0) * 3600.0;
    let to_s = (night.lights_on_h + 0.5).min(night.hours) * 3600.0;
    let shown = |side: Side| {
        let legs = tables.movements.iter().filter(|row| row.kind == Kind::LimbMovement);
        let shown = legs.filter(|row| row.onset_s >= from_s && row.onset_s < to_s);
        shown.filter(|row| row.side == Some(side)).count()
    };
    let [left, right, both] = sides.map(shown);
    assert!(left > 5 && right > 5 && both > 5);
    // One more of each in the legend, and the disc of the kind itself.
    assert_eq!(elements(&svg, "polygon", "#0072B2"), left + right + 2);
    assert_eq!(elements(&svg, "circle", "#0072B2"), both + 2);
    for text in [format!("{left} left"), format!("{right} right"), format!("{both} both")] {
        assert!(says(&svg, &text), "{text}");
    }
    assert!(says(&svg, "both ankles"));
}

#[test]
fn every_series_has_one_bracket() {
    for (name, night) in nights() {
        let tables = night.tables();
        let svg = chart::timeline_svg(&tables, &tables.nights[0]);
        let mut numbers: Vec<_> =
            tables.movements.iter().filter_map(|row| row.wasm_series).collect();
        numbers.dedup();
        numbers.sort_unstable();
        numbers.dedup();
        // A bracket is a line of four points; the other lines of its colour
        // have two.
        let brackets = svg
            .lines()
            .filter(|line| line.starts_with("<polyline") && line.contains("#004F86"))
            .filter(|line| line.split("points=").nth(1).unwrap().matches(',').count() == 4)
            .count();
        assert_eq!(brackets, numbers.len(), "{name}");
    }
}

#[test]
fn ticks_stand_where_the_clock_says() {
    let tables = TYPICAL.tables();
    let svg = chart::timeline_svg(&tables, &tables.nights[0]);
    // The panels reach from 74 to 1008 px, for 8.6 h from 22:22:17.250.
    let per_hour = (1008.0 - 74.0) / 8.6;
    let first = (37.0 * 60.0 + 42.75) / 3600.0;
    let hours = ["23:00", "00:00", "01:00", "02:00", "03:00", "04:00", "05:00", "06:00"];
    for (hour, label) in hours.into_iter().enumerate() {
        let x = 74.0 + per_hour * (first + hour as f64);
        let found = texts(&svg).into_iter().find(|(_, _, text)| text == label);
        let (at, ..) = found.unwrap_or_else(|| panic!("no tick {label}"));
        assert!((at - x).abs() < 0.2, "{label} at {at}, not {x}");
    }
    for landmark in ["lights off 22:49", "sleep onset 23:05", "final wake 06:19", "lights on 06:34"]
    {
        assert!(says(&svg, landmark), "{landmark}");
    }
    assert!(says(&svg, "clock time, Europe/Berlin"));
}

#[test]
fn without_a_clock_hours_count_from_the_start() {
    let tables = Night { night: "1", start: None, ..TYPICAL }.tables();
    let svg = chart::timeline_svg(&tables, &tables.nights[0]);
    for text in ["0 h", "8 h", "night 1", "lights off 27 min", "which has no clock"] {
        assert!(says(&svg, text), "{text}");
    }
}

#[test]
fn the_numbers_of_the_night_stand_above() {
    let tables = TYPICAL.tables();
    let mut night = tables.nights[0].clone();
    night.plm_per_hour_sleep = Some(23.44);
    night.hypnic_starts = Some(5);
    (night.hours_asleep, night.hours_in_bed, night.hours_observed) = (6.866, 7.667, 7.667);
    let svg = chart::timeline_svg(&tables, &night);
    let numbers = "Accelerometer PLM index 23.4/h of estimated sleep · 5 hypnic starts · \
                   6 h 52 min asleep of 7 h 40 min in bed";
    assert!(texts(&svg).iter().any(|(_, _, text)| text == numbers), "{:?}", &texts(&svg)[..3]);
    (night.plm_per_hour_sleep, night.plm_per_hour_bed) = (None, None);
    (night.sleep_onset_s, night.final_wake_s, night.hours_observed) = (None, None, 4.0);
    let svg = chart::timeline_svg(&tables, &night);
    let numbers = "No accelerometer PLM index · 5 hypnic starts · no sleep found in 7 h 40 min in \
                   bed, 4 h 00 min of it recorded and worn";
    assert!(texts(&svg).iter().any(|(_, _, text)| text == numbers), "{:?}", &texts(&svg)[..3]);
}

#[test]
fn few_intervals_make_a_sentence_instead_of_a_histogram() {
    let mut tables = TYPICAL.tables();
    let mut kept = 0;
    for row in &mut tables.movements {
        kept += u32::from(row.imi_s.is_some());
        row.imi_s = row.imi_s.filter(|_| kept <= 4);
    }
    let four = chart::intervals_svg(&tables, &tables.nights[0]);
    assert!(says(&four, "Too few intervals"));
    tables.movements.last_mut().unwrap().imi_s = Some(25.0);
    let five = chart::intervals_svg(&tables, &tables.nights[0]);
    assert!(!says(&five, "Too few intervals"));
    assert!(says(&five, "5 intervals between candidate limb movements"));
}

#[test]
fn letters_show_without_fonts_of_the_system() {
    let tables = Night { series: &[], scattered: 5, ..TYPICAL }.tables();
    let svg = chart::intervals_svg(&tables, &tables.nights[0]);
    let mut wordless = svg.clone();
    while let Some(begin) = wordless.find("<text") {
        let end = wordless[begin..].find("</text>").unwrap() + "</text>".len();
        wordless.replace_range(begin..begin + end, "");
    }
    let (with, without) = (dark_pixels(&chart::png(&svg)), dark_pixels(&chart::png(&wordless)));
    // The title is the first line, 20 px high, 24 px from the left; in the
    // picture twice that.
    let title = |dark: &[(u32, u32)]| {
        dark.iter().filter(|(x, y)| (48..400).contains(x) && (28..86).contains(y)).count()
    };
    assert_eq!(title(&without), 0);
    assert!(title(&with) > 1000, "{} dark pixels", title(&with));
}

/// Where a picture is darker than half.
fn dark_pixels(picture: &[u8]) -> Vec<(u32, u32)> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(picture)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!(info.color_type, png::ColorType::Rgb);
    (0..)
        .zip(pixels.chunks_exact(3))
        .filter(|(_, rgb)| rgb.iter().all(|part| *part < 128))
        .map(|(at, _)| (at % info.width, at / info.width))
        .collect()
}

#[test]
fn four_files_a_night_are_written() {
    let mut tables = Night { series: &[], scattered: 0, starts_h: &[], ..TYPICAL }.tables();
    let second = NightRow { night: "../2 b".to_owned(), ..tables.nights[0].clone() };
    tables.nights.push(second);
    tables.epochs.clear();
    let written = chart::files(&tables);
    let mut names: Vec<_> = written.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    let expected = [
        "intervals----2-b.png",
        "intervals----2-b.svg",
        "intervals-2026-03-14.png",
        "intervals-2026-03-14.svg",
        "timeline----2-b.png",
        "timeline----2-b.svg",
        "timeline-2026-03-14.png",
        "timeline-2026-03-14.svg",
    ];
    assert_eq!(names, expected);
    let svg = written.iter().find(|(name, _)| name == "timeline-2026-03-14.svg").unwrap();
    assert_eq!(svg.1, chart::timeline_svg(&tables, &tables.nights[0]).into_bytes());
}
