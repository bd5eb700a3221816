//! The paper every chart is drawn on: its measures, its inks, its letters.
//!
//! The plotters SVG backend places everything on whole numbers, which at one
//! number a pixel would move a mark by up to 16 s of an eight-hour night. So
//! the drawing has [`PX`] units to the pixel, and the `svg` element says how
//! many pixels they make.

use std::sync::Once;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::register_font;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Units of the drawing in one pixel.
pub const PX: i32 = 10;

/// The first of these is embedded; the others are for a browser without it.
pub const FAMILY: &str = "Noto Sans, Segoe UI, Helvetica Neue, Arial, sans-serif";

/// plotters writes its font size divided by this into SVG, and sizes the
/// letters it measures by their line height, which is 1.362 em in Noto Sans.
const SVG_FONT_DIVISOR: f64 = 1.24;
const NOTO_LINE_EM: f64 = 1.362;

/// Text and other things one must be able to read: 15 : 1 on white.
pub const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
/// Secondary text: 6 : 1 on white.
pub const FAINT: RGBColor = RGBColor(0x60, 0x60, 0x60);
/// Grid lines.
pub const GRID: RGBColor = RGBColor(0xdc, 0xdc, 0xdc);
/// Where nothing was recorded or worn, in a panel.
pub const MISSING: RGBColor = RGBColor(0xda, 0xda, 0xda);
/// Sleep, as the ground of a panel.
pub const SLEEP_GROUND: RGBColor = RGBColor(0xea, 0xf1, 0xf8);
/// The intervals that count as periodic, over the ground of a panel.
pub const BAND: RGBColor = RGBColor(0x00, 0x9e, 0x73);
/// Its name: 5 : 1 on its ground.
pub const BAND_INK: RGBColor = RGBColor(0x00, 0x6b, 0x4e);
/// How opaque it lies there.
pub const BAND_OPACITY: f64 = 0.12;
/// Within a series: dark enough to stand apart from [`OUTSIDE`] in grey.
pub const IN_SERIES: RGBColor = RGBColor(0x00, 0x4f, 0x86);
/// Outside every series.
pub const OUTSIDE: RGBColor = RGBColor(0x9c, 0xc7, 0xe3);

/// A drawing in the making.
pub struct Paper<'a> {
    /// For the charts of plotters.
    pub area: DrawingArea<SVGBackend<'a>, Shift>,
}

/// How a piece of text is set.
#[derive(Clone, Copy)]
pub struct Type {
    /// Size of the letters (em), px.
    pub size_px: f64,
    /// Bold or regular.
    pub bold: bool,
    /// Colour.
    pub ink: RGBColor,
}

/// The title of a chart.
pub const TITLE: Type = Type { size_px: 20.0, bold: true, ink: INK };
/// The main numbers.
pub const LEAD: Type = Type { size_px: 14.5, bold: false, ink: INK };
/// The heading of a panel.
pub const HEADING: Type = Type { size_px: 12.0, bold: true, ink: INK };
/// The unit and explanation beside a heading.
pub const ASIDE: Type = Type { size_px: 11.5, bold: false, ink: FAINT };
/// Legends and labels within a panel.
pub const LABEL: Type = Type { size_px: 11.5, bold: false, ink: INK };
/// Numbers along an axis.
pub const TICK: Type = Type { size_px: 11.0, bold: false, ink: FAINT };

/// Which part of the text stands at the given place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Its begin.
    Left,
    /// Its middle.
    Middle,
    /// Its end.
    Right,
}

