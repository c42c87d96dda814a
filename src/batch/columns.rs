//! Which columns hold the profile, and what ours are called.

use crate::error::{Error, Result};

/// Names of columns that hold a profile, in lower case.
const PROFILE_NAMES: [&str; 9] =
    ["profile", "description", "text", "about", "purpose", "beskrivelse", "formål", "tekst", "profil"];

/// Columns named in an error; more would fill the screen.
const LISTED: usize = 20;

/// Places of the columns that hold the profile: those asked for, else the first that is named like one.
pub(crate) fn text_columns(columns: &[String], wanted: &[String]) -> Result<Vec<usize>> {
    if wanted.is_empty() {
        let named = |column: &String| PROFILE_NAMES.contains(&column.trim().to_lowercase().as_str());
        return match columns.iter().position(named) {
            Some(place) => Ok(vec![place]),
            None => Err(Error::usage("no column is named like a profile")
                .with_hint(format!("name it with --text-column; the columns are {}", listing(columns)))),
        };
    }
    let find = |name: &String| {
        let place = columns.iter().position(|column| column == name);
        let folded = || columns.iter().position(|column| column.trim().to_lowercase() == name.trim().to_lowercase());
        place.or_else(folded).ok_or_else(|| {
            Error::usage("this column is missing")
                .in_column(name)
                .with_hint(format!("the columns are {}", listing(columns)))
        })
    };
    wanted.iter().map(find).collect()
}

/// Names of our columns, which may not be names of the input's.
pub(crate) fn ours(columns: &[String], prefix: &str, top: usize) -> Result<Vec<String>> {
    let mut names = vec!["language".to_owned(), "verdict".to_owned()];
    names.extend((1..=top).flat_map(|rank| [format!("cluster_{rank}"), format!("probability_{rank}")]));
    names.extend(["reasons".to_owned(), "error".to_owned()]);
    names.iter_mut().for_each(|name| name.insert_str(0, prefix));
    let taken = |name: &&String| columns.iter().any(|column| column.trim().eq_ignore_ascii_case(name));
    match names.iter().find(taken) {
        None => Ok(names),
        Some(name) => Err(Error::usage("the input has a column of this name already")
            .in_column(name)
            .with_hint(format!("give ours another name, for example with --prefix {prefix}matcher_"))),
    }
}

/// The names with those that occur before told apart by a number, for forms that cannot hold a name twice.
pub(crate) fn distinct(columns: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(columns.len());
    let mut seen = std::collections::HashSet::new();
    for (place, column) in columns.iter().enumerate() {
        let plain = if column.is_empty() { format!("column_{}", place + 1) } else { column.clone() };
        let mut name = plain.clone();
        let mut number = 2;
        while !seen.insert(name.clone()) {
            name = format!("{plain}_{number}");
            number += 1;
        }
        names.push(name);
    }
    names
}

fn listing(columns: &[String]) -> String {
    let mut names: Vec<&str> = columns.iter().take(LISTED).map(String::as_str).collect();
    let more = columns.len().saturating_sub(LISTED);
    let rest = format!("and {more} more");
    if more > 0 {
        names.push(&rest);
    }
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn the_first_profile_column_is_taken() {
        let columns = names(&["cvr", "Navn", " Formål", "description"]);
        assert_eq!(text_columns(&columns, &[]).expect("found"), [2]);
        assert_eq!(text_columns(&columns, &names(&["description", "navn"])).expect("found"), [3, 1]);
        let error = text_columns(&names(&["a", "b"]), &[]).expect_err("none");
        assert!(error.hint().expect("a hint").ends_with("the columns are a, b"));
    }

    #[test]
    fn our_names_collide_with_nothing() {
        let columns = names(&["text", "Language"]);
        assert!(ours(&columns, "", 1).is_err());
        let expected = ["m_language", "m_verdict", "m_cluster_1", "m_probability_1", "m_reasons", "m_error"];
        assert_eq!(ours(&columns, "m_", 1).expect("free"), expected);
        assert_eq!(distinct(&names(&["a", "a", "", "a_2", "a"])), ["a", "a_2", "column_3", "a_2_2", "a_3"]);
    }
}
