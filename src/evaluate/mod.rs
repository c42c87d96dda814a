//! How good a ranker is, on profiles whose clusters are known.

mod baselines;
mod charts;
mod estimate;
mod labelled;
mod learning_curve;
mod metrics;
mod mistakes;
mod reliability;
mod report;
mod summary;

pub use baselines::{Ranker, RankerKind};
pub use estimate::Estimate;
pub use labelled::{Labelled, read_labelled};
pub use learning_curve::{Cut, LearningPoint, learning_curve};
pub(crate) use metrics::NAMES;
pub use metrics::{Evaluation, Measures, evaluate};
pub use mistakes::Mistake;
pub use reliability::Bin;
pub use report::report;
