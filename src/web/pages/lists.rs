//! A whole list on the desk.

use maud::{Markup, html};
use serde_json::json;

use crate::speech::Speech;

/// The page; `lists.js` sends a list and follows it, or the one with this id.
pub(in crate::web) fn lists(speech: Speech, id: Option<&str>) -> Markup {
    let say = |en, da| speech.say(en, da);
    let words = json!({
        "sending": say("Sending {} …", "Sender {} …"),
        "running": say("{} rows scored, {} of the list.", "{} rækker vurderet, {} af listen."),
        "done": say("Done: {} rows.", "Færdig: {} rækker."),
        "gone": say("This list is no longer here. Choose the file again.", "Listen er her ikke længere. Vælg filen igen."),
        "failed": say("That did not work.", "Det lykkedes ikke."),
        "unreachable": say("The program does not answer. Is it still running?", "Programmet svarer ikke. Kører det stadig?"),
    });
    html! {
        div #lists data-words=(words.to_string()) data-id=[id] {
            h1 { (say("A list of companies", "En liste over virksomheder")) }
            p {
                (say(
                    "A CSV file or an Excel workbook with a column in which each company says what it does. It comes back with suggestions, every row in its place.",
                    "En CSV-fil eller et Excel-ark med en kolonne, hvor hver virksomhed fortæller, hvad den laver. Den kommer tilbage med forslag, hver række på sin plads.",
                ))
            }
            form #upload {
                div .drop #drop {
                    p { label for="file" { (say("Choose a file, or drop it here", "Vælg en fil, eller slip den her")) } }
                    input #file type="file" accept=".csv,.tsv,.txt,.jsonl,.xlsx,.xls,.ods,.parquet";
                }
                p {
                    label for="column" { (say("Column with the text (only if it is not found by itself)", "Kolonne med teksten (kun hvis den ikke findes af sig selv)")) } br;
                    input #column autocomplete="off";
                }
                button { (say("Score the list", "Vurdér listen")) }
            }
            section #state hidden {
                div role="status" aria-live="polite" { p .lead #message {} }
                progress #bar max="1" aria-label=(say("Progress", "Fremdrift")) {}
                p .note.bad #problem hidden role="alert" {}
                p #done hidden {
                    a .button #result href="/lists" { (say("Download the list", "Hent listen")) } " "
                    a .button.plain #report href="/lists" target="_blank" { (say("See the report", "Se rapporten")) }
                }
            }
            p .hint {
                (say(
                    "The list stays on this machine, and is deleted here after an hour or when the program ends.",
                    "Listen bliver på denne maskine og slettes her efter en time, eller når programmet slutter.",
                ))
            }
        }
    }
}
