//! The SQLite file with the cases. What was acknowledged survives a crash; what was forgotten leaves no bytes behind.

mod lock;
mod open;
mod rows;

use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

pub use self::lock::ServerLock;
pub use self::open::default_store;
use self::open::failure;
use self::rows::case;
use super::case::{Case, moment};
use crate::error::{Error, Result};
use crate::matcher::Verdict;

/// What a look-up of cases reads.
const COLUMNS: &str = "id, created_at, text, text_sha256, language, verdict, suggestions, none_probability, model, \
                       catalogue_version, cluster, note, decided_by, masked, margin";

/// The file with the cases, open.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
    /// Something was deleted and its traces may still be there.
    traces: bool,
}

/// Which cases to list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// Words that have to stand somewhere in the text, the note, the decision or the id; upper and lower case alike.
    pub query: Option<String>,
    /// What the ranking amounted to.
    pub verdict: Option<Verdict>,
    /// What comes first.
    pub order: Order,
    /// How many at most; 0 for all.
    pub limit: usize,
    /// Go on after the page that gave this cursor.
    pub after: Option<String>,
}

/// What comes first in a list of cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// The newest case.
    #[default]
    Newest,
    /// The one whose two best clusters were closest.
    Doubtful,
}

/// Some cases, and where the others start.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The cases.
    pub cases: Vec<Case>,
    /// The cursor for [`Filter::after`], if there are more.
    pub next: Option<String>,
}

impl Store {
    /// Keeps a case. When this returns, it is on the disk.
    ///
    /// # Errors
    /// If it cannot be written: the disk is full, or another program does not let go of the file.
    pub fn add(&self, case: &Case) -> Result<()> {
        let suggestions = serde_json::to_string(&case.suggestions).map_err(io::Error::from)?;
        let insert = "INSERT INTO cases (id, created_at, text, text_sha256, language, verdict, suggestions, \
                      none_probability, model, catalogue_version, cluster, note, decided_by, masked, margin) \
                      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
        let mut statement = self.connection.prepare_cached(insert).map_err(|error| self.failure(error))?;
        let decision = &case.decision;
        let added = statement.execute(params![
            case.id,
            case.created_at,
            case.text,
            case.text_sha256,
            case.language.code(),
            case.verdict.code(),
            suggestions,
            case.none_probability,
            case.model,
            case.catalogue_version,
            decision.cluster,
            decision.note,
            decision.by,
            case.masked,
            case.margin(),
        ]);
        added.map(|_| ()).map_err(|error| self.failure(error))
    }

