//! `cargo xtask crash`: a receiver and a payer that are killed, and what is left of it.

mod base;
mod book;
mod callback;
mod figures;
mod front;
mod kills;
mod later;
mod part;
mod payer;
mod postgres;
mod providers;
mod receiver;
#[cfg(test)]
mod tests;
mod till;
mod traffic;
mod work;
mod wrapped;

use std::fmt::Display;

use tokio::runtime::{Builder, Runtime};

use super::interrupt::unless_interrupted;
use super::progress::Progress;
use crate::{complain, say};

use part::{Orders, Program};
use work::Plan;
use wrapped::Wrapped;

/// The command by which this program starts itself as one of the processes.
pub(crate) const PART: &str = "crash-part";

/// How to go about it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How often somebody is killed.
    #[arg(long, value_name = "K", default_value_t = 20)]
    kills: u64,
    /// How many callbacks are sent, three of ten of them repeats.
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..))]
    callbacks: u64,
    /// What the receiver writes into. PostgreSQL is that of `DATABASE_URL`, of which connections are
    /// ended only, else a private server, of which all is killed.
    #[arg(long, value_enum)]
    store: Store,
    /// The same seed gives the same callbacks and kills; what they hit is chance.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    json: bool,
}

/// What the receiver writes into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Store {
    Sqlite,
    Postgres,
}

/// Runs it; gives the exit code: 1 if a figure is not held.
///
/// # Errors
/// What kept it from being done.
pub(crate) fn run(arguments: &Arguments) -> Result<u8, String> {
    let Arguments {
        kills,
        callbacks,
        store,
        seed,
        json,
    } = *arguments;
    let plan = Plan {
        kills,
        callbacks,
        store,
        seed,
    };
    let program = Program {
        path: std::env::current_exe().map_err(said)?,
        arguments: vec![PART.into()],
        variables: Vec::new(),
    };
    let progress = Progress::new("kills", kills);
    let work = work::run(plan, program, || progress.add(1));
    let figures = runtime()?.block_on(unless_interrupted(work))?;
    drop(progress);
    let figures = figures.ok_or("there is no PostgreSQL")?;
    if json {
        figures
            .beside
            .lines()
            .iter()
            .for_each(|line| complain(line));
        say(&figures.json()?);
    } else {
        figures.print();
    }
    Ok(u8::from(!figures.are_held()))
}

/// Is one of the processes, until it is killed.
///
/// # Errors
/// What made it end.
pub(crate) fn part() -> Result<u8, String> {
    be_a_part(Wrapped::NOT).map(|()| 0)
}

fn be_a_part(wrapped: Wrapped) -> Result<(), String> {
    match part::orders()? {
        Orders::Receiver { place } => runtime()?.block_on(receiver::serve(place, wrapped)),
        Orders::Payer { place, accounts } => payer::pay(&place, &accounts, wrapped),
    }
}

fn runtime() -> Result<Runtime, String> {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().map_err(said)
}

/// What went wrong, as text.
fn said(error: impl Display) -> String {
    error.to_string()
}
