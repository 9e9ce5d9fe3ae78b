//! For tests: a clock that stands still, transports that do what a script says, the tamper suite that
//! every signed callback goes through, the contracts of stores, a PostgreSQL for them, and canaries in
//! whatever must not be printed.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::clock::Clock;
use crate::exchange::Response;

mod canaries;
#[cfg(all(feature = "postgres", unix))]
mod cluster;
mod inbox;
#[cfg(any(feature = "client", feature = "blocking"))]
mod journal;
mod notice;
mod overheard;
#[cfg(all(feature = "client", feature = "blocking"))]
mod rehearsal;
#[cfg(all(feature = "client", feature = "blocking", feature = "sandbox"))]
mod shelf;
#[cfg(all(feature = "client", feature = "blocking", feature = "sandbox"))]
mod stage;
mod tamper;
#[cfg(any(feature = "client", feature = "blocking"))]
mod wiretap;

pub use canaries::{Canaries, Leak};
#[cfg(all(feature = "postgres", unix))]
pub use cluster::Cluster;
pub use inbox::inbox_contract;
#[cfg(any(feature = "client", feature = "blocking"))]
pub use journal::journal_store;
pub use notice::Paid;
pub use overheard::{LEAKY_TARGETS, Overheard, chain};
#[cfg(all(feature = "client", feature = "blocking"))]
pub use rehearsal::{Rehearsal, Wires};
#[cfg(all(feature = "client", feature = "blocking", feature = "sandbox"))]
pub use shelf::PlayedInbox;
#[cfg(all(feature = "client", feature = "blocking", feature = "sandbox"))]
pub use stage::Stage;
pub use tamper::{Tampered, tamper};
#[cfg(any(feature = "client", feature = "blocking"))]
pub use wiretap::Wiretap;

/// A clock that moves only when it is told to, or slept on.
#[derive(Clone, Debug, Default)]
pub struct FixedClock {
    elapsed: Arc<Mutex<Duration>>,
}

impl FixedClock {
    /// A clock at 1970-01-01 UTC.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves it on.
    pub fn advance(&self, duration: Duration) {
        let mut elapsed = self.elapsed.lock().unwrap_or_else(PoisonError::into_inner);
        *elapsed = elapsed.saturating_add(duration);
    }
}

impl Clock for FixedClock {
    fn monotonic(&self) -> Duration {
        *self.elapsed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
            .checked_add(self.monotonic())
            .unwrap_or(SystemTime::UNIX_EPOCH)
    }

    #[cfg(feature = "client")]
    fn sleep(
        &self,
        duration: Duration,
    ) -> std::pin::Pin<Box<dyn std::future::Future<Output = ()> + Send + '_>> {
        self.advance(duration);
        Box::pin(std::future::ready(()))
    }

    fn sleep_blocking(&self, duration: Duration) {
        self.advance(duration);
    }
}

/// What a scripted transport does with one request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Act {
    /// Answers.
    Answer(Response),
    /// Fails before the request leaves.
    NotSent,
    /// Fails when the request may have arrived.
    Cut,
    /// Never answers. A blocking transport fails as if in time.
    Hang,
}

impl Act {
    /// Answers 200 with this JSON.
    #[must_use]
    pub fn json(body: &str) -> Self {
        Self::status(200, body)
    }

    /// Answers with this status and JSON.
    #[must_use]
    pub fn status(status: u16, body: &str) -> Self {
        Self::Answer(json_response(status, body))
    }
}

/// A JSON response with this status.
#[must_use]
pub fn json_response(status: u16, body: &str) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    Response::new(
        StatusCode::from_u16(status).unwrap_or(StatusCode::OK),
        headers,
        body.as_bytes().to_vec(),
    )
}

/// A transport that does what its script says, in order, and remembers what it was given. A script
/// that is at its end fails every request as not sent.
#[derive(Clone, Default)]
pub struct ScriptedTransport {
    inner: Arc<Mutex<Script>>,
}

#[derive(Default)]
struct Script {
    acts: VecDeque<Act>,
    routed: Vec<(String, Act)>,
    seen: Vec<http::Request<Bytes>>,
}

impl ScriptedTransport {
    /// A transport that does these things, one a request.
    #[must_use]
    pub fn new(acts: impl IntoIterator<Item = Act>) -> Self {
        let transport = Self::default();
        transport.lock().acts.extend(acts);
        transport
    }

    /// The same, but always doing `act` for requests to `path`, outside the order.
    #[must_use]
    pub fn always(self, path: impl Into<String>, act: Act) -> Self {
        self.lock().routed.push((path.into(), act));
        self
    }

    /// Adds to the end of the script.
    pub fn then(&self, act: Act) {
        self.lock().acts.push_back(act);
    }

    /// The requests so far.
    #[must_use]
    pub fn seen(&self) -> Vec<http::Request<Bytes>> {
        self.lock().seen.clone()
    }

    /// How many requests to this path there were.
    #[must_use]
    pub fn count(&self, path: &str) -> usize {
        self.lock()
            .seen
            .iter()
            .filter(|request| request.uri().path() == path)
            .count()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Script> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(any(feature = "client", feature = "blocking"))]
    fn next(&self, request: http::Request<Bytes>) -> Act {
        let mut script = self.lock();
        let routed = script
            .routed
            .iter()
            .find(|(path, _)| request.uri().path() == path)
            .map(|(_, act)| act.clone());
        script.seen.push(request);
        routed.unwrap_or_else(|| script.acts.pop_front().unwrap_or(Act::NotSent))
    }
}

impl fmt::Debug for ScriptedTransport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "ScriptedTransport({} seen)", self.lock().seen.len())
    }
}

#[cfg(any(feature = "client", feature = "blocking"))]
fn perform(act: Act) -> Option<Result<Response, crate::client::SendError>> {
    use crate::client::SendError;
    match act {
        Act::Answer(response) => Some(Ok(response)),
        Act::NotSent => Some(Err(SendError::not_sent("the script says so", None))),
        Act::Cut => Some(Err(SendError::maybe_sent("the script says so", None))),
        Act::Hang => None,
    }
}

#[cfg(feature = "client")]
#[async_trait::async_trait]
impl crate::client::Transport for ScriptedTransport {
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<Response, crate::client::SendError> {
        let act = self.next(request);
        // A real transport never answers at once; whoever holds a lock meanwhile shows it here.
        tokio::task::yield_now().await;
        match perform(act) {
            Some(result) => result,
            None => std::future::pending().await,
        }
    }
}

#[cfg(feature = "blocking")]
impl crate::client::BlockingTransport for ScriptedTransport {
    fn send(&self, request: http::Request<Bytes>) -> Result<Response, crate::client::SendError> {
        perform(self.next(request)).unwrap_or_else(|| {
            Err(crate::client::SendError::maybe_sent(
                "no answer in time",
                None,
            ))
        })
    }
}
