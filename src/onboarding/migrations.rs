//! The tables, and how a file of an earlier version becomes one of this.

use rusqlite::{Connection, TransactionBehavior};

/// Tells our files from other SQLite files: "mtch".
pub(crate) const APPLICATION_ID: i64 = 0x6d74_6368;

/// What each version adds to the one before; the file's `user_version` counts how many it has.
const MIGRATIONS: [&str; 1] = ["
    CREATE TABLE cases (
        id TEXT PRIMARY KEY,
        created_at TEXT NOT NULL,
        text TEXT,
        text_sha256 TEXT NOT NULL,
        language TEXT NOT NULL,
        verdict TEXT NOT NULL,
        margin REAL NOT NULL,
        suggestions TEXT NOT NULL,
        none_probability REAL,
        model TEXT NOT NULL,
        catalogue_version TEXT NOT NULL,
        cluster TEXT,
        note TEXT,
        decided_by TEXT,
        masked INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX cases_by_margin ON cases (margin, id);
    CREATE INDEX cases_by_time ON cases (created_at);
"];

/// The version that this program writes.
pub(crate) const VERSION: i64 = 1;
const _: () = assert!(MIGRATIONS.len() == 1, "VERSION counts the migrations");

/// Brings the tables up to [`VERSION`], all or nothing.
pub(crate) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    for migration in MIGRATIONS.iter().skip(usize::try_from(version).unwrap_or(0)) {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}
