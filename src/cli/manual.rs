//! `matcher completions` and `matcher man`: written from the same definition that parses the command line.

use std::io::{self, Write};

use clap::CommandFactory;

use super::Outcome;
use super::args::{Cli, Completions};
use crate::error::Result;

pub(crate) fn completions(args: &Completions) -> Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "matcher", &mut script);
    print(&script)
}

pub(crate) fn man() -> Result<Outcome> {
    let mut pages = Vec::new();
    let command = Cli::command();
    clap_mangen::Man::new(command.clone()).render(&mut pages)?;
    for subcommand in command.get_subcommands() {
        let name = format!("matcher-{}", subcommand.get_name());
        clap_mangen::Man::new(subcommand.clone()).title(name).render(&mut pages)?;
    }
    print(&pages)
}

fn print(bytes: &[u8]) -> Result<Outcome> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()?;
    Ok(Outcome::Done)
}