    /// The case with this id.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn get(&self, id: &str) -> Result<Option<Case>> {
        let select = format!("SELECT {COLUMNS} FROM cases WHERE id = ?1");
        let mut statement = self.connection.prepare_cached(&select).map_err(|error| self.failure(error))?;
        statement.query_row([id], case).optional().map_err(|error| self.failure(error))
    }

    /// Cases in the order that is asked for.
    ///
    /// # Errors
    /// If the file cannot be read, or the cursor is none that a page gave.
    pub fn list(&self, filter: &Filter) -> Result<Page> {
        let (after_margin, after_id) = match (&filter.after, filter.order) {
            (None, _) => (None, None),
            (Some(cursor), Order::Newest) => (None, Some(cursor.as_str())),
            (Some(cursor), Order::Doubtful) => {
                let parts = cursor.split_once('_').and_then(|(margin, id)| Some((margin.parse::<f64>().ok()?, id)));
                let (margin, id) = parts
                    .filter(|(margin, _)| margin.is_finite())
                    .ok_or_else(|| Error::usage("no page of this order gave this cursor").in_column("after"))?;
                (Some(margin), Some(id))
            }
        };
        let (after, order) = match filter.order {
            Order::Newest => ("(?3 IS NULL OR id < ?3) AND ?4 IS NULL", "id DESC"),
            Order::Doubtful => ("(?4 IS NULL OR (margin, id) > (?4, ?3))", "margin, id"),
        };
        let select = format!(
            "SELECT {COLUMNS} FROM cases WHERE (?1 IS NULL OR verdict = ?1) AND (?2 IS NULL OR instr(lowercase( \
             concat_ws(char(10), text, note, decided_by, coalesce(cluster, 'none'), id)), ?2) > 0) \
             AND {after} ORDER BY {order} LIMIT ?5"
        );
        let query = filter.query.as_ref().map(|query| query.trim().to_lowercase()).filter(|query| !query.is_empty());
        let one_more = if filter.limit == 0 { -1 } else { i64::try_from(filter.limit).unwrap_or(i64::MAX - 1) + 1 };
        let wanted = params![filter.verdict.map(Verdict::code), query, after_id, after_margin, one_more];
        let read = || -> rusqlite::Result<Vec<Case>> {
            self.connection.prepare_cached(&select)?.query_map(wanted, case)?.collect()
        };
        let mut cases = read().map_err(|error| self.failure(error))?;
        let more = filter.limit > 0 && cases.len() > filter.limit;
        cases.truncate(if more { filter.limit } else { cases.len() });
        let next = cases.last().filter(|_| more).map(|last| match filter.order {
            Order::Newest => last.id.clone(),
            Order::Doubtful => format!("{}_{}", last.margin(), last.id),
        });
        Ok(Page { cases, next })
    }

    /// Forgets a case for real: its bytes are overwritten, and gone from the log too. Returns whether it was there.
    ///
    /// # Errors
    /// If the file cannot be written, or another program reads it so long that traces would stay.
    pub fn forget(&mut self, id: &str) -> Result<bool> {
        let deleted = self.connection.execute("DELETE FROM cases WHERE id = ?1", [id]);
        let deleted = deleted.map_err(|error| self.failure(error))?;
        self.traces |= deleted > 0;
        self.scrub()?;
        Ok(deleted > 0)
    }

    /// Forgets all cases decided before that moment, and returns how many they were.
    ///
    /// # Errors
    /// As [`Store::forget`].
    pub fn forget_before(&mut self, time: Timestamp) -> Result<usize> {
        let deleted = self.connection.execute("DELETE FROM cases WHERE created_at < ?1", [moment(time)]);
        let deleted = deleted.map_err(|error| self.failure(error))?;
        self.traces |= deleted > 0;
        self.scrub()?;
        Ok(deleted)
    }

    /// Whether the file still answers.
    ///
    /// # Errors
    /// If it does not.
    pub fn probe(&self) -> Result<()> {
        let read = self.connection.query_row("SELECT count(*) FROM (SELECT 1 FROM cases LIMIT 1)", [], |_| Ok(()));
        read.map_err(|error| self.failure(error))
    }

    /// The file in which the cases are.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// If something was deleted: rewrites the file without it, since moved rows leave copies in unused parts of pages,
    /// and empties the log. What could not be done is tried again by the next call.
    ///
    /// # Errors
    /// As [`Store::forget`].
    pub fn scrub(&mut self) -> Result<()> {
        if !self.traces {
            return Ok(());
        }
        self.connection.execute_batch("VACUUM").map_err(|error| self.failure(error))?;
        let emptied = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
        if emptied.map_err(|error| self.failure(error))? != 0 {
            let busy = io::Error::new(io::ErrorKind::ResourceBusy, "another program is reading the file");
            return Err(Error::io(&self.path, busy)
                .with_hint("the case is deleted; its traces go when that program ends and a case is deleted or the server looks again"));
        }
        self.traces = false;
        Ok(())
    }

    fn failure(&self, error: rusqlite::Error) -> Error {
        failure(&self.path, error)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::error::ErrorKind;
    use crate::matcher::{Matcher, Scratch};
    use crate::onboarding::{Decision, KeepText, NewCase};
    use crate::text::LanguageHint;

    #[test]
    fn a_full_disk_is_told_and_costs_no_case_that_was_answered() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("cases.sqlite3")).unwrap();
        store.connection.pragma_update_and_check(None, "max_page_count", 30, |_| Ok(())).unwrap();
        let matcher = Matcher::embedded().unwrap();
        let mut kept = 0;
        let error = loop {
            let new =
                NewCase { text: "rederi ".repeat(500), language: LanguageHint::Auto, decision: Decision::default() };
            let case = Case::decide(&matcher, &mut Scratch::default(), new, KeepText::Full).unwrap();
            match store.add(&case) {
                Ok(()) => kept += 1,
                Err(error) => break error,
            }
        };
        assert!(matches!(error.kind(), ErrorKind::Io(io) if io.kind() == io::ErrorKind::StorageFull), "{error:?}");
        assert!(error.hint().is_some());
        assert!(kept > 3);
        assert_eq!(store.list(&Filter::default()).unwrap().cases.len(), kept);
    }

    /// The files as they stand when the program is killed after a deletion, and before its traces are gone.
    #[test]
    fn traces_that_a_killed_program_left_go_when_the_file_is_opened() {
        let dir = tempfile::tempdir().unwrap();
        let (path, copy) = (dir.path().join("cases.sqlite3"), dir.path().join("copy.sqlite3"));
        let store = Store::open(&path).unwrap();
        let matcher = Matcher::embedded().unwrap();
        let text = "hemmelig rederi".to_owned();
        let new = NewCase { text, language: LanguageHint::Auto, decision: Decision::default() };
        store.add(&Case::decide(&matcher, &mut Scratch::default(), new, KeepText::Full).unwrap()).unwrap();
        store.connection.execute("DELETE FROM cases", []).unwrap();
        let wal = |path: &Path| PathBuf::from(format!("{}-wal", path.display()));
        std::fs::copy(&path, &copy).unwrap();
        std::fs::copy(wal(&path), wal(&copy)).unwrap();
        let holds = |path: &Path| {
            let bytes = std::fs::read(path).unwrap_or_default();
            bytes.windows(8).any(|window| window == b"hemmelig")
        };
        assert!(holds(&wal(&copy)));
        let opened = Store::open(&copy).unwrap();
        assert!(!holds(&wal(&copy)) && !holds(&copy));
        assert!(opened.list(&Filter::default()).unwrap().cases.is_empty());
    }

    #[test]
    fn a_store_that_somebody_else_writes_to_is_busy() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cases.sqlite3");
        let (mut store, other) = (Store::open(&path).unwrap(), Store::open_existing(&path).unwrap());
        store.connection.busy_timeout(Duration::from_millis(10)).unwrap();
        other.connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        let error = store.forget_before(Timestamp::now()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Io(io) if io.kind() == io::ErrorKind::ResourceBusy), "{error:?}");
    }
}
