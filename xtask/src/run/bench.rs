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
    let parts = progress::parts(7);
    let mut rows = parts.done(signatures::rows()?);
    rows.extend(parts.done(requests::rows()?));
    rows.extend(parts.done(money::rows()?));
    rows.push(parts.done(cards::row()?));
    rows.push(parts.done(calls::row()?));
    rows.push(parts.done(accepts::row()?));
    rows.extend(parts.done(workers::row()?));
    drop(parts);
    let code = row::code(&rows);
    if *json {
        let figures = Figures { rows };
        say(&serde_json::to_string(&figures).map_err(|error| error.to_string())?);
    } else {
        row::print(&rows);
    }
    Ok(code)
}
