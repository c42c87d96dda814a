//! The confusion matrix: which clusters are taken for which.

use std::collections::BTreeMap;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::{Canvas, Drawn, FAINT, GRID, INK, heading_height, svg, text};
use crate::error::Result;

/// Width and height of a cell in pixels.
const CELL: i32 = 40;

/// Left of the cells: the name of the rows and their labels.
const LEFT: i32 = 170;

/// Above the cells: the name of the columns and their labels.
const TOP: i32 = 150;

/// Right of the cells: how many texts a row has.
const RIGHT: i32 = 60;

/// The colour of a whole row in one cell.
const DARK: RGBColor = RGBColor(8, 48, 107);

/// True cluster by row, answer by column; `classes` are the clusters in their order, and "none".
pub(in crate::evaluate) fn confusion_chart(
    classes: &[&str],
    confusion: &BTreeMap<String, BTreeMap<String, usize>>,
) -> Result<String> {
    let captions = [
        "Numbers of texts. The shade is the share of the row; right answers are framed.",
        "“none” is the answer where the program says that no cluster fits.",
    ];
    let cells = u32::try_from(classes.len()).unwrap_or(u32::MAX).saturating_mul(CELL.unsigned_abs());
    let width = LEFT.unsigned_abs() + cells + RIGHT.unsigned_abs();
    let height = heading_height(2) + TOP.unsigned_abs() + cells + 24;
    svg("Confusion matrix", &captions, (width.max(620), height), |canvas| draw(canvas, classes, confusion))
}

fn draw(canvas: &Canvas<'_>, classes: &[&str], confusion: &BTreeMap<String, BTreeMap<String, usize>>) -> Drawn {
    let upwards = |size: i32, color: RGBColor, across: HPos| {
        let font = ("sans-serif", size).into_font().transform(FontTransform::Rotate270);
        font.color(&color).pos(Pos::new(across, VPos::Center))
    };
    let label = text(16, INK, HPos::Right, VPos::Center);
    let number = |color: RGBColor| text(16, color, HPos::Center, VPos::Center);
    let places = || (0..).step_by(40).zip(classes);
    let end = places().last().map_or(0, |(place, _)| place + CELL);
    let (middle_x, middle_y) = (LEFT + end / 2, TOP + end / 2);
    canvas.draw(&Text::new("answer", (middle_x, 16), text(16, FAINT, HPos::Center, VPos::Center)))?;
    canvas.draw(&Text::new("true cluster", (20, middle_y), upwards(16, FAINT, HPos::Center)))?;
    canvas.draw(&Text::new("texts", (LEFT + end + RIGHT / 2, TOP - 8), upwards(16, FAINT, HPos::Left)))?;
    for (x, class) in places() {
        let name = (*class).to_owned();
        canvas.draw(&Text::new(name, (LEFT + x + CELL / 2, TOP - 8), upwards(16, INK, HPos::Left)))?;
    }
    for (y, truth) in places() {
        let row = confusion.get(*truth);
        let total: usize = row.map_or(0, |row| row.values().sum());
        let middle = TOP + y + CELL / 2;
        canvas.draw(&Text::new((*truth).to_owned(), (LEFT - 8, middle), label.clone()))?;
        canvas.draw(&Text::new(total.to_string(), (LEFT + end + RIGHT / 2, middle), number(FAINT)))?;
        for (x, answer) in places() {
            let n = row.and_then(|row| row.get(*answer)).copied().unwrap_or(0);
            let corners = [(LEFT + x, TOP + y), (LEFT + x + CELL, TOP + y + CELL)];
            if n > 0 {
                let share = n as f64 / total as f64;
                canvas.draw(&Rectangle::new(corners, shade(share).filled()))?;
                let color = if share > 0.55 { WHITE } else { INK };
                canvas.draw(&Text::new(n.to_string(), (LEFT + x + CELL / 2, middle), number(color)))?;
            }
            canvas.draw(&Rectangle::new(corners, GRID))?;
        }
    }
    for (place, _) in places() {
        let corners = [(LEFT + place, TOP + place), (LEFT + place + CELL, TOP + place + CELL)];
        canvas.draw(&Rectangle::new(corners, INK))?;
    }
    Ok(())
}

/// From near white to dark; what is not zero can be seen.
fn shade(share: f64) -> RGBColor {
    let share = 0.08 + 0.92 * share;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between the two")]
    let mixed = |dark: u8| (255.0 + (f64::from(dark) - 255.0) * share).round() as u8;
    RGBColor(mixed(DARK.0), mixed(DARK.1), mixed(DARK.2))
}