/// Draws a chart of `width_px` × `height_px` on white.
pub fn draw(width_px: f64, height_px: f64, content: impl FnOnce(&Paper)) -> String {
    register_fonts();
    let (width, height) = (units(width_px), units(height_px));
    let mut svg = String::new();
    {
        let size = (width.unsigned_abs(), height.unsigned_abs());
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        sure(area.fill(&WHITE));
        let paper = Paper { area };
        content(&paper);
        sure(paper.area.present());
    }
    let (from, to) = (
        format!(r#"width="{width}" height="{height}""#),
        format!(r#"width="{}" height="{}""#, width / PX, height / PX),
    );
    lean(&svg.replacen(&from, &to, 1))
}

/// plotters gives every element an `opacity`, for which a renderer must set
/// each element apart; the opacity of its one colour is the same and costs
/// nothing. Quotes in texts are escaped, so none is mistaken for an attribute.
fn lean(svg: &str) -> String {
    const ATTRIBUTE: &str = " opacity=\"";
    let mut parts = svg.split(ATTRIBUTE);
    let mut lean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (value, rest) = part.split_once('"').unwrap_or((part, ""));
        let tag = rest.split('>').next().unwrap_or_default();
        let of = if tag.contains(" fill=\"#") { "fill" } else { "stroke" };
        if value != "1" {
            lean += &format!(" {of}-opacity=\"{value}\"");
        }
        lean += rest;
    }
    lean
}

/// The value of a drawing step, none of which can fail: SVG goes into a string
/// in memory, and the fonts are registered before the first step.
pub fn sure<T, E: std::fmt::Debug>(drawn: Result<T, E>) -> T {
    drawn.expect("SVG is drawn into memory with registered fonts")
}

/// Pixels in units of the drawing.
pub fn units(px: f64) -> i32 {
    (px * f64::from(PX)).round() as i32
}

/// A line style of a width in pixels.
pub fn stroke<C: Color>(colour: C, width_px: f64) -> ShapeStyle {
    ShapeStyle {
        color: colour.to_rgba(),
        filled: false,
        stroke_width: units(width_px).unsigned_abs(),
    }
}

fn register_fonts() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for (style, bytes) in
            [(FontStyle::Normal, notosans::REGULAR_TTF), (FontStyle::Bold, notosans::BOLD_TTF)]
        {
            assert!(register_font(FAMILY, style, bytes).is_ok(), "the embedded font is a font");
        }
    });
}

impl Type {
    /// The same in another colour.
    pub const fn ink(self, ink: RGBColor) -> Self {
        Self { ink, ..self }
    }

    /// For the meshes of plotters.
    pub fn style(&self) -> TextStyle<'static> {
        let style = if self.bold { FontStyle::Bold } else { FontStyle::Normal };
        let size = self.size_px * f64::from(PX) * SVG_FONT_DIVISOR;
        FontDesc::new(FontFamily::Name(FAMILY), size, style).color(&self.ink)
    }

    /// How wide the text stands, px. Scripts the embedded font does not have
    /// are taken to be one em a letter, as Chinese and emoji are.
    pub fn width_px(&self, text: &str) -> f64 {
        let is_wide = |c: &char| *c >= '\u{1100}';
        let wide = text.chars().filter(is_wide).count() as f64;
        let narrow: String = text.chars().filter(|c| !is_wide(c)).collect();
        let style = if self.bold { FontStyle::Bold } else { FontStyle::Normal };
        register_fonts();
        let font = FontDesc::new(FontFamily::Name(FAMILY), 1e3 * NOTO_LINE_EM, style);
        let ((left, _), (right, _)) = sure(font.layout_box(&narrow));
        self.size_px * (wide + f64::from(right - left) / 1e3)
    }

    /// The text in lines of at most `width_px`; words that are longer are
    /// broken, and what does not fit into `lines` is left out with an ellipsis.
    pub fn wrap(&self, text: &str, width_px: f64, lines: usize) -> Vec<String> {
        let mut wrapped = vec![String::new()];
        'words: for word in text.split_whitespace() {
            let line = wrapped.last_mut().expect("there is always a line");
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if self.width_px(&longer) <= width_px {
                *line = longer;
                continue;
            }
            if !line.is_empty() {
                wrapped.push(String::new());
            }
            for letter in word.chars() {
                let line = wrapped.last_mut().expect("there is always a line");
                line.push(letter);
                if self.width_px(line) > width_px {
                    line.pop();
                    wrapped.push(letter.to_string());
                }
                if wrapped.len() > lines {
                    break 'words;
                }
            }
        }
        if wrapped.len() > lines {
            wrapped.truncate(lines);
            if let Some(last) = wrapped.last_mut() {
                while self.width_px(&format!("{last}…")) > width_px && last.pop().is_some() {}
                last.push('…');
            }
        }
        wrapped
    }
}

