//! The command line. clap and the terminal live here and nowhere else; what a command prints goes through `output`.

mod args;
mod batch;
mod clusters;
mod evaluate;
mod manual;
mod output;
mod phrases;
mod profile;
mod progress;
mod suggest;
mod train;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind as ClapErrorKind;

use self::args::{Cli, Command, Common};
use crate::catalogue::Catalogue;
use crate::error::{Error, Result};
use crate::matcher::Matcher;

/// How a run ended, as the exit code tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// 0: done, also when the honest answer is that nothing fits.
    Done,
    /// 1: done, but a row could not be scored or a named threshold was missed.
    Incomplete,
}

/// Runs the program on the arguments it was started with.
pub fn main() -> ExitCode {
    run(std::env::args_os())
}

fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let result = match Cli::try_parse_from(arguments) {
        Ok(cli) => dispatch(&cli),
        Err(error) if matches!(error.kind(), ClapErrorKind::DisplayHelp | ClapErrorKind::DisplayVersion) => {
            io::stdout().write_all(error.render().to_string().as_bytes()).map_err(Error::from).map(|()| Outcome::Done)
        }
        Err(error) => Err(usage(&error)),
    };
    match result {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Incomplete) => ExitCode::from(1),
        Err(error) if error.is_broken_pipe() => ExitCode::SUCCESS,
        Err(error) => {
            report(&error);
            ExitCode::from(2)
        }
    }
}

fn dispatch(cli: &Cli) -> Result<Outcome> {
    let common = &cli.common;
    match &cli.command {
        Command::Suggest(args) => suggest::run(args, common),
        Command::Batch(args) => batch::run(args, common),
        Command::Clusters(args) => clusters::run(args, common),
        Command::Train(args) => train::run(args, common),
        Command::Evaluate(args) => evaluate::run(args, common),
        Command::Completions(args) => manual::completions(args),
        Command::Man => manual::man(),
    }
}

/// The matcher that the common options ask for.
fn matcher(common: &Common) -> Result<Matcher> {
    let matcher = match &common.model {
        Some(path) => Matcher::load(path)?,
        None => Matcher::embedded()?,
    };
    match &common.catalogue {
        Some(path) => matcher.with_catalogue(Catalogue::load(path)?),
        None => Ok(matcher),
    }
}

/// What clap says in a paragraph, as one line and a hint.
fn usage(error: &clap::Error) -> Error {
    let rendered = error.render().to_string();
    let mut lines = rendered.lines().map(str::trim);
    let first: Vec<&str> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
    let message = first.join(" ").trim_start_matches("error: ").to_owned();
    let tip = lines.find_map(|line| line.strip_prefix("tip: ").map(str::to_owned));
    if message.is_empty() || error.kind() == ClapErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return Error::usage("no command given")
            .with_hint("try `matcher suggest \"we build underwater drones\"` or `matcher --help`");
    }
    Error::usage(message).with_hint(tip.unwrap_or_else(|| "`matcher --help` lists commands and options".to_owned()))
}

/// One line for the error, one for the hint. If standard error is gone too, nobody is left to be told.
fn report(error: &Error) {
    let mut stderr = io::stderr().lock();
    let message = error.to_string().replace('\n', " ");
    writeln!(stderr, "matcher: error: {message}").ok();
    if let Some(hint) = error.hint() {
        writeln!(stderr, "hint: {hint}").ok();
    }
}
