//! The files of a report, from which a model card is put together.

use super::charts::{confusion_chart, learning_curve_chart, reliability_chart};
use super::summary::summary;
use super::{Evaluation, LearningPoint};
use crate::error::{Error, Result};
use crate::matcher::Matcher;

/// Names and contents of the files of a report: `summary.md`, which shows the others, `confusion.svg`, `reliability.svg`
/// where the ranker gives probabilities, and `learning-curve.svg` where there are points of it.
///
/// Tables compare all evaluations; charts, splits and wrong answers are those of the first. The same input gives the same
/// bytes.
///
/// # Errors
/// If there is no evaluation, or a chart cannot be drawn.
///
/// ```no_run
/// use matcher::Matcher;
/// use matcher::evaluate::{Ranker, RankerKind, evaluate, read_labelled, report};
///
/// let matcher = Matcher::embedded()?;
/// let texts = read_labelled("data/dev.jsonl".as_ref(), matcher.catalogue())?;
/// let evaluation = evaluate(&mut Ranker::new(RankerKind::Model, &matcher)?, &texts)?;
/// for (name, content) in report(&matcher, &[evaluation], &[])? {
///     std::fs::write(name, content)?;
/// }
/// # Ok::<(), matcher::Error>(())
/// ```
pub fn report(
    matcher: &Matcher,
    evaluations: &[Evaluation],
    curve: &[LearningPoint],
) -> Result<Vec<(&'static str, String)>> {
    let first = evaluations.first().ok_or_else(|| Error::usage("nothing was evaluated that could be reported"))?;
    let clusters = matcher.catalogue().clusters.iter().map(|cluster| cluster.id.as_str());
    let classes: Vec<&str> = clusters.chain(["none"]).collect();
    let mut charts = Vec::new();
    if !first.reliability.is_empty() {
        charts.push(Chart {
            title: "Reliability",
            file: "reliability.svg",
            svg: reliability_chart(&first.reliability)?,
        });
    }
    charts.push(Chart { title: "Confusion", file: "confusion.svg", svg: confusion_chart(&classes, &first.confusion)? });
    if !curve.is_empty() {
        charts.push(Chart { title: "Learning curve", file: "learning-curve.svg", svg: learning_curve_chart(curve)? });
    }
    let mut files = vec![("summary.md", summary(matcher, &classes, evaluations, first, curve, &charts))];
    files.extend(charts.into_iter().map(|chart| (chart.file, chart.svg)));
    Ok(files)
}

/// A drawn chart.
pub(super) struct Chart {
    pub(super) title: &'static str,
    pub(super) file: &'static str,
    svg: String,
}
