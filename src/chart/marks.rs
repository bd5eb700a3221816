//! How each kind of movement looks: a colour and a shape, so that either alone
//! tells it. The colours are those of Okabe and Ito (2008), which remain apart
//! for colour-blind eyes.

use plotters::coord::CoordTranslate;
use plotters::element::{EmptyElement, PathElement, Polygon};
use plotters::prelude::*;

use super::paper::{INK, stroke, sure, units};
use crate::movement::Kind;
use crate::recording::Side;

/// The drawing area of a chart with time along x.
type Area<'a, C> = DrawingArea<SVGBackend<'a>, C>;

/// How large and how opaque marks are, so that thousands remain readable.
#[derive(Debug, Clone, Copy)]
pub struct Weight {
    /// Half the width of a mark, px.
    pub radius_px: f64,
    /// 1 is opaque.
    pub opacity: f64,
}

impl Weight {
    /// For the legend.
    pub const LEGEND: Self = Self { radius_px: 3.2, opacity: 1.0 };

    /// For so many marks in one panel.
    pub fn of(marks: usize) -> Self {
        match marks {
            0..=400 => Self { radius_px: 2.8, opacity: 0.85 },
            401..=1500 => Self { radius_px: 2.2, opacity: 0.7 },
            _ => Self { radius_px: 1.7, opacity: 0.55 },
        }
    }
}

/// The colour of a kind.
pub fn colour(kind: Kind) -> RGBColor {
    match kind {
        Kind::HypnicStart => RGBColor(0xd5, 0x5e, 0x00),
        Kind::LimbMovement => RGBColor(0x00, 0x72, 0xb2),
        Kind::Twitch => RGBColor(0x56, 0xb4, 0xe9),
        Kind::Rhythmic => RGBColor(0x00, 0x9e, 0x73),
        Kind::PostureShift => RGBColor(0xcc, 0x79, 0xa7),
        Kind::GrossMovement => RGBColor(0xe6, 0x9f, 0x00),
        Kind::Disturbance => RGBColor(0x77, 0x77, 0x77),
    }
}

/// The name of a kind in a legend.
pub fn name(kind: Kind, count: usize) -> String {
    let one = match kind {
        Kind::Rhythmic => "rhythmic movement",
        Kind::HypnicStart => "hypnic start",
        Kind::LimbMovement => "limb movement",
        Kind::Twitch => "twitch",
        Kind::PostureShift => "posture shift",
        Kind::GrossMovement => "gross movement",
        Kind::Disturbance => "disturbance",
    };
    match (kind, count) {
        (_, 1) => one.to_owned(),
        (Kind::Twitch, _) => "twitches".to_owned(),
        _ => format!("{one}s"),
    }
}

/// Draws the mark of a kind; one SVG element in the colour of the kind.
pub fn draw<C: CoordTranslate>(area: &Area<C>, at: C::From, kind: Kind, weight: Weight)
where
    C::From: Clone,
{
    let Weight { radius_px, opacity } = weight;
    let ink = colour(kind).mix(opacity);
    let r = units(radius_px);
    let wide = units(radius_px * 1.35);
    let filled = |points: Vec<(i32, i32)>| {
        sure(area.draw(&(EmptyElement::at(at.clone()) + Polygon::new(points, ink))));
    };
    let lined = |points: Vec<(i32, i32)>, width_px: f64| {
        let path = PathElement::new(points, stroke(ink, width_px));
        sure(area.draw(&(EmptyElement::at(at.clone()) + path)));
    };
    match kind {
        Kind::HypnicStart => star(area, at),
        Kind::LimbMovement => sure(area.draw(&Circle::new(at, r, ink.filled()))),
        Kind::Twitch => lined(vec![(0, -wide), (0, wide)], 2.0),
        Kind::Rhythmic => filled(vec![(-r, -r), (r, -r), (r, r), (-r, r)]),
        Kind::PostureShift => filled(vec![(0, -wide), (wide, 0), (0, wide), (-wide, 0)]),
        Kind::GrossMovement => sure(area.draw(&Circle::new(at, r, stroke(ink, 1.3)))),
        Kind::Disturbance => lined(vec![(-r, -r), (r, r), (0, 0), (-r, r), (r, -r)], 1.2),
    }
}

/// Draws a limb movement where both legs were recorded: the left half of a disc
/// for the left leg, the right one for the right, a disc for both.
pub fn draw_limb<C: CoordTranslate>(area: &Area<C>, at: C::From, side: Option<Side>, weight: Weight)
where
    C::From: Clone,
{
    let turn = match side {
        Some(Side::Left) => 0.25,
        Some(Side::Right) => -0.25,
        _ => return draw(area, at, Kind::LimbMovement, weight),
    };
    // Half of the area of a disc that is a little larger, not to look weaker.
    let radius = units(1.25 * weight.radius_px);
    let corners = (0..=8).map(|corner| {
        let angle = std::f64::consts::TAU * (f64::from(corner) / 16.0 + turn);
        let of = |share: f64| (f64::from(radius) * share).round() as i32;
        (of(angle.cos()), of(angle.sin()))
    });
    let ink = colour(Kind::LimbMovement).mix(weight.opacity);
    sure(area.draw(&(EmptyElement::at(at) + Polygon::new(corners.collect::<Vec<_>>(), ink))));
}

/// A star of five points, never lighter or smaller than in an empty night.
fn star<C: CoordTranslate>(area: &Area<C>, at: C::From)
where
    C::From: Clone,
{
    const RADIUS_PX: f64 = 7.5;
    let mut points: Vec<(i32, i32)> = (0..10)
        .map(|corner| {
            let radius = if corner % 2 == 0 { RADIUS_PX } else { RADIUS_PX * 0.42 };
            let angle = std::f64::consts::TAU * (f64::from(corner) / 10.0 - 0.25);
            (units(radius * angle.cos()), units(radius * angle.sin()))
        })
        .collect();
    let fill = Polygon::new(points.clone(), colour(Kind::HypnicStart).filled());
    sure(area.draw(&(EmptyElement::at(at.clone()) + fill)));
    points.push(points[0]);
    sure(area.draw(&(EmptyElement::at(at) + PathElement::new(points, stroke(INK, 0.8)))));
}
