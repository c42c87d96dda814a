//! The reliability diagram: how often answers are right beside how sure they are.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::axis::Axis;
use super::{BLUE, Canvas, Drawn, FAINT, GRID, INK, svg, text};
use crate::error::Result;
use crate::evaluate::Bin;
use crate::evaluate::reliability::BINS;

/// Radius of the bin with the most texts, in pixels.
const LARGEST: f64 = 17.0;

/// Normal quantile of a 95% interval.
const Z: f64 = 1.96;

/// A dot for each bin: mean confidence across, share right upwards.
pub(in crate::evaluate) fn reliability_chart(bins: &[Bin]) -> Result<String> {
    let captions = [
        "Each dot is one of 15 bins of confidence; its area, and the figure above it, is the number of texts.",
        "Bars are 95% intervals (Wilson). On the diagonal, answers are right as often as they are sure.",
    ];
    svg("Reliability: are answers as often right as they are sure?", &captions, (720, 720), |canvas| draw(canvas, bins))
}

fn draw(canvas: &Canvas<'_>, bins: &[Bin]) -> Drawn {
    let ticks: Vec<f64> = (0..=5).map(|fifth| f64::from(fifth) / 5.0).collect();
    // The numbers of texts stand in the room above 1.
    let mut chart = ChartBuilder::on(canvas)
        .margin(20)
        .margin_top(6)
        .x_label_area_size(48)
        .y_label_area_size(58)
        .build_cartesian_2d(Axis::new(-0.02..1.03, ticks.clone()), Axis::new(-0.02..1.1, ticks))?;
    chart
        .configure_mesh()
        .bold_line_style(GRID)
        .light_line_style(TRANSPARENT)
        .axis_style(INK)
        .x_desc("confidence: mean probability of the most probable answer")
        .y_desc("share of these answers that is right")
        .x_label_formatter(&|x| format!("{x:.1}"))
        .y_label_formatter(&|y| format!("{y:.1}"))
        .label_style(text(15, INK, HPos::Left, VPos::Top))
        .axis_desc_style(text(16, INK, HPos::Left, VPos::Top))
        .draw()?;
    chart.draw_series([PathElement::new([(0.0, 0.0), (1.0, 1.0)], FAINT)])?;
    let most = bins.iter().map(|bin| bin.n).max().unwrap_or(1) as f64;
    for bin in bins {
        let (low, high) = wilson(bin.right, bin.n as f64);
        chart.draw_series([PathElement::new([(bin.confidence, low), (bin.confidence, high)], INK.stroke_width(2))])?;
    }
    for bin in bins {
        #[expect(clippy::cast_possible_truncation, reason = "a few pixels")]
        let radius = (LARGEST * (bin.n as f64 / most).sqrt()).round().max(2.0) as i32;
        let place = (bin.confidence, bin.right);
        chart
            .draw_series([Circle::new(place, radius + 1, WHITE.filled()), Circle::new(place, radius, BLUE.filled())])?;
        let number = text(13, INK, HPos::Center, VPos::Center);
        chart.draw_series([Text::new(bin.n.to_string(), (apart(bin.confidence), 1.06), number)])?;
    }
    Ok(())
}

/// Near this confidence, and so near to the middle of its bin that figures of neighbours never meet.
fn apart(confidence: f64) -> f64 {
    let bins = BINS as f64;
    let middle = ((confidence * bins).floor().min(bins - 1.0) + 0.5) / bins;
    confidence.clamp(middle - 0.18 / bins, middle + 0.18 / bins)
}

/// The interval of a share by Wilson's score.
fn wilson(share: f64, n: f64) -> (f64, f64) {
    let middle = share + Z * Z / (2.0 * n);
    let half = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let whole = 1.0 + Z * Z / n;
    (((middle - half) / whole).max(0.0), ((middle + half) / whole).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As in every table of it: 8 of 10 gives 0.490 to 0.943.
    #[test]
    fn an_interval_of_eight_in_ten() {
        let (low, high) = wilson(0.8, 10.0);
        assert!((low - 0.4902).abs() < 1e-3 && (high - 0.9433).abs() < 1e-3, "{low} {high}");
    }
}
