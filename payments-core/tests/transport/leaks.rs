//! Errors do not repeat the URL: its query may hold a signature.

use std::error::Error;

use http::Method;
use payments_core::http;
use payments_core::outgoing::transport::SendError;

use super::connecting::nowhere;
use super::kit::{PATIENCE, SHORT, Server, Then, both, hold, options, request};

/// Everything that a log could write of an error.
fn texts(error: &SendError) -> String {
    let mut text = format!("{error} {error:?}");
    let mut next = error.source();
    while let Some(error) = next {
        text.push_str(&format!(" {error} {error:?}"));
        next = error.source();
    }
    text
}

#[test]
fn no_error_repeats_the_query() {
    let cut = Server::plain(|_, _| Ok(Then::Close));
    let short = Server::plain(|_, stream| {
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345")?;
        Ok(Then::Close)
    });
    let long = Server::plain(|_, stream| {
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: 9999999\r\n\r\n")?;
        Ok(Then::Close)
    });
    let mute = Server::plain(|_, stream| {
        hold(stream, PATIENCE)?;
        Ok(Then::Close)
    });
    let garbage = Server::plain(|_, stream| {
        write!(stream, "SSH-2.0-x\r\n\r\n")?;
        Ok(Then::Close)
    });
    let untrusted = Server::tls();
    let options = options(|options| options.read_timeout = SHORT);
    let (_held, nowhere) = nowhere();
    let urls = [
        cut.url("/"),
        short.url("/"),
        long.url("/"),
        mute.url("/"),
        garbage.url("/"),
        untrusted.url("/"),
        format!("http://{nowhere}/"),
        "http://no-such-host.invalid/".to_owned(),
        "ftp://127.0.0.1/".to_owned(),
        "/relative".to_owned(),
    ];
    both(&options, |client| {
        for url in &urls {
            for method in [Method::GET, Method::POST] {
                let url = format!("{url}?sig=s3cret");
                let error = client.send(request(method, &url)).expect_err(&url);
                let text = texts(&error);
                assert!(!text.contains("s3cret"), "{}: {text}", client.name);
                assert!(!text.contains("t0ken"), "{}: {text}", client.name);
            }
        }
    });
}
