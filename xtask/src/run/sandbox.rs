//! `cargo xtask sandbox`: the sandboxes as servers.

/// How to go about it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {}

/// Runs it; gives the exit code.
///
/// # Errors
/// What went wrong.
pub(crate) fn run(_arguments: &Arguments) -> Result<u8, String> {
    Err("`sandbox` is not built yet".to_owned())
}
