//! What advisors decided about companies, kept in one SQLite file on their own machine.
//!
//! A [`Case`] holds what was said, suggested and decided; the [`Store`] keeps it until it is told to forget. Numbers
//! that look like a Danish personal number never reach the file: see [`personal_numbers`].

mod case;
mod cpr;
mod export;
mod migrations;
mod store;

pub use self::case::{Case, CaseSuggestion, Decision, KeepText, NewCase};
pub use self::cpr::{masked, personal_numbers};
pub use self::export::{case_columns, case_row};
pub use self::store::{Filter, Order, Page, ServerLock, Store, default_store};
