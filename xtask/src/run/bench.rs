//! `cargo xtask bench`: the figures to hold.

/// How to go about it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Print one JSON object instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Runs it; gives the exit code.
///
/// # Errors
/// What went wrong.
pub(crate) fn run(arguments: &Arguments) -> Result<u8, String> {
    let Arguments { json } = arguments;
    Err(format!("`bench` is not built yet (json: {json})"))
}
