//! What a report says, in both languages, side by side so that neither is forgotten.

use crate::batch::RowErrorKind;
use crate::catalogue::Status;
use crate::matcher::Verdict;
pub(super) use crate::speech::{Speech, number, percent};
use crate::text::Language;

impl Speech {
    pub(super) fn rows(self, count: u64) -> String {
        let noun = if count == 1 { self.say("row", "række") } else { self.say("rows", "rækker") };
        format!("{}\u{a0}{noun}", number(count))
    }

    pub(super) fn verdict(self, verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Fit => self.say("Clear", "Klar"),
            Verdict::Unsure => self.say("In doubt", "I tvivl"),
            Verdict::None => self.say("No cluster fits", "Ingen klynge passer"),
        }
    }

    pub(super) fn verdict_means(self, verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Fit => self.say("One cluster clearly leads.", "Én klynge er klart foran."),
            Verdict::Unsure => self.say("The best candidates are too close.", "De bedste kandidater ligger for tæt."),
            Verdict::None => self.say("Or the text says too little.", "Eller også siger teksten for lidt."),
        }
    }

    pub(super) fn language(self, language: Language) -> &'static str {
        match language {
            Language::Da => self.say("Danish", "Dansk"),
            Language::En => self.say("English", "Engelsk"),
            Language::Mixed => self.say("Danish and English mixed", "Dansk og engelsk blandet"),
            Language::Other => self.say("Neither of them", "Ingen af dem"),
        }
    }

    pub(super) fn status(self, status: Status) -> &'static str {
        match status {
            Status::Active => self.say("active", "aktiv"),
            Status::Closed => self.say("closed", "lukket"),
            Status::Unconfirmed => self.say("unconfirmed", "ubekræftet"),
            Status::NotYet => self.say("not yet founded", "endnu ikke stiftet"),
        }
    }

    pub(super) fn error(self, kind: RowErrorKind) -> &'static str {
        match kind {
            RowErrorKind::FieldCount => self.say("Wrong number of fields", "Forkert antal felter"),
            RowErrorKind::UnclosedQuote => self.say("Unclosed quote", "Citationstegn, der ikke lukkes"),
            RowErrorKind::TooLong => self.say("Field over the limit", "Felt over grænsen"),
            RowErrorKind::NotText => self.say("Bytes that are no text", "Byte, der ikke er tekst"),
            RowErrorKind::NotJson => self.say("No JSON object", "Ikke et JSON-objekt"),
            RowErrorKind::WrongType => self.say("Value that is no text", "Værdi, der ikke er tekst"),
            RowErrorKind::Empty => self.say("Empty profile", "Tom beskrivelse"),
        }
    }
}

/// A part of a whole, which may be nothing.
pub(super) fn part(count: u64, whole: u64) -> String {
    percent(if whole == 0 { 0.0 } else { count as f64 / whole as f64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_filled_and_counted() {
        let danish = Speech(Language::Da);
        assert_eq!(danish.fill("{} of {}", "{} af {}", &["1", "{}"]), "1 af {}");
        assert_eq!(
            (danish.rows(1), danish.rows(12_345)),
            ("1\u{a0}række".to_owned(), "12\u{a0}345\u{a0}rækker".to_owned())
        );
        assert_eq!(danish.list(&["a".to_owned(), "b".to_owned(), "c".to_owned()]), "a, b og c");
        assert_eq!(danish.date("2026-01-05".parse().expect("a date")), "5. januar 2026");
        assert_eq!(
            (percent(0.001), percent(0.999), part(0, 0)),
            ("<1\u{a0}%".into(), ">99\u{a0}%".into(), "0\u{a0}%".into())
        );
    }
}
