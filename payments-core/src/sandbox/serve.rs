//! One request, from its bytes to its answer, with whatever goes wrong on the way.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body, Frame, Incoming, SizeHint};

use crate::clock::{Clock, SystemClock};

use super::fault::Fault;
use super::kit::{Control, Seen};
use super::message::{Reply, Request};
use super::post::loopback;
use super::provider::Provider;
use super::settings::{Log, LogLine};

/// The connection is closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("closed on purpose")]
pub(super) struct Closed;

/// What every request of a server needs.
pub(super) struct Service<P> {
    pub(super) control: Control<P>,
    pub(super) max_body: usize,
    pub(super) log: Option<Log>,
}

impl<P: Provider> Service<P> {
    pub(super) async fn serve(
        &self,
        request: http::Request<Incoming>,
    ) -> Result<http::Response<Sent>, Closed> {
        let timer = SystemClock::new();
        let (parts, body) = request.into_parts();
        let (outcome, fault) = if is_for_this_machine(&parts) {
            match read(body, self.max_body).await {
                Ok(body) => self.route(&Request::from_parts(&parts, body)).await,
                Err(refusal) => (Ok(refusal.into()), None),
            }
        } else {
            let refusal = Reply::new(421).content("text/plain", "not a name of this machine\n");
            (Ok(refusal.into()), None)
        };
        let seen = Seen {
            method: parts.method.as_str().to_owned(),
            path: parts.uri.path().to_owned(),
            header_names: parts.headers.keys().map(ToString::to_string).collect(),
            status: outcome.as_ref().ok().map(|sent| sent.reply.status()),
            fault,
        };
        if let Some(log) = &self.log {
            log(&LogLine {
                method: seen.method.clone(),
                path: seen.path.clone(),
                status: seen.status,
                took: timer.monotonic(),
            });
        }
        if !seen.path.starts_with("/_sandbox/") {
            self.control.remember(seen);
        }
        outcome.map(Outgoing::into_response)
    }

    async fn route(&self, request: &Request) -> (Result<Outgoing, Closed>, Option<&'static str>) {
        if let Some(command) = request.path().strip_prefix("/_sandbox/") {
            return (Ok(self.control.command(command, request).into()), None);
        }
        match self.control.draw_fault(request.path()) {
            None => (Ok(self.control.handle(request).into()), None),
            Some(fault) => {
                let name = fault.name();
                (self.strike(fault, request).await, Some(name))
            }
        }
    }

    async fn strike(&self, fault: Fault, request: &Request) -> Result<Outgoing, Closed> {
        let handle = || self.control.handle(request);
        Ok(match fault {
            Fault::CloseBefore => return Err(Closed),
            Fault::CloseAfter => {
                let _ = handle();
                return Err(Closed);
            }
            Fault::StatusBefore(status) => foreign_page(status).into(),
            Fault::StatusAfter(status) => {
                let _ = handle();
                foreign_page(status).into()
            }
            Fault::SlowBefore(pause) => self.handle_later(pause, request).await?.into(),
            Fault::SlowAfter(pause) => {
                let reply = handle();
                tokio::time::sleep(pause).await;
                reply.into()
            }
            Fault::CutBody => Outgoing {
                reply: handle(),
                cut: true,
            },
            Fault::ContentType(media_type) => {
                let reply = handle();
                let body = Bytes::copy_from_slice(reply.bytes());
                reply.content(&media_type, body).into()
            }
            Fault::Html => {
                let _ = handle();
                foreign_page(200).into()
            }
            Fault::InvalidUtf8 => spoil(handle()).into(),
            Fault::ReplaceBefore(reply) => reply.into(),
            Fault::ReplaceAfter(reply) => {
                let _ = handle();
                reply.into()
            }
            Fault::Twice => {
                let _ = handle();
                handle().into()
            }
        })
    }

    /// On a task of its own, so that it happens even when the caller hangs up meanwhile.
    async fn handle_later(&self, pause: Duration, request: &Request) -> Result<Reply, Closed> {
        let (control, request) = (self.control.clone(), request.clone());
        let task = tokio::spawn(async move {
            tokio::time::sleep(pause).await;
            control.handle(&request)
        });
        task.await.map_err(|_| Closed)
    }
}

