//! How good a ranker is, on profiles whose clusters are known.

mod baselines;
mod labelled;
mod metrics;

pub use baselines::{Ranker, RankerKind};
pub use labelled::{Labelled, read_labelled};
pub(crate) use metrics::NAMES;
pub use metrics::{Estimate, Evaluation, Measures, evaluate};
