//! What all charts share: the canvas, the colours, how text is set. They are SVG drawn by `plotters`, with text as text,
//! in colours that the colour-blind tell apart and that a printer without colours keeps apart too.

use std::io;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::error::{Error, Result};

/// Colours of Okabe and Ito (2008).
pub(crate) const BLUE: RGBColor = RGBColor(0, 114, 178);
#[cfg(feature = "train")]
pub(crate) const VERMILION: RGBColor = RGBColor(213, 94, 0);
#[cfg(feature = "report")]
pub(crate) const ORANGE: RGBColor = RGBColor(230, 159, 0);
pub(crate) const INK: RGBColor = RGBColor(34, 34, 34);
pub(crate) const FAINT: RGBColor = RGBColor(110, 110, 110);
#[cfg(feature = "train")]
pub(crate) const GRID: RGBColor = RGBColor(225, 225, 225);

pub(crate) type Canvas<'s> = DrawingArea<SVGBackend<'s>, Shift>;

/// What drawing on a [`Canvas`] may come to.
pub(crate) type Drawn = std::result::Result<(), DrawingAreaErrorKind<io::Error>>;

/// An SVG with what `draw` draws. `attributes` go into its opening tag and `head` after it, since `plotters` knows
/// neither roles nor titles.
pub(crate) fn drawing(
    size: (u32, u32),
    attributes: &str,
    head: &str,
    draw: impl FnOnce(&Canvas<'_>) -> Drawn,
) -> Result<String> {
    let mut svg = String::new();
    let drawn = || -> Drawn {
        let canvas = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        draw(&canvas)?;
        canvas.present()
    };
    drawn().map_err(|error| Error::from(io::Error::other(error.to_string())))?;
    Ok(svg.replacen(">\n", &format!(" {attributes}>\n{head}"), 1))
}

/// A style of text that hangs from the point where it is put.
pub(crate) fn text(size: i32, color: RGBColor, across: HPos, down: VPos) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&color).pos(Pos::new(across, down))
}