impl Paper<'_> {
    /// Sets a line of text; `y_px` is the middle of its small letters.
    pub fn write(&self, text: &str, (x_px, y_px): (f64, f64), align: Align, set: Type) {
        let h_pos = match align {
            Align::Left => HPos::Left,
            Align::Middle => HPos::Center,
            Align::Right => HPos::Right,
        };
        let style = set.style().pos(Pos::new(h_pos, VPos::Center));
        sure(self.area.draw_text(&printable(text), &style, (units(x_px), units(y_px))));
    }

    /// Fills a rectangle.
    pub fn fill<C: Color>(&self, (x0, y0): (f64, f64), (x1, y1): (f64, f64), colour: C) {
        let corners = [(units(x0), units(y0)), (units(x1), units(y1))];
        sure(self.area.draw(&Rectangle::new(corners, colour.filled())));
    }

    /// Draws a line through the points.
    pub fn line<C: Color>(&self, points: &[(f64, f64)], colour: C, width_px: f64) {
        let points: Vec<_> = points.iter().map(|&(x, y)| (units(x), units(y))).collect();
        sure(self.area.draw(&PathElement::new(points, stroke(colour, width_px))));
    }

    /// Hatches a rectangle with rising lines.
    pub fn hatch<C: Color>(&self, (x0, y0): (f64, f64), (x1, y1): (f64, f64), colour: C) {
        const APART_PX: f64 = 5.0;
        let height = y1 - y0;
        // A line rises from its foot by as much as it goes right.
        let feet = (0..).map(|line| x0 - height + f64::from(line) * APART_PX);
        for foot in feet.take_while(|foot| *foot < x1) {
            let (left, right) = (foot.max(x0), (foot + height).min(x1));
            let at = |x: f64| (x, y1 - (x - foot));
            self.line(&[at(left), at(right)], &colour, 0.8);
        }
    }
}

/// XML 1.0 has no control characters, and a file name may have them.
fn printable(text: &str) -> String {
    text.chars()
        .map(
            |c| if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') { '\u{fffd}' } else { c },
        )
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_as_wide_as_the_font_says() {
        // Advances in the font's table hmtx, of 1000 to the em; Noto Sans
        // kerns none of these.
        let set = Type { size_px: 100.0, ..LABEL };
        assert!((set.width_px("H") - 74.1).abs() < 0.11, "{}", set.width_px("H"));
        assert!((set.width_px("0000") - 4.0 * 57.2).abs() < 0.11, "{}", set.width_px("0000"));
        assert_eq!(set.width_px("夜"), 100.0);
    }

    #[test]
    fn long_texts_are_broken_and_the_rest_is_left_out() {
        let set = Type { size_px: 10.0, ..LABEL };
        let digits = 10.5 * 5.72;
        assert_eq!(set.wrap("0123456789 0123", digits, 3), ["0123456789", "0123"]);
        assert_eq!(set.wrap("01234567890123", digits, 3), ["0123456789", "0123"]);
        let cut = set.wrap(&"0 ".repeat(1000), digits, 2);
        assert_eq!(cut.len(), 2);
        assert!(cut[1].ends_with('…') && set.width_px(&cut[1]) <= digits, "{cut:?}");
    }

    #[test]
    fn opacity_stays_with_the_colour_it_belongs_to() {
        let svg = r##"<rect opacity="1" fill="#000000" stroke="none"/>
<circle opacity="0.5" fill="none" stroke="#000000"/>
<polygon opacity="0.5" fill="#000000"/>"##;
        let expected = r##"<rect fill="#000000" stroke="none"/>
<circle stroke-opacity="0.5" fill="none" stroke="#000000"/>
<polygon fill-opacity="0.5" fill="#000000"/>"##;
        assert_eq!(lean(svg), expected);
    }
}
