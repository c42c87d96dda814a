//! The learning curve: how good models are that learned from less.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::axis::Axis;
use super::{BLUE, Canvas, Drawn, GRID, INK, VERMILION, svg, text};
use crate::error::Result;
use crate::evaluate::{Cut, Estimate, LearningPoint};

/// How far the two curves' intervals stand apart, in decades.
const APART: f64 = 0.012;

/// Number of profiles across, on a logarithmic axis; the measures upwards, with their intervals.
pub(in crate::evaluate) fn learning_curve_chart(points: &[LearningPoint]) -> Result<String> {
    let captions = [
        "Models of a sixteenth, an eighth, a quarter, a half and all of the profiles, each with the whole lexicon: of whole",
        "trades, or (hollow) of profiles of all trades. Bars are 95% intervals (bootstrap over the labelled texts).",
    ];
    svg("Learning curve: what more profiles bring", &captions, (720, 560), |canvas| draw(canvas, points))
}

fn draw(canvas: &Canvas<'_>, points: &[LearningPoint]) -> Drawn {
    let place = |point: &LearningPoint| libm::log10(point.profiles as f64);
    // The last point is that of everything, in which both ways of leaving out end.
    let end = points.iter().max_by_key(|point| point.profiles);
    let thinned: Vec<(f64, f64)> = points
        .iter()
        .filter(|point| point.cut == Cut::Profiles)
        .chain(end)
        .map(|point| (place(point), point.top1.value))
        .collect();
    let points: Vec<&LearningPoint> = points.iter().filter(|point| point.cut == Cut::Trades).collect();
    let across: Vec<f64> = points.iter().map(|point| place(point)).collect();
    let first = across.first().copied().unwrap_or(0.0);
    let last = across.last().copied().unwrap_or(1.0);
    let lows = points.iter().map(|point| point.top1.low.min(point.acc1.low));
    let floor = (lows.fold(1.0, f64::min) * 10.0).floor().clamp(0.0, 9.0) / 10.0;
    let heights: Vec<f64> = (0..=10).map(|tenth| f64::from(tenth) / 10.0).filter(|height| *height >= floor).collect();
    // The key stands above the curves, where no curve can cross it.
    let (key, plane) = canvas.split_vertically(30);
    draw_key(&key)?;
    let mut chart = ChartBuilder::on(&plane)
        .margin(20)
        .margin_top(10)
        .x_label_area_size(48)
        .y_label_area_size(58)
        .build_cartesian_2d(Axis::new(first - 0.08..last + 0.08, across.clone()), Axis::new(floor..1.0, heights))?;
    chart
        .configure_mesh()
        .bold_line_style(GRID)
        .light_line_style(TRANSPARENT)
        .axis_style(INK)
        .x_desc("number of profiles (logarithmic)")
        .y_desc("share of texts with a cluster")
        .x_label_formatter(&|x| format!("{:.0}", libm::pow(10.0, *x)))
        .y_label_formatter(&|y| format!("{y:.1}"))
        .label_style(text(15, INK, HPos::Left, VPos::Top))
        .axis_desc_style(text(16, INK, HPos::Left, VPos::Top))
        .draw()?;
    let curve = |shift: f64, measure: fn(&LearningPoint) -> Estimate| -> Vec<(f64, Estimate)> {
        across.iter().zip(&points).map(|(x, point)| (x + shift, measure(point))).collect()
    };
    let (acc1, top1) = (curve(APART, |point| point.acc1), curve(-APART, |point| point.top1));
    for (curve, color) in [(&acc1, VERMILION), (&top1, BLUE)] {
        for (x, estimate) in curve {
            chart.draw_series([PathElement::new([(*x, estimate.low), (*x, estimate.high)], color.stroke_width(2))])?;
        }
    }
    let line = |curve: &[(f64, Estimate)]| -> Vec<_> { curve.iter().map(|(x, y)| (*x, y.value)).collect() };
    chart.draw_series(DashedLineSeries::new(line(&acc1), 8, 4, VERMILION.stroke_width(2)))?;
    chart.draw_series(LineSeries::new(line(&top1), BLUE.stroke_width(2)))?;
    if let Some((_, parts)) = thinned.split_last().filter(|(_, parts)| !parts.is_empty()) {
        chart.draw_series(LineSeries::new(thinned.clone(), BLUE.stroke_width(1)))?;
        chart.draw_series(parts.iter().map(|at| Circle::new(*at, 6, BLUE.stroke_width(2))))?;
    }
    chart.draw_series(line(&acc1).into_iter().map(|place| TriangleMarker::new(place, 8, VERMILION.filled())))?;
    chart.draw_series(line(&top1).into_iter().map(|place| Circle::new(place, 6, BLUE.filled())))?;
    Ok(())
}

fn draw_key(key: &Canvas<'_>) -> Drawn {
    let name = text(15, INK, HPos::Left, VPos::Center);
    key.draw(&Circle::new((28, 16), 6, BLUE.filled()))?;
    key.draw(&Text::new("top1: a primary cluster first", (42, 16), name.clone()))?;
    key.draw(&TriangleMarker::new((280, 17), 8, VERMILION.filled()))?;
    key.draw(&Text::new("acc1: a primary or an acceptable cluster first", (294, 16), name))
}