/// Whether the request names this machine or nothing: a page on the web that has its own name point
/// here names itself.
fn is_for_this_machine(parts: &http::request::Parts) -> bool {
    let is_local = |authority: &http::uri::Authority| !loopback(authority.host()).is_empty();
    let hosts_are_local = parts.headers.get_all(header::HOST).iter().all(|host| {
        host.to_str()
            .ok()
            .and_then(|host| host.parse().ok())
            .is_some_and(|authority| is_local(&authority))
    });
    hosts_are_local && parts.uri.authority().is_none_or(is_local)
}

async fn read(body: Incoming, limit: usize) -> Result<Bytes, Reply> {
    let too_long = || Reply::new(413).content("text/plain", "the body is too long\n");
    let promised = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if promised > limit {
        return Err(too_long());
    }
    match Limited::new(body, limit).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_long()),
        Err(_) => Err(Reply::new(400).content("text/plain", "the body did not arrive\n")),
    }
}

/// What a proxy in between says, rather than the provider.
fn foreign_page(status: u16) -> Reply {
    let reason = StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Unexpected");
    Reply::html(
        status,
        format!(
            "<html><head><title>{status} {reason}</title></head><body><h1>{status} {reason}</h1></body></html>\n"
        ),
    )
}

fn spoil(reply: Reply) -> Reply {
    let (front, back) = reply.bytes().split_at(half(reply.bytes().len()));
    let body = [front, b"\xff\xfe", back].concat();
    let media_type = reply
        .header_value("content-type")
        .unwrap_or("application/octet-stream")
        .to_owned();
    reply.content(&media_type, body)
}

const fn half(length: usize) -> usize {
    length >> 1
}

/// A reply, and whether only half of its body is to arrive.
struct Outgoing {
    reply: Reply,
    cut: bool,
}

impl From<Reply> for Outgoing {
    fn from(reply: Reply) -> Self {
        Self { reply, cut: false }
    }
}

impl Outgoing {
    fn into_response(self) -> http::Response<Sent> {
        let Self { reply, cut } = self;
        let (status, headers, body) = reply.into_parts();
        let promised = body.len();
        let data = if cut {
            body.slice(..half(promised))
        } else {
            body
        };
        let mut response = http::Response::new(Sent {
            promised: u64::try_from(promised).unwrap_or(u64::MAX),
            data: Some(data),
            flushed: false,
            cut,
        });
        *response.status_mut() =
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        *response.headers_mut() = without_framing(headers);
        response
    }
}

/// How long the body is, is for hyper to say.
fn without_framing(mut headers: HeaderMap) -> HeaderMap {
    headers.remove(header::CONTENT_LENGTH);
    headers.remove(header::TRANSFER_ENCODING);
    headers
}

/// A body that promises its whole length and may break off.
pub(super) struct Sent {
    promised: u64,
    data: Option<Bytes>,
    flushed: bool,
    cut: bool,
}

impl Body for Sent {
    type Data = Bytes;
    type Error = Closed;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Closed>>> {
        if let Some(data) = self.data.take()
            && !data.is_empty()
        {
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        if !self.cut {
            return Poll::Ready(None);
        }
        if !self.flushed {
            // hyper writes out what it has when a body makes it wait.
            self.flushed = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(Closed)))
    }

    fn is_end_stream(&self) -> bool {
        !self.cut && self.data.as_ref().is_none_or(Bytes::is_empty)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(host: Option<&str>, target: &str, expect: bool) {
        let mut builder = http::Request::builder().uri(target);
        if let Some(host) = host {
            builder = builder.header("host", host);
        }
        let (parts, ()) = builder.body(()).unwrap().into_parts();
        assert_eq!(is_for_this_machine(&parts), expect, "{host:?} {target}");
    }

    #[test]
    fn answers_to_names_of_this_machine() {
        check(None, "/", true);
        check(Some("127.0.0.1:8080"), "/", true);
        check(Some("localhost"), "/", true);
        check(Some("[::1]:80"), "/", true);
        check(Some("rebound.example:8080"), "/", false);
        check(Some(""), "/", false);
        check(Some("127.0.0.1.example"), "/", false);
        check(Some("localhost"), "http://rebound.example/", false);
    }

    #[test]
    fn spoils_the_middle() {
        let reply = spoil(Reply::json(200, "{\"a\":1}"));
        assert!(std::str::from_utf8(reply.bytes()).is_err());
        assert_eq!(reply.bytes().len(), 9);
        assert!(
            reply
                .header_value("content-type")
                .unwrap()
                .starts_with("application/json")
        );
    }
}
