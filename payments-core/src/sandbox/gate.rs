//! What a sandbox that is started held waits for.

use tokio::sync::watch;

/// Opened once.
pub(super) struct Gate(watch::Sender<bool>);

impl Gate {
    pub(super) fn new(is_open: bool) -> Self {
        Self(watch::Sender::new(is_open))
    }

    /// Lets in those who wait.
    pub(super) fn open(&self) {
        self.0.send_replace(true);
    }

    /// Waits until it is open.
    pub(super) async fn opened(&self) {
        // Its sender is here.
        let _ = self.0.subscribe().wait_for(|is_open| *is_open).await;
    }
}
