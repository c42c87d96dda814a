//! `matcher serve`: the advisor's desk.

use std::io::{self, Read, Write};
use std::path::Path;

use super::args::{Common, Keep, Serve, Ui};
use super::output::note;
use super::{Outcome, matcher};
use crate::error::{Error, Result};
use crate::onboarding::{KeepText, default_store};
use crate::web::{Settings, serve};

/// A token that can be guessed is none.
const LEAST_TOKEN: usize = 16;

pub(crate) fn run(args: &Serve, common: &Common) -> Result<Outcome> {
    let store = args.store.clone().map_or_else(default_store, Ok)?;
    let settings = Settings {
        listen: args.listen,
        hosts: args.host.clone(),
        token: args.token_file.as_deref().map(token).transpose()?,
        store,
        keep: match args.keep_text {
            Keep::Full => KeepText::Full,
            Keep::Hash => KeepText::Hash,
        },
        retention_days: args.retention_days,
    };
    if !common.quiet {
        tracing_subscriber::fmt()
            .with_writer(io::stderr)
            .with_target(false)
            .with_max_level(tracing::Level::WARN)
            .init();
    }
    let place = settings.store.display().to_string();
    let has_token = settings.token.is_some();
    serve(matcher(common)?, settings, |address| {
        let url = format!("http://{address}");
        // A closed standard output is no reason to end a server.
        writeln!(io::stdout(), "listening on {url}").and_then(|()| io::stdout().flush()).ok();
        let say = match common.ui() {
            Ui::En => format!("matcher: cases are kept in {place}; Ctrl-C ends"),
            Ui::Da => format!("matcher: sager gemmes i {place}; Ctrl-C slutter"),
        };
        note(common, &say);
        if has_token {
            // Not opened from here: other users of the machine could read the token from the browser's command line.
            let say = common.ui().say("open it once with ?token=TOKEN", "åbn den én gang med ?token=TOKEN");
            note(common, &format!("matcher: {say}"));
        } else if !args.no_open && open::that_detached(&url).is_err() {
            note(common, &format!("matcher: no browser could be opened; open {url}"));
        }
    })?;
    Ok(Outcome::Done)
}

/// The first line of a file.
fn token(path: &Path) -> Result<String> {
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(|error| Error::io(path, error))?;
    file.take(4096).read_to_string(&mut text).map_err(|error| Error::io(path, error))?;
    let token = text.lines().next().unwrap_or_default().trim();
    let usable = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if token.len() < LEAST_TOKEN || !token.bytes().all(usable) {
        return Err(Error::usage(format!(
            "the first line has to be a token of at least {LEAST_TOKEN} letters, digits, or -._~"
        ))
        .in_file(path)
        .with_hint("make one with `openssl rand -hex 24`"));
    }
    Ok(token.to_owned())
}
