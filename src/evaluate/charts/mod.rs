//! The charts of a report, as SVG drawn by `plotters`: on white, with text as text, in colours that the colour-blind tell
//! apart and that a printer without colours keeps apart too.

mod axis;
mod confusion;
mod learning_curve;
mod reliability;

use std::io;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

pub(super) use confusion::confusion_chart;
pub(super) use learning_curve::learning_curve_chart;
pub(super) use reliability::reliability_chart;

use crate::error::{Error, Result};

/// Colours of Okabe and Ito (2008).
const BLUE: RGBColor = RGBColor(0, 114, 178);
const VERMILION: RGBColor = RGBColor(213, 94, 0);
const INK: RGBColor = RGBColor(34, 34, 34);
const FAINT: RGBColor = RGBColor(110, 110, 110);
const GRID: RGBColor = RGBColor(225, 225, 225);

/// Room for title and captions above a chart, for a number of captions.
const fn heading_height(captions: u32) -> u32 {
    44 + 18 * captions
}

type Canvas<'s> = DrawingArea<SVGBackend<'s>, Shift>;

/// What drawing on a [`Canvas`] may come to.
type Drawn = std::result::Result<(), DrawingAreaErrorKind<io::Error>>;

/// An SVG file with a title, which is both drawn and named for those who listen, and captions beneath it. `draw` has
/// what is left of the canvas.
fn svg(title: &str, captions: &[&str], size: (u32, u32), draw: impl FnOnce(&Canvas<'_>) -> Drawn) -> Result<String> {
    let mut svg = String::new();
    let drawn = || -> Drawn {
        let canvas = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        canvas.fill(&WHITE)?;
        let bold = ("sans-serif", 22, FontStyle::Bold).into_font().color(&INK);
        canvas.draw(&Text::new(title.to_owned(), (20, 14), bold))?;
        let mut y = 42;
        for caption in captions {
            canvas.draw(&Text::new((*caption).to_owned(), (20, y), text(14, FAINT, HPos::Left, VPos::Top)))?;
            y += 18;
        }
        let (_, rest) = canvas.split_vertically(y);
        draw(&rest)?;
        canvas.present()
    };
    drawn().map_err(|error| Error::from(io::Error::other(error.to_string())))?;
    // `plotters` knows no titles; the end of the opening tag is where one belongs.
    Ok(svg.replacen(">\n", &format!(" role=\"img\">\n<title>{}</title>\n", html_escape::encode_text(title)), 1))
}

/// A style of text that hangs from the point where it is put.
fn text(size: i32, color: RGBColor, across: HPos, down: VPos) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&color).pos(Pos::new(across, down))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_drawn_and_named() {
        let svg = svg("R&D", &["one", "two"], (200, 100), |_| Ok(())).expect("drawn");
        assert!(svg.starts_with("<svg width=\"200\" height=\"100\""), "{svg}");
        assert_eq!(svg.matches("R&amp;D").count(), 2, "{svg}");
        assert!(svg.trim_end().ends_with("</svg>"), "{svg}");
    }
}
