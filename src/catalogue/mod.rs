//! What the clusters are: names, what they cover, where they sit, and since when they exist. Facts with dates and
//! sources, not code: a cluster that closes or is renamed changes `data/clusters.toml` and nothing else.

mod load;

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// All clusters, in the order in which they are listed everywhere.
///
/// ```
/// use matcher::Matcher;
///
/// let matcher = Matcher::embedded()?;
/// let marlog = matcher.catalogue().cluster("marlog").expect("one of the fourteen");
/// assert_eq!(marlog.name.short, "MARLOG");
/// assert!(marlog.status_on("2021-06-01".parse()?).is_active());
/// assert!(!marlog.status_on("2023-06-01".parse()?).is_active());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// The edition, such as `2026.11`.
    pub version: String,
    /// The day on which the facts were last gathered.
    #[serde(deserialize_with = "load::date")]
    pub as_of: Date,
    /// The clusters.
    #[serde(rename = "cluster")]
    pub clusters: Vec<Cluster>,
}

/// One cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    /// Stable short name, used on the command line and in files.
    pub id: String,
    /// Established or fast-growing.
    pub kind: Kind,
    /// Address of its own site.
    pub website: String,
    /// Part of the country of its seat.
    pub region: Region,
    /// Pages that the facts rest on.
    pub sources: Vec<String>,
    /// Name today, or the last one if closed.
    pub name: Name,
    /// Earlier names.
    #[serde(default, rename = "former_name")]
    pub former_names: Vec<FormerName>,
    /// Which trades it covers.
    pub covers: Bilingual,
    /// What a member gets.
    pub offers: Bilingual,
    /// Focus areas, the same in both languages.
    pub focus: Focus,
    /// Where its office is.
    pub seat: Seat,
    /// Its history, oldest first.
    pub status: Vec<Period>,
    /// Where its companies may turn, if it has closed.
    #[serde(default, rename = "alternative")]
    pub alternatives: Vec<Alternative>,
}

/// Established clusters and those named for a young, growing trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A stronghold of Danish business.
    Established,
    /// Appointed for a field that grows fast.
    FastGrowing,
}

/// Part of Denmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Region {
    /// Greater Copenhagen.
    Capital,
    /// The rest of Zealand and the southern isles.
    Zealand,
    /// Funen.
    Funen,
    /// Jutland.
    Jutland,
    /// Not known for sure.
    Unconfirmed,
}

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    /// English.
    pub en: String,
    /// Danish.
    pub da: String,
}

/// The names of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Name {
    /// In English.
    pub en: String,
    /// In Danish.
    pub da: String,
    /// Short, for tables.
    pub short: String,
}

/// A name that the cluster or its root had before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormerName {
    /// The name.
    pub name: String,
    /// Last day of its use, where known.
    #[serde(default, deserialize_with = "load::optional_date", skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// What became of it, in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note_en: Option<String>,
    /// The same in Danish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note_da: Option<String>,
}

/// Focus areas as short phrases; `en[i]` and `da[i]` are the same area.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Focus {
    /// English.
    pub en: Vec<String>,
    /// Danish.
    pub da: Vec<String>,
}

/// How well a fact is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// Read in a source.
    Confirmed,
    /// Read in a source that is years old.
    Dated,
    /// Concluded from other facts.
    Inferred,
    /// Not confirmed.
    Unconfirmed,
}

/// Where a cluster has its office.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seat {
    /// Town, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub town: Option<String>,
    /// Danish postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// Degrees north.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latitude: Option<f64>,
    /// Degrees east.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longitude: Option<f64>,
    /// How well the seat is known.
    pub certainty: Certainty,
    /// What is uncertain about it, in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note_en: Option<String>,
    /// The same in Danish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note_da: Option<String>,
}

/// One stretch of a cluster's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// What it was during that time.
    pub state: Status,
    /// First day.
    #[serde(deserialize_with = "load::date")]
    pub valid_from: Date,
    /// Last day; open if absent.
    #[serde(default, deserialize_with = "load::optional_date", skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Date>,
    /// What happened, in English.
    pub event_en: String,
    /// The same in Danish.
    pub event_da: String,
    /// Where that is written.
    pub source: String,
    /// How well it is known.
    pub certainty: Certainty,
}

/// Whether a cluster can be joined on a given day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It is appointed and at work.
    Active,
    /// It has closed.
    Closed,
    /// Its appointment is not confirmed by a source; nothing says that it closed.
    Unconfirmed,
    /// It did not exist yet.
    NotYet,
}

/// A living cluster for the companies of a closed one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alternative {
    /// Its id.
    pub id: String,
    /// For which of the companies, in English.
    pub reason_en: String,
    /// The same in Danish.
    pub reason_da: String,
}

impl Catalogue {
    /// The cluster with this id.
    ///
    /// ```
    /// let matcher = matcher::Matcher::embedded()?;
    /// assert!(matcher.catalogue().cluster("made").is_some());
    /// assert!(matcher.catalogue().cluster("tourism").is_none());
    /// # Ok::<(), matcher::Error>(())
    /// ```
    pub fn cluster(&self, id: &str) -> Option<&Cluster> {
        self.clusters.iter().find(|cluster| cluster.id == id)
    }
}

impl Cluster {
    /// Its status on a day.
    ///
    /// ```
    /// use matcher::{Matcher, Status};
    ///
    /// let matcher = Matcher::embedded()?;
    /// let marlog = matcher.catalogue().cluster("marlog").expect("one of the fourteen");
    /// assert_eq!(marlog.status_on("2020-01-01".parse()?), Status::NotYet);
    /// assert_eq!(marlog.status_on("2022-04-01".parse()?), Status::Closed);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn status_on(&self, day: Date) -> Status {
        self.period_on(day).map_or(Status::NotYet, |period| period.state)
    }

    /// The stretch of its history that holds a day: the last one that began by then. A gap between two belongs to the
    /// earlier, since nothing is known to have changed.
    ///
    /// ```
    /// let matcher = matcher::Matcher::embedded()?;
    /// let marlog = matcher.catalogue().cluster("marlog").expect("one of the fourteen");
    /// let period = marlog.period_on("2023-06-01".parse()?).expect("it had begun");
    /// assert!(period.event_da.contains("konkurs"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn period_on(&self, day: Date) -> Option<&Period> {
        self.status.iter().rev().find(|period| period.valid_from <= day)
    }
}

impl Status {
    /// Whether it can be recommended without a warning that it has closed.
    ///
    /// ```
    /// assert!(matcher::Status::Unconfirmed.is_active());
    /// assert!(!matcher::Status::Closed.is_active());
    /// ```
    pub fn is_active(self) -> bool {
        matches!(self, Status::Active | Status::Unconfirmed)
    }

    /// The word that output uses.
    ///
    /// ```
    /// assert_eq!(matcher::Status::NotYet.code(), "not-yet");
    /// ```
    pub fn code(self) -> &'static str {
        match self {
            Status::Active => "active",
            Status::Closed => "closed",
            Status::Unconfirmed => "unconfirmed",
            Status::NotYet => "not-yet",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
