//! One request, from its bytes to its answer, with whatever goes wrong on the way.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{StatusCode, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};

use crate::clock::{Clock, SystemClock};

use super::fault::Fault;
use super::kit::Control;
use super::message::{Reply, Request};
use super::post::loopback;
use super::provider::Provider;
use super::seen::Seen;
use super::settings::{Log, LogLine};
use super::wire::{Raw, half, without_framing};

/// The HTTP library has nothing to write.
#[derive(Debug, thiserror::Error)]
#[error("not answered by the book")]
pub(super) struct Impolite;

/// What is written past the HTTP library, once it has given the connection back.
#[derive(Default)]
pub(super) struct LastWords(Mutex<Option<Raw>>);

impl LastWords {
    fn say(&self, raw: Raw) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(raw);
    }

    pub(super) fn take(&self) -> Option<Raw> {
        let mut raw = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        raw.take()
    }
}

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
        last_words: &LastWords,
    ) -> Result<http::Response<Full<Bytes>>, Impolite> {
        let timer = SystemClock::new();
        let (parts, body) = request.into_parts();
        let (outcome, fault) = if is_for_this_machine(&parts) {
            match read(body, self.max_body).await {
                Ok(body) => self.route(&Request::from_parts(&parts, body)).await,
                Err(refusal) => (Outgoing::Reply(refusal), None),
            }
        } else {
            let refusal = Reply::new(421).content("text/plain", "not a name of this machine\n");
            (Outgoing::Reply(refusal), None)
        };
        let seen = Seen {
            method: parts.method.as_str().to_owned(),
            path: parts.uri.path().to_owned(),
            header_names: parts.headers.keys().map(ToString::to_string).collect(),
            status: outcome.status(),
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
        match outcome {
            Outgoing::Reply(reply) => Ok(into_response(reply)),
            Outgoing::Raw(raw) => {
                last_words.say(raw);
                Err(Impolite)
            }
        }
    }

    async fn route(&self, request: &Request) -> (Outgoing, Option<&'static str>) {
        if let Some(command) = request.path().strip_prefix("/_sandbox/") {
            return (
                Outgoing::Reply(self.control.command(command, request)),
                None,
            );
        }
        match self.control.arrived(request.path()) {
            None => (Outgoing::Reply(self.control.handle(request)), None),
            Some(fault) => {
                let name = fault.name();
                (self.strike(fault, request).await, Some(name))
            }
        }
    }

    async fn strike(&self, fault: Fault, request: &Request) -> Outgoing {
        let name = fault.name();
        let handle = || self.control.handle_struck(request, Some(name));
        if !fault.reaches_provider() {
            self.control.struck(request, None, name);
        }
        Outgoing::Reply(match fault {
            Fault::CloseBefore => return Outgoing::Raw(Raw::silence()),
            Fault::CloseAfter => {
                let _ = handle();
                return Outgoing::Raw(Raw::silence());
            }
            Fault::StatusBefore(status) => foreign_page(status),
            Fault::StatusAfter(status) => {
                let _ = handle();
                foreign_page(status)
            }
            Fault::SlowBefore(pause) => match self.handle_later(pause, request).await {
                Some(reply) => reply,
                None => return Outgoing::Raw(Raw::silence()),
            },
            Fault::SlowAfter(pause) => {
                let reply = handle();
                tokio::time::sleep(pause).await;
                reply
            }
            Fault::CutHead => return Outgoing::Raw(Raw::half_of_head(handle())),
            Fault::CutBody => return Outgoing::Raw(Raw::half_of_body(handle())),
            Fault::CutChunked => return Outgoing::Raw(Raw::half_of_chunk(handle())),
            Fault::CutUnframed => return Outgoing::Raw(Raw::half_without_length(handle())),
            Fault::ContentType(media_type) => {
                let reply = handle();
                let body = Bytes::copy_from_slice(reply.bytes());
                reply.content(&media_type, body)
            }
            Fault::Html => {
                let _ = handle();
                foreign_page(200)
            }
            Fault::InvalidUtf8 => spoil(handle()),
            Fault::Endless => return Outgoing::Raw(Raw::endless(&handle())),
            Fault::Redirect(status) => {
                let _ = handle();
                self.back_here(status, request)
            }
            Fault::ReplaceBefore(reply) => reply,
            Fault::ReplaceAfter(reply) => {
                let _ = handle();
                reply
            }
            Fault::Twice => {
                let _ = handle();
                handle()
            }
            Fault::ReplyTwice => return Outgoing::Raw(Raw::twice(handle())),
            Fault::OtherReply => {
                let other = self.control.other_answer(request.path());
                let _ = handle();
                match other {
                    Some(reply) => reply,
                    None => return Outgoing::Raw(Raw::silence()),
                }
            }
            Fault::Stale => self.control.handle_before(request, name),
        })
    }

    /// A redirect to where the request went.
    fn back_here(&self, status: u16, request: &Request) -> Reply {
        let target = match request.query() {
            Some(query) => format!("{}?{query}", request.path()),
            None => request.path().to_owned(),
        };
        let location = format!("{}{target}", self.control.base_url());
        Reply::new(status).header("location", &location)
    }

    /// On a task of its own, so that it happens even when the caller hangs up meanwhile.
    async fn handle_later(&self, pause: Duration, request: &Request) -> Option<Reply> {
        let (control, request) = (self.control.clone(), request.clone());
        let task = tokio::spawn(async move {
            tokio::time::sleep(pause).await;
            let reply = control.handle_struck(&request, Some("slow-before"));
            control.has_happened();
            reply
        });
        task.await.ok()
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

/// What is sent: by the book, or past it.
enum Outgoing {
    Reply(Reply),
    Raw(Raw),
}

impl Outgoing {
    const fn status(&self) -> Option<u16> {
        match self {
            Self::Reply(reply) => Some(reply.status()),
            Self::Raw(raw) => raw.status,
        }
    }
}

fn into_response(reply: Reply) -> http::Response<Full<Bytes>> {
    let (status, headers, body) = reply.into_parts();
    let mut response = http::Response::new(Full::new(body));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    // How long the body is, is for hyper to say.
    *response.headers_mut() = without_framing(headers);
    response
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
