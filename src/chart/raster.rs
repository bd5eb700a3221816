//! SVG to PNG, with the embedded letters alone: the same pixels on a machine
//! without a single font.

use std::sync::{Arc, OnceLock};

use png::{ColorType, DeflateCompression, Encoder, Filter};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

/// Pixels of the PNG to one of the SVG.
const SCALE: f32 = 2.0;

/// Renders a chart of this module.
pub fn png(svg: &str) -> Vec<u8> {
    let options =
        Options { fontdb: fonts(), font_family: "Noto Sans".to_owned(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).expect("our own SVG is well-formed");
    let size = tree.size();
    let (width, height) = ((size.width() * SCALE).ceil(), (size.height() * SCALE).ceil());
    let mut pixmap =
        Pixmap::new(width as u32, height as u32).expect("a chart is neither empty nor huge");
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut pixmap.as_mut());
    encode(&pixmap)
}

/// Writes the pixels without their alpha, as the paper is white throughout. On
/// a timeline level 1 takes 24 ms and 360 kB, the default of the crate 105 ms
/// and 270 kB.
fn encode(pixmap: &Pixmap) -> Vec<u8> {
    let written = "PNG is written into memory";
    let pixels: Vec<u8> =
        pixmap.data().chunks_exact(4).flat_map(|rgba| [rgba[0], rgba[1], rgba[2]]).collect();
    let mut png = Vec::new();
    let mut encoder = Encoder::new(&mut png, pixmap.width(), pixmap.height());
    encoder.set_color(ColorType::Rgb);
    encoder.set_filter(Filter::Up);
    encoder.set_deflate_compression(DeflateCompression::Level(1));
    let mut writer = encoder.write_header().expect(written);
    writer.write_image_data(&pixels).expect(written);
    writer.finish().expect(written);
    png
}

fn fonts() -> Arc<fontdb::Database> {
    static FONTS: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let load = || {
        let mut fonts = fontdb::Database::new();
        fonts.load_font_data(notosans::REGULAR_TTF.to_vec());
        fonts.load_font_data(notosans::BOLD_TTF.to_vec());
        Arc::new(fonts)
    };
    Arc::clone(FONTS.get_or_init(load))
}
