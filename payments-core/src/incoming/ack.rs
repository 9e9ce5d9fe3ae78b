//! What is answered to a callback.

use std::marker::PhantomData;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};

use super::notice::{Acknowledged, Answered, Notice};
use crate::wire::text::json;

/// The answer to a callback of the kind `N`. Each kind has its own, so that the wrong
/// acknowledgement does not compile.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "the provider waits for it"]
pub struct Ack<N> {
    status: StatusCode,
    content_type: Option<&'static str>,
    body: Bytes,
    notice: PhantomData<fn() -> N>,
}

impl<N: Notice> Ack<N> {
    const fn of(status: StatusCode, content_type: Option<&'static str>, body: Bytes) -> Self {
        Self {
            status,
            content_type,
            body,
            notice: PhantomData,
        }
    }

    /// Not stored: the provider is asked to send it again. Providers give up on an endpoint after
    /// a few of these.
    pub fn again() -> Self {
        Self::of(StatusCode::SERVICE_UNAVAILABLE, None, Bytes::new())
    }

    /// Not to be believed. The same answer whatever the reason, so that it teaches nothing.
    pub fn rejected() -> Self {
        Self::of(StatusCode::BAD_REQUEST, None, Bytes::new())
    }

    pub(super) fn body(&self) -> &Bytes {
        &self.body
    }

    /// The answer as HTTP.
    pub fn response(self) -> Response<Bytes> {
        let mut response = Response::new(self.body);
        *response.status_mut() = self.status;
        if let Some(value) = self.content_type {
            response
                .headers_mut()
                .insert(header::CONTENT_TYPE, HeaderValue::from_static(value));
        }
        response
    }
}

impl<N: Acknowledged> Ack<N> {
    /// Received and stored, or received before: the provider does not send it again.
    pub fn received() -> Self {
        Self::of(
            N::ACK.status,
            N::ACK.content_type,
            Bytes::from_static(N::ACK.body.as_bytes()),
        )
    }
}

impl<N: Answered> Ack<N> {
    /// Received and stored, with the message that the provider waits for. The same message gets
    /// the same answer.
    pub fn answer(answer: &N::Answer) -> Self {
        Self::written(json(answer).into())
    }

    /// The same from an answer that was written before.
    pub(super) fn written(answer: Bytes) -> Self {
        Self::of(N::STATUS, Some("application/json"), answer)
    }
}
