//! What holds for any text.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may fail")]

use std::sync::LazyLock;

use matcher::text::Words;
use matcher::{Matcher, Options, Scratch};
use proptest::prelude::*;

static MATCHER: LazyLock<Matcher> = LazyLock::new(|| Matcher::embedded().expect("the embedded model"));

/// Prose, markup, and whatever else Unicode has.
fn text() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        "[a-zæøå]{1,12}",
        "[A-ZÆØÅ][a-zæøå]{1,9}",
        Just("<p class='x'>".to_owned()),
        Just("</p>".to_owned()),
        Just("<script>".to_owned()),
        Just("<!--".to_owned()),
        Just("&aring;".to_owned()),
        Just("&".to_owned()),
        Just("-".to_owned()),
        Just("'s".to_owned()),
        Just("drone".to_owned()),
        Just("C++".to_owned()),
        Just("a\u{30a}".to_owned()),
        "\\PC{0,6}",
        ".{0,4}",
    ];
    let separator = prop_oneof![Just(""), Just(" "), Just("\n")];
    prop::collection::vec((pieces, separator), 0..40)
        .prop_map(|pieces| pieces.into_iter().map(|(piece, separator)| piece + separator).collect())
}

fn everything() -> Options {
    Options { top: 0, explain: true, ..Options::default() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn probabilities_add_up_and_the_ranking_is_a_permutation(text in text()) {
        let answer = MATCHER.suggest_with(&mut Scratch::default(), &text, &everything()).unwrap();
        let total: f64 = answer.suggestions.iter().map(|s| s.probability).sum();
        prop_assert!((total + answer.none_probability.unwrap() - 1.0).abs() < 1e-4);
        let mut ranked: Vec<_> = answer.suggestions.iter().map(|s| s.cluster.as_str()).collect();
        ranked.sort_unstable();
        let mut all: Vec<_> = MATCHER.catalogue().clusters.iter().map(|c| c.id.as_str()).collect();
        all.sort_unstable();
        prop_assert_eq!(ranked, all);
        prop_assert!(answer.suggestions.windows(2).all(|pair| pair[0].probability >= pair[1].probability));
    }

    #[test]
    fn reasons_lie_within_the_text_and_add_up(text in text()) {
        let answer = MATCHER.suggest_with(&mut Scratch::default(), &text, &everything()).unwrap();
        for suggestion in &answer.suggestions {
            let explanation = suggestion.explanation.as_ref().unwrap();
            for reason in &explanation.reasons {
                prop_assert_eq!(text.get(reason.start..reason.end), Some(reason.text.as_str()));
                prop_assert!(reason.also.iter().all(|(start, end)| text.get(*start..*end).is_some()));
            }
            let weights: f64 = explanation.reasons.iter().map(|reason| reason.weight).sum();
            let sum = weights + explanation.rest + explanation.intercept;
            prop_assert!((sum - explanation.score).abs() < 1e-4);
        }
    }

    #[test]
    fn what_was_scored_before_never_shows(texts in prop::collection::vec(text(), 1..6)) {
        let mut scratch = Scratch::default();
        for text in &texts {
            let warm = MATCHER.suggest_with(&mut scratch, text, &everything()).unwrap();
            let cold = MATCHER.suggest_with(&mut Scratch::default(), text, &everything()).unwrap();
            prop_assert_eq!(warm, cold);
        }
    }

    #[test]
    fn words_come_in_order_on_character_boundaries(text in text()) {
        let mut words = Words::new(&text);
        let mut end = 0;
        while let Some((word, span)) = words.next_word() {
            prop_assert!(!word.is_empty());
            prop_assert!(span.start >= end && span.end > span.start);
            prop_assert!(text.get(span.clone()).is_some());
            end = span.end;
        }
    }

    #[test]
    fn capitals_do_not_change_a_word(word in "[a-zæøå]{3,20}") {
        let key = |text: &str| Words::new(text).next_word().map(|(word, _)| word.to_owned());
        prop_assert_eq!(key(&word), key(&word.to_uppercase()));
    }
}
