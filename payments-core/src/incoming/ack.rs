//! What is answered to a callback.

use std::marker::PhantomData;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};

use super::notice::Notice;

/// The answer to a callback of the kind `N`. Each kind has its own, so that the wrong
/// acknowledgement does not compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "the provider waits for it"]
pub struct Ack<N> {
    kind: Kind,
    notice: PhantomData<fn() -> N>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Received,
    Again,
    Rejected,
}

impl<N: Notice> Ack<N> {
    fn of(kind: Kind) -> Self {
        Self {
            kind,
            notice: PhantomData,
        }
    }

    /// Received and stored, or received before: the provider does not send it again.
    pub fn received() -> Self {
        Self::of(Kind::Received)
    }

    /// Not stored: the provider is asked to send it again. Providers give up on an endpoint after
    /// a few of these.
    pub fn again() -> Self {
        Self::of(Kind::Again)
    }

    /// Not to be believed. The same answer whatever the reason, so that it teaches nothing.
    pub fn rejected() -> Self {
        Self::of(Kind::Rejected)
    }

    /// The answer as HTTP.
    pub fn response(self) -> Response<Bytes> {
        let (status, content_type, body) = match self.kind {
            Kind::Received => (N::ACK.status, N::ACK.content_type, N::ACK.body),
            Kind::Again => (StatusCode::SERVICE_UNAVAILABLE, None, ""),
            Kind::Rejected => (StatusCode::BAD_REQUEST, None, ""),
        };
        let mut response = Response::new(Bytes::from_static(body.as_bytes()));
        *response.status_mut() = status;
        if let Some(value) = content_type {
            response
                .headers_mut()
                .insert(header::CONTENT_TYPE, HeaderValue::from_static(value));
        }
        response
    }
}
