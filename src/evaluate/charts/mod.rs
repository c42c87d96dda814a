//! The charts of a report on a model: on white, titled, each in a file of its own.

mod axis;
mod confusion;
mod learning_curve;
mod reliability;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

pub(super) use confusion::confusion_chart;
pub(super) use learning_curve::learning_curve_chart;
pub(super) use reliability::reliability_chart;

use crate::chart::{BLUE, Canvas, Drawn, FAINT, GRID, INK, VERMILION, drawing, text};
use crate::error::Result;

/// Room for title and captions above a chart, for a number of captions.
const fn heading_height(captions: u32) -> u32 {
    44 + 18 * captions
}

/// An SVG file with a title, which is both drawn and named for those who listen, and captions beneath it. `draw` has
/// what is left of the canvas.
fn svg(title: &str, captions: &[&str], size: (u32, u32), draw: impl FnOnce(&Canvas<'_>) -> Drawn) -> Result<String> {
    let head = format!("<title>{}</title>\n", html_escape::encode_text(title));
    drawing(size, "role=\"img\"", &head, |canvas| {
        canvas.fill(&WHITE)?;
        let bold = ("sans-serif", 22, FontStyle::Bold).into_font().color(&INK);
        canvas.draw(&Text::new(title.to_owned(), (20, 14), bold))?;
        let mut y = 42;
        for caption in captions {
            canvas.draw(&Text::new((*caption).to_owned(), (20, y), text(14, FAINT, HPos::Left, VPos::Top)))?;
            y += 18;
        }
        let (_, rest) = canvas.split_vertically(y);
        draw(&rest)
    })
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
