//! A page's language: the phrases stand in both, side by side so that neither is forgotten.

use jiff::civil::Date;

use crate::text::Language;

/// Speaks Danish if asked to, and else English.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Speech(pub(crate) Language);

impl Speech {
    pub(crate) fn is_danish(self) -> bool {
        self.0 == Language::Da
    }

    pub(crate) fn code(self) -> &'static str {
        self.say("en", "da")
    }

    /// The phrase in this language.
    pub(crate) fn say<'p>(self, en: &'p str, da: &'p str) -> &'p str {
        if self.is_danish() { da } else { en }
    }

    /// The phrase with numbers or names in place of each `{}`.
    pub(crate) fn fill(self, en: &str, da: &str, values: &[&str]) -> String {
        let mut parts = self.say(en, da).split("{}");
        let mut text = parts.next().unwrap_or_default().to_owned();
        for (part, value) in parts.zip(values) {
            text.push_str(value);
            text.push_str(part);
        }
        text
    }

    pub(crate) fn date(self, day: Date) -> String {
        const ENGLISH: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        const DANISH: [&str; 12] = [
            "januar",
            "februar",
            "marts",
            "april",
            "maj",
            "juni",
            "juli",
            "august",
            "september",
            "oktober",
            "november",
            "december",
        ];
        let month = usize::from(day.month().unsigned_abs()) - 1;
        if self.is_danish() {
            format!("{}. {} {}", day.day(), DANISH[month], day.year())
        } else {
            format!("{} {} {}", day.day(), ENGLISH[month], day.year())
        }
    }

    /// `A, B and C`.
    pub(crate) fn list(self, items: &[String]) -> String {
        match items {
            [] => String::new(),
            [one] => one.clone(),
            [firsts @ .., last] => format!("{} {} {last}", firsts.join(", "), self.say("and", "og")),
        }
    }
}

/// A number as people read it, in groups of three.
pub(crate) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push('\u{a0}');
        }
        grouped.push(digit);
    }
    grouped
}

/// A share as people write it: `83 %`. What is not all or nothing never says so.
pub(crate) fn percent(share: f64) -> String {
    match share {
        share if share > 0.0 && share < 0.005 => "<1\u{a0}%".to_owned(),
        share if share > 0.995 && share < 1.0 => ">99\u{a0}%".to_owned(),
        share => format!("{}\u{a0}%", (share * 100.0).round()),
    }
}
