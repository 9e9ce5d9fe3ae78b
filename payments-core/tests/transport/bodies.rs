//! How much of a reply is read.

use super::kit::{Server, Then, assert_error, both, header, hold, options, reply};

const BIG: usize = 10 << 20;
const MEBIBYTE: usize = 1 << 20;
/// One mebibyte of zeros in a kilobyte; members may be strung together.
const ZEROS: &[u8] = include_bytes!("zeros.gz");

/// A reply of 10 MB, in each of the ways in which a body can say where it ends.
fn big(framing: &'static str) -> Server {
    Server::plain(move |_, stream| {
        let chunk = vec![b'0'; MEBIBYTE];
        match framing {
            "length" => write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {BIG}\r\n\r\n")?,
            "chunked" => write!(
                stream,
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
            )?,
            _ => write!(stream, "HTTP/1.1 200 OK\r\n\r\n")?,
        }
        for _ in 0..BIG / MEBIBYTE {
            if framing == "chunked" {
                write!(stream, "{MEBIBYTE:x}\r\n")?;
            }
            stream.write_all(&chunk)?;
            if framing == "chunked" {
                write!(stream, "\r\n")?;
            }
        }
        if framing == "chunked" {
            write!(stream, "0\r\n\r\n")?;
        }
        Ok(Then::Close)
    })
}

#[test]
fn long_replies_are_cut() {
    for framing in ["length", "chunked", "neither"] {
        both(&options(|_| {}), |client| {
            let sent = client.post(&big(framing).url("/"));
            let what = "the reply is longer than 1048576 bytes";
            assert_error(client, sent, true, what);
        });
        let wide = options(|options| options.max_body = BIG);
        both(&wide, |client| {
            let response = client.post(&big(framing).url("/")).unwrap();
            assert_eq!(response.body().len(), BIG, "{} {framing}", client.name);
        });
        let narrow = options(|options| options.max_body = BIG - 1);
        both(&narrow, |client| {
            let sent = client.post(&big(framing).url("/"));
            let what = "the reply is longer than 10485759 bytes";
            assert_error(client, sent, true, what);
        });
    }
}

/// The length alone is enough: nothing is read for a reply that announces too much.
#[test]
fn an_announced_excess_is_not_waited_for() {
    let options = options(|options| options.max_body = 1000);
    both(&options, |client| {
        let server = Server::plain(|_, stream| {
            write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n")?;
            hold(stream, super::kit::PATIENCE)?;
            Ok(Then::Close)
        });
        let sent = client.get(&server.url("/"));
        assert_error(client, sent, true, "the reply is longer than 1000 bytes");
    });
}

#[test]
fn a_reply_that_ends_early_is_an_error() {
    both(&options(|_| {}), |client| {
        let server = Server::plain(|_, stream| {
            write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345")?;
            Ok(Then::Close)
        });
        let sent = client.get(&server.url("/"));
        assert_error(client, sent, true, "the exchange was cut");
    });
}

#[test]
fn bombs_are_not_inflated() {
    let options = options(|options| options.max_body = MEBIBYTE);
    both(&options, |client| {
        let server = Server::plain(|_, stream| {
            let headers = "content-encoding: gzip\r\n";
            reply(stream, "200 OK", headers, &ZEROS.repeat(64))
        });
        let sent = client.get(&server.url("/"));
        assert_eq!(header(&server.seen()[0], "accept-encoding"), None);
        if client.name == "reqwest" {
            assert_eq!(sent.unwrap().body().as_ref(), ZEROS.repeat(64));
        } else {
            // ureq inflates if another crate of the build turned that on, as this test does.
            assert_error(client, sent, true, "the reply is longer than 1048576 bytes");
        }
    });
}

/// reqwest inflates none of these, although this test's build could; ureq knows only gzip here.
#[test]
fn coded_replies_are_passed_on_as_they_are() {
    for coding in ["br", "deflate", "zstd"] {
        both(&options(|_| {}), |client| {
            let server = Server::plain(move |_, stream| {
                let headers = format!("content-encoding: {coding}\r\n");
                reply(stream, "200 OK", &headers, b"not coded at all")
            });
            let response = client.get(&server.url("/")).unwrap();
            assert_eq!(response.body().as_ref(), b"not coded at all", "{coding}");
        });
    }
}
