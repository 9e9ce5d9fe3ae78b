//! `cargo xtask bench`: the figures to hold, each against its floor in the same run.

use clap::ValueEnum as _;
use serde::Serialize;

use super::progress;
use crate::say;

mod accepts;
mod calls;
pub(crate) mod cards;
mod money;
mod outage;
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
    /// Measure nothing but this; may be given several times.
    #[arg(long, value_enum)]
    pub(crate) only: Vec<Part>,
}

/// What is measured, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// Building and verifying signatures of messages.
    Signatures,
    /// Signatures over a whole request.
    Requests,
    /// Amounts.
    Money,
    /// Decrypting a card.
    Cards,
    /// What a call costs.
    Calls,
    /// Taking callbacks in on SQLite.
    Accepts,
    /// Working callbacks off on PostgreSQL.
    Workers,
    /// A provider that is down for a while.
    Outage,
}

impl Part {
    fn rows(self) -> Result<Vec<row::Row>, String> {
        match self {
            Self::Signatures => signatures::rows(),
            Self::Requests => requests::rows(),
            Self::Money => money::rows(),
            Self::Cards => Ok(vec![cards::row()?]),
            Self::Calls => Ok(vec![calls::row()?]),
            Self::Accepts => accepts::rows(),
            Self::Workers => Ok(workers::row()?.into_iter().collect()),
            Self::Outage => outage::rows(),
        }
    }
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
    let Arguments { json, only } = arguments;
    if cfg!(debug_assertions) {
        return Err("figures of a debug build say nothing: run `cargo xtask bench`".to_owned());
    }
    let wanted = |part: &&Part| only.is_empty() || only.contains(*part);
    let chosen: Vec<&Part> = Part::value_variants().iter().filter(wanted).collect();
    let parts = progress::parts(u64::try_from(chosen.len()).unwrap_or(0));
    let mut rows = Vec::new();
    for part in chosen {
        rows.extend(parts.done(part.rows()?));
    }
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
