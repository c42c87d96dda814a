//! How many rows each cluster has, as bars.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::words::{number, part};
use crate::chart::{BLUE, Canvas, Drawn, FAINT, INK, ORANGE, drawing, text};
use crate::error::Result;

/// Narrow, so that a telephone shows letters of a size that can be read.
const WIDTH: i32 = 440;
const LINE: i32 = 27;
const BAR: i32 = 17;

/// Where the bars start, and how long the longest is.
const LEFT: i32 = 164;
const LONGEST: i32 = 170;

/// One cluster.
pub(super) struct Bar {
    pub(super) name: String,
    /// Rows that are clear.
    pub(super) fit: u64,
    /// Rows that are in doubt.
    pub(super) unsure: u64,
}

impl Bar {
    pub(super) fn total(&self) -> u64 {
        self.fit + self.unsure
    }
}

/// The chart, from the top down in the order given; `whole` is what shares are of.
pub(super) fn bars(title: &str, bars: &[Bar], whole: u64) -> Result<String> {
    let lines = i32::try_from(bars.len()).unwrap_or(i32::MAX / LINE);
    let said: Vec<String> = bars.iter().map(|bar| format!("{} {}", bar.name, number(bar.total()))).collect();
    let label = format!("{title}: {}", said.join(", "));
    let label = html_escape::encode_double_quoted_attribute(&label);
    let attributes = format!("class=\"bars\" role=\"img\" aria-label=\"{label}\"");
    let size = (WIDTH.unsigned_abs(), (lines * LINE + 4).unsigned_abs());
    drawing(size, &attributes, "", |canvas| draw(canvas, bars, whole))
}

fn draw(canvas: &Canvas<'_>, bars: &[Bar], whole: u64) -> Drawn {
    let most = bars.iter().map(Bar::total).max().unwrap_or(0).max(1);
    #[expect(clippy::cast_possible_truncation, reason = "pixels of a chart")]
    let length = |count: u64| (f64::from(LONGEST) * count as f64 / most as f64).round() as i32;
    let name = text(15, INK, HPos::Right, VPos::Center);
    let value = text(15, INK, HPos::Left, VPos::Center);
    for (top, bar) in (2..).step_by(LINE.unsigned_abs() as usize).zip(bars) {
        let middle = top + LINE / 2;
        let (first, last) = (LEFT + length(bar.fit), LEFT + length(bar.total()));
        let corners = |from: i32, to: i32| [(from, middle - BAR / 2), (to, middle + BAR / 2 + 1)];
        canvas.draw(&Text::new(bar.name.clone(), (LEFT - 8, middle), name.clone()))?;
        canvas.draw(&Rectangle::new(corners(LEFT - 1, LEFT), FAINT.filled()))?;
        if first > LEFT {
            canvas.draw(&Rectangle::new(corners(LEFT, first), BLUE.filled()))?;
        }
        if last > first {
            // A gap tells the two apart without colours.
            let start = if first > LEFT { (first + 2).min(last - 1) } else { first };
            canvas.draw(&Rectangle::new(corners(start, last), ORANGE.filled()))?;
        }
        let counted = format!("{} · {}", number(bar.total()), part(bar.total(), whole));
        canvas.draw(&Text::new(counted, (last + 7, middle), value.clone()))?;
    }
    Ok(())
}
