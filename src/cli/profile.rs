//! The text of one profile: from the command line, a file or standard input.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::Path;

use super::args::{Common, Suggest, Ui};
use super::output::note;
use crate::error::{Error, Result};
use crate::matcher::MAX_TEXT_BYTES;

/// Reads the profile that the arguments name.
pub(crate) fn read(args: &Suggest, common: &Common) -> Result<String> {
    if !args.text.is_empty() {
        return Ok(args.text.join(" "));
    }
    match args.file.as_deref() {
        Some(path) if path != Path::new("-") => {
            let file = File::open(path).map_err(|error| Error::io(path, error))?;
            read_text(file).map_err(|error| error.in_file(path))
        }
        _ => {
            if io::stdin().is_terminal() {
                let say = match common.ui() {
                    Ui::En => "Type what the company does; end with Ctrl-D (on Windows Ctrl-Z and Enter).",
                    Ui::Da => "Skriv, hvad virksomheden laver; slut med Ctrl-D (på Windows Ctrl-Z og Enter).",
                };
                note(common, say);
            }
            read_text(io::stdin().lock()).map_err(|error| error.in_file(Path::new("<stdin>")))
        }
    }
}

fn read_text(reader: impl Read) -> Result<String> {
    let mut bytes = Vec::new();
    let one_too_many = MAX_TEXT_BYTES as u64 + 1;
    reader.take(one_too_many).read_to_end(&mut bytes)?;
    if bytes.len() > MAX_TEXT_BYTES {
        return Err(Error::text(format!("the text has more than the {MAX_TEXT_BYTES} bytes that are read"))
            .with_hint("a page or two of what the company does is enough"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let byte = error.as_bytes()[at];
        Error::text(format!("the text is not UTF-8: unexpected byte 0x{byte:02x}"))
            .at_byte(at as u64)
            .with_hint("convert it first, for example with `iconv -f windows-1252 -t utf-8`")
    })
}
