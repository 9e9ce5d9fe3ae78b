//! `cargo xtask faults`: every call that is not a read, of every provider, under every fault.

mod act;
mod caller;
mod figures;
mod kind;
mod lane;
mod mobilepay;
mod mocasa;
mod mocopay;
mod moka;
mod momo;
mod record;
mod shop;
#[cfg(test)]
mod tests;
mod work;

use std::path::PathBuf;

use super::progress::Progress;
use crate::say;

use figures::Figures;
use work::{Plan, Wrapped};

/// How to go about it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How many calls go wrong.
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = clap::value_parser!(u64).range(1..))]
    ops: u64,
    /// The same seed gives the same calls, faults and answers.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    json: bool,
    /// Write the trace there, a line for each call.
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
}

/// Runs it; gives the exit code: 1 if a figure is not held.
///
/// # Errors
/// What kept a call from going wrong as it was to.
pub(crate) fn run(arguments: &Arguments) -> Result<u8, String> {
    let Arguments {
        ops,
        seed,
        json,
        ref trace,
    } = *arguments;
    let plan = Plan { ops, seed };
    let progress = Progress::new("calls", ops);
    let records = work::run(plan, Wrapped::NOT, |count| progress.add(count))?;
    drop(progress);
    if let Some(file) = trace {
        std::fs::write(file, figures::trace(&records))
            .map_err(|error| format!("{}: cannot be written: {error}", file.display()))?;
    }
    let figures = Figures::of(&records);
    if json {
        say(&figures.json()?);
    } else {
        figures.print();
    }
    Ok(u8::from(!figures.are_held()))
}
