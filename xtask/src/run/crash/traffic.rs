//! The provider's senders: each callback is sent until it is acknowledged.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use tokio::sync::watch;
use tokio::time::sleep;

use super::callback::{Callback, Letter};
use super::said;

/// As many callbacks are under way at once.
pub(super) const SENDERS: usize = 16;

/// After so many tries a sender gives up.
const TRIES: u32 = 1_000;

/// What is sent, and how far it is.
pub(super) struct Traffic {
    callbacks: Vec<Callback>,
    next: AtomicUsize,
    /// Where the receiver is.
    gate: watch::Sender<Option<SocketAddr>>,
    /// Requests under way.
    busy: watch::Sender<usize>,
    /// Callbacks that are acknowledged or given up.
    over: watch::Sender<u64>,
    told: Mutex<Told>,
}

/// What the senders know.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    /// Which of the different callbacks are acknowledged, by their number.
    pub(super) known: Vec<bool>,
    /// Callbacks that are acknowledged, repeats among them.
    pub(super) acknowledged: u64,
    /// How many of the different ones are.
    pub(super) different: u64,
    pub(super) given_up: u64,
    /// Tries after the first.
    pub(super) resent: u64,
}

impl Traffic {
    pub(super) fn new(callbacks: Vec<Callback>) -> Self {
        let told = Told {
            known: vec![false; callbacks.len()],
            ..Told::default()
        };
        Self {
            callbacks,
            next: AtomicUsize::new(0),
            gate: watch::Sender::new(None),
            busy: watch::Sender::new(0),
            over: watch::Sender::new(0),
            told: Mutex::new(told),
        }
    }

    /// Sends all; ends when all is acknowledged or given up.
    ///
    /// # Errors
    /// If there can be no client.
    pub(super) fn begin(self: &Arc<Self>) -> Result<(), String> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(60))
            .build()
            .map_err(said)?;
        for _ in 0..SENDERS {
            let (traffic, client) = (Arc::clone(self), client.clone());
            tokio::spawn(async move { traffic.send_all(&client).await });
        }
        Ok(())
    }

    /// How many callbacks are over.
    pub(super) fn over(&self) -> watch::Receiver<u64> {
        self.over.subscribe()
    }

    /// The receiver is there.
    pub(super) fn open(&self, address: SocketAddr) {
        self.gate.send_replace(Some(address));
    }

    /// The receiver is gone; waits until no request is under way.
    pub(super) async fn close(&self) {
        self.gate.send_replace(None);
        let mut busy = self.busy.subscribe();
        // The sender of what is waited for is part of this.
        busy.wait_for(|busy| *busy == 0).await.ok();
    }

    pub(super) fn told(&self) -> Told {
        self.lock().clone()
    }

    /// How many of the different callbacks are acknowledged.
    pub(super) fn different(&self) -> u64 {
        self.lock().different
    }

    fn lock(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn send_all(&self, client: &reqwest::Client) {
        loop {
            let place = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(callback) = self.callbacks.get(place) else {
                return;
            };
            self.send(client, *callback).await;
            self.over.send_modify(|over| *over = over.saturating_add(1));
        }
    }

    async fn send(&self, client: &reqwest::Client, callback: Callback) {
        let letter = callback.letter();
        let mut gate = self.gate.subscribe();
        for tries in 0..TRIES {
            if tries > 0 {
                let mut told = self.lock();
                told.resent = told.resent.saturating_add(1);
            }
            let address = loop {
                // Counted before the gate is looked at: whoever closes it looks at the count after.
                self.busy.send_modify(|busy| *busy = busy.saturating_add(1));
                let address = *gate.borrow_and_update();
                if let Some(address) = address {
                    break address;
                }
                self.is_idle();
                if gate.wait_for(Option::is_some).await.is_err() {
                    return;
                }
            };
            let answer = post(client, address, &letter).await;
            let is_acknowledged = answer == Some(letter.acknowledgement);
            if is_acknowledged {
                self.lock().acknowledge(callback);
            }
            self.is_idle();
            if is_acknowledged {
                return;
            }
            sleep(Duration::from_millis(u64::from(tries.min(50)))).await;
        }
        let mut told = self.lock();
        told.given_up = told.given_up.saturating_add(1);
    }

    fn is_idle(&self) {
        self.busy.send_modify(|busy| *busy = busy.saturating_sub(1));
    }
}

impl Told {
    fn acknowledge(&mut self, callback: Callback) {
        self.acknowledged = self.acknowledged.saturating_add(1);
        let number = usize::try_from(callback.0).unwrap_or(usize::MAX);
        if let Some(known) = self.known.get_mut(number)
            && !std::mem::replace(known, true)
        {
            self.different = self.different.saturating_add(1);
        }
    }
}

/// The status of the answer, if there is one.
async fn post(client: &reqwest::Client, address: SocketAddr, letter: &Letter) -> Option<u16> {
    let mut request = client
        .post(format!("http://{address}{}", letter.path))
        .header(CONTENT_TYPE, letter.content_type)
        .body(letter.body.clone());
    if let Some(signature) = &letter.signature {
        request = request.header("signature", signature);
    }
    let answer = request.send().await.ok()?;
    Some(answer.status().as_u16())
}
