//! Ctrl-C in the middle: what was started ends too.

use std::future::Future;

use tokio::signal::unix::{SignalKind, signal};

/// Does the work, unless this process is told to end meanwhile, by Ctrl-C or by SIGTERM. Then the work is
/// dropped, and with it what it started and the files that it made.
///
/// # Errors
/// That of the work; and that it was interrupted.
pub(crate) async fn unless_interrupted<T>(
    work: impl Future<Output = Result<T, String>>,
) -> Result<T, String> {
    let listen = |kind| signal(kind).map_err(|error| format!("no signals: {error}"));
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    tokio::select! {
        done = work => done,
        _ = interrupt.recv() => Err("interrupted".to_owned()),
        _ = terminate.recv() => Err("told to end".to_owned()),
    }
}
