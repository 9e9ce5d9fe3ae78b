//! Answers as bytes, where an HTTP library is too polite to write them.

use http::{HeaderMap, StatusCode, header};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::message::Reply;

/// Bytes that are written past the HTTP library, and what becomes of the connection.
#[derive(Debug)]
pub(super) struct Raw {
    /// The status that they begin with, if they do.
    pub(super) status: Option<u16>,
    bytes: Vec<u8>,
    then: Then,
}

/// What becomes of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Close,
    /// It waits for the next request.
    GoOn,
    /// White space without end, until the caller hangs up.
    Endless,
}

impl Raw {
    /// Nothing at all.
    pub(super) const fn silence() -> Self {
        Self {
            status: None,
            bytes: Vec::new(),
            then: Then::Close,
        }
    }

    pub(super) fn half_of_head(reply: Reply) -> Self {
        let (status, mut bytes, _) = parts(reply, Framing::Length);
        bytes.truncate(half(bytes.len()));
        Self {
            status: Some(status),
            bytes,
            then: Then::Close,
        }
    }

    /// The length is promised in the head.
    pub(super) fn half_of_body(reply: Reply) -> Self {
        Self::half(reply, Framing::Length)
    }

    /// The length is promised in the chunk.
    pub(super) fn half_of_chunk(reply: Reply) -> Self {
        Self::half(reply, Framing::Chunk)
    }

    /// No length is promised.
    pub(super) fn half_without_length(reply: Reply) -> Self {
        Self::half(reply, Framing::None)
    }

    fn half(reply: Reply, framing: Framing) -> Self {
        let (status, mut bytes, body) = parts(reply, framing);
        bytes.extend(body.iter().take(half(body.len())));
        Self {
            status: Some(status),
            bytes,
            then: Then::Close,
        }
    }

    pub(super) fn twice(reply: Reply) -> Self {
        let (status, mut bytes, body) = parts(reply, Framing::Length);
        bytes.extend_from_slice(&body);
        Self {
            status: Some(status),
            bytes: bytes.repeat(2),
            then: Then::GoOn,
        }
    }

    /// 200 and the media type of `reply`, with a body that does not end.
    pub(super) fn endless(reply: &Reply) -> Self {
        let media_type = reply.header_value("content-type");
        let reply = Reply::new(200).content(media_type.unwrap_or("application/json"), "");
        let (status, bytes, _) = parts(reply, Framing::None);
        Self {
            status: Some(status),
            bytes,
            then: Then::Endless,
        }
    }

    /// Writes it; `true` if the connection waits for the next request. A caller who went away ends it.
    pub(super) async fn write(self, stream: &mut (impl AsyncWrite + Unpin)) -> bool {
        if stream.write_all(&self.bytes).await.is_err() || stream.flush().await.is_err() {
            return false;
        }
        match self.then {
            Then::GoOn => true,
            Then::Close => {
                let _ = stream.shutdown().await;
                false
            }
            Then::Endless => {
                while stream.write_all(&[b' '; 4096]).await.is_ok() {}
                false
            }
        }
    }
}

/// What says how long the body is.
#[derive(Clone, Copy)]
enum Framing {
    Length,
    Chunk,
    None,
}

/// Status, head and body. Where there is no body, nothing says how long it is.
fn parts(reply: Reply, framing: Framing) -> (u16, Vec<u8>, bytes::Bytes) {
    let (status, headers, body) = reply.into_parts();
    let reason = StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Unexpected");
    let mut head = format!("HTTP/1.1 {status} {reason}\r\n").into_bytes();
    for (name, value) in &without_framing(headers) {
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    let length = body.len();
    let rest = match framing {
        Framing::Length if status == 204 => "\r\n".to_owned(),
        Framing::Length => format!("content-length: {length}\r\n\r\n"),
        Framing::Chunk if length > 0 => {
            format!("transfer-encoding: chunked\r\n\r\n{length:x}\r\n")
        }
        Framing::Chunk | Framing::None => "connection: close\r\n\r\n".to_owned(),
    };
    head.extend_from_slice(rest.as_bytes());
    (status, head, body)
}

/// How long the body is, is said where it is written.
pub(super) fn without_framing(mut headers: HeaderMap) -> HeaderMap {
    headers.remove(header::CONTENT_LENGTH);
    headers.remove(header::TRANSFER_ENCODING);
    headers
}

pub(super) const fn half(length: usize) -> usize {
    length >> 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(raw: Raw, expect: &str) {
        assert_eq!(String::from_utf8(raw.bytes).unwrap(), expect);
    }

    #[test]
    fn what_is_cut_promises_more_or_nothing() {
        let reply = || Reply::json(200, "{\"a\":1}").header("Content-Length", "9");
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=utf-8\r\n";
        check(
            Raw::half_of_body(reply()),
            &format!("{head}content-length: 7\r\n\r\n{{\"a"),
        );
        check(
            Raw::half_of_chunk(reply()),
            &format!("{head}transfer-encoding: chunked\r\n\r\n7\r\n{{\"a"),
        );
        check(
            Raw::half_without_length(reply()),
            &format!("{head}connection: close\r\n\r\n{{\"a"),
        );
        check(Raw::half_of_head(Reply::new(204)), "HTTP/1.1 204 ");
    }

    #[test]
    fn an_answer_without_a_body_has_none_to_cut() {
        check(
            Raw::half_of_body(Reply::new(204)),
            "HTTP/1.1 204 No Content\r\n\r\n",
        );
        check(
            Raw::half_of_chunk(Reply::new(204)),
            "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n",
        );
    }
}
