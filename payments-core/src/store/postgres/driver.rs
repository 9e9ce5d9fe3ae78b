//! The thread that drives connections to PostgreSQL, so that any other may wait for one.

use std::io;
use std::thread;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// A runtime on a thread of its own. It ends when this is dropped, and its connections with it.
pub(super) struct Driver {
    pub(super) runtime: Handle,
    /// Ends the thread when it is dropped.
    _alive: oneshot::Sender<()>,
}

impl Driver {
    pub(super) fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (alive, gone) = oneshot::channel();
        thread::Builder::new()
            .name("payments-postgres".to_owned())
            .spawn(move || {
                // Nothing is ever sent: it ends when the other end is dropped.
                let _ = runtime.block_on(gone);
            })?;
        Ok(Self {
            runtime: handle,
            _alive: alive,
        })
    }
}
