//! A transport that notes what goes through it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use crate::client::SendError;
use crate::exchange::Response;

/// Hands requests on and notes them, headers and bodies included, with what came back: by it a test
/// sees that what must not be printed did travel. Clones note in one place.
#[derive(Clone)]
pub struct Wiretap<T> {
    inner: T,
    heard: Arc<Mutex<Vec<String>>>,
}

impl<T> Wiretap<T> {
    /// Around this transport.
    #[must_use]
    pub fn on(inner: T) -> Self {
        Self {
            inner,
            heard: Arc::default(),
        }
    }

    /// Another transport that notes in the same place.
    #[must_use]
    pub fn also<U>(&self, inner: U) -> Wiretap<U> {
        Wiretap {
            inner,
            heard: Arc::clone(&self.heard),
        }
    }

    /// Notes something that went another way, such as a callback.
    pub fn note(&self, text: impl AsRef<[u8]>) {
        let text = String::from_utf8_lossy(text.as_ref()).into_owned();
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.push(text);
    }

    /// All that was noted.
    #[must_use]
    pub fn heard(&self) -> Vec<String> {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.clone()
    }

    fn request(&self, request: &http::Request<Bytes>) {
        self.note(request.uri().to_string());
        for value in request.headers().values() {
            self.note(value.as_bytes());
        }
        self.note(request.body());
    }

    fn answer(&self, answer: &Result<Response, SendError>) {
        if let Ok(response) = answer {
            self.note(response.body());
        }
    }
}

impl<T> fmt::Debug for Wiretap<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Wiretap({} heard)", self.heard().len())
    }
}

#[cfg(feature = "client")]
#[async_trait::async_trait]
impl<T: crate::client::Transport> crate::client::Transport for Wiretap<T> {
    async fn send(&self, request: http::Request<Bytes>) -> Result<Response, SendError> {
        self.request(&request);
        let answer = self.inner.send(request).await;
        self.answer(&answer);
        answer
    }
}

#[cfg(feature = "blocking")]
impl<T: crate::client::BlockingTransport> crate::client::BlockingTransport for Wiretap<T> {
    fn send(&self, request: http::Request<Bytes>) -> Result<Response, SendError> {
        self.request(&request);
        let answer = self.inner.send(request);
        self.answer(&answer);
        answer
    }
}
