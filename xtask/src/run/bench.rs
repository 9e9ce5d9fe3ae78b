//! `cargo xtask bench`: the figures to hold, each against its floor in the same run.

use serde::Serialize;

use super::progress;
use crate::say;

mod accepts;
mod calls;
pub(crate) mod cards;
mod money;
mod pace;
mod requests;
pub(crate) mod row;
mod signatures;
mod typical;
mod workers;

/// How to go about it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Print one JSON object instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Serialize)]
struct Figures {
    rows: Vec<row::Row>,
}

/// Runs it; gives the exit code.
///
/// # Errors
/// What went wrong.
pub(crate) fn run(arguments: &Arguments) -> Result<u8, String> {
    let Arguments { json } = arguments;
    if cfg!(debug_assertions) {
        return Err("figures of a debug build say nothing: run `cargo xtask bench`".to_owned());
    }
    let mut rows = signatures::rows()?;
    rows.extend(requests::rows()?);
    rows.extend(money::rows()?);
    rows.push(cards::row()?);
    rows.push(calls::row()?);
    rows.push(accepts::row()?);
    rows.extend(workers::row()?);
    progress::no_more();
    let code = row::code(&rows);
    if *json {
        let figures = Figures { rows };
        say(&serde_json::to_string(&figures).map_err(|error| error.to_string())?);
    } else {
        row::print(&rows);
    }
    Ok(code)
}
