//! What is stored, where, how long, and how it is deleted.

use maud::{Markup, html};

use crate::onboarding::KeepText;
use crate::speech::Speech;

/// How this desk keeps cases.
pub(in crate::web) struct Keeps<'k> {
    pub(in crate::web) store: &'k str,
    pub(in crate::web) text: KeepText,
    pub(in crate::web) days: Option<u32>,
}

/// The page.
pub(in crate::web) fn privacy(speech: Speech, keeps: &Keeps<'_>) -> Markup {
    let say = |en, da| speech.say(en, da);
    html! {
        h1 { (say("What is kept, and where", "Hvad der gemmes, og hvor")) }
        p { (say(
            "The program runs on this machine and asks nobody else. What you type is scored in memory and forgotten, until you save a decision.",
            "Programmet kører på denne maskine og spørger ingen andre. Det, du skriver, vurderes i hukommelsen og glemmes, indtil du gemmer en beslutning.",
        )) }
        section {
            h2 { (say("A saved case", "En gemt sag")) }
            dl {
                dt { (say("What", "Hvad")) }
                dd {
                    @match keeps.text {
                        KeepText::Full => (say("The text with CPR-like numbers masked, its language, what was suggested with which model and catalogue, what was decided, the note, and a name if one was given.", "Teksten med sløring af tal, der ligner CPR-numre, sproget, hvad der blev foreslået med hvilken model og hvilket katalog, hvad der blev besluttet, noten, og et navn, hvis nogen skrev det.")),
                        KeepText::Hash => (say("Only a fingerprint (SHA-256) of the text and none of its words, besides suggestion and decision. A fingerprint of a short, guessable text can be guessed.", "Kun et fingeraftryk (SHA-256) af teksten og ingen af dens ord, foruden forslag og beslutning. Fingeraftrykket af en kort tekst kan gættes.")),
                    }
                }
                dt { (say("Where", "Hvor")) }
                dd { code { (keeps.store) } }
                dt { (say("How long", "Hvor længe")) }
                dd {
                    @match keeps.days {
                        Some(days) => (speech.fill("{} days, then it is forgotten by itself.", "{} dage, så glemmes den af sig selv.", &[&days.to_string()])),
                        None => (say("Until somebody deletes it. `--retention-days` sets a limit.", "Indtil nogen sletter den. `--retention-days` sætter en grænse.")),
                    }
                }
                dt { (say("Deleting", "Sletning")) }
                dd { (say("“Forget this case” on its page, or `matcher cases delete ID`. The data are overwritten in the file.", "“Glem denne sag” på sagens side, eller `matcher cases delete ID`. Data overskrives i filen.")) }
                dt { (say("Lists", "Lister")) }
                dd { (say("Kept in a folder beside the file of cases for an hour, or until the program ends.", "Ligger i en mappe ved siden af filen med sager i en time, eller til programmet slutter.")) }
            }
        }
        section {
            h2 { (say("Draft of a notice", "Udkast til oplysningstekst")) }
            p .hint { (say("For the company across the table. Have it read by whoever is responsible for data protection with you.", "Til virksomheden på den anden side af bordet. Lad jeres databeskyttelsesansvarlige læse den.")) }
            (notice(speech.is_danish()))
            p .hint { (say("In Danish:", "På engelsk:")) }
            (notice(!speech.is_danish()))
        }
    }
}

fn notice(danish: bool) -> Markup {
    html! {
        blockquote .read lang=(if danish { "da" } else { "en" }) {
            @if danish {
                "Vi bruger et program til at foreslå, hvilken national klynge der passer til jer. Vi gemmer jeres beskrivelse af virksomheden, forslaget og vores beslutning på vores egen computer for at kunne følge op. Programmet sender intet videre. En medarbejder beslutter. I kan bede om at se eller få slettet det, vi har gemt."
            } @else {
                "We use a program to suggest which national cluster fits you. We keep your description of the company, the suggestion and our decision on our own computer, to be able to follow up. The program passes nothing on. An employee decides. You may ask to see what we keep, or to have it deleted."
            }
        }
    }
}
