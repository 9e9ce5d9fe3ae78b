//! What fails before the request's first byte, and is known to have.

use std::io::{self, Write};
use std::net::TcpListener;
use std::thread;

use payments_core::outgoing::transport::{ReqwestTransport, UreqTransport};

use super::kit::{PATIENCE, ROOT, SHORT, Server, assert_error, both, options};

/// An address where nothing listens.
pub(crate) fn nowhere() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// A listener that accepts and says nothing: to TLS it is a handshake that does not begin.
fn mute() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            thread::spawn(move || io::copy(&mut stream, &mut io::sink()));
        }
    });
    address
}

#[test]
fn a_refused_connection_sent_nothing() {
    both(&options(|_| {}), |client| {
        let sent = client.post(&format!("http://{}/", nowhere()));
        assert_error(client, sent, false, "no connection");
    });
}

#[test]
fn an_unknown_name_sent_nothing() {
    both(&options(|_| {}), |client| {
        let sent = client.post("http://no-such-host.invalid/");
        assert_error(client, sent, false, "no connection");
    });
}

#[test]
fn a_mute_peer_ends_by_the_connect_timeout() {
    let options = options(|options| options.connect_timeout = SHORT);
    both(&options, |client| {
        let sent = client.post(&format!("https://{}/", mute()));
        assert_error(client, sent, false, "connecting took too long");
    });
}

#[test]
fn a_peer_without_tls_sent_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
            let _ = io::copy(&mut stream, &mut io::sink());
        }
    });
    both(&options(|_| {}), |client| {
        assert_error(client, client.post(&url), false, "no connection");
    });
}

#[test]
fn an_untrusted_certificate_ends_it_before_the_first_byte() {
    both(&options(|_| {}), |client| {
        let server = Server::tls();
        let sent = client.post(&server.url("/"));
        assert_error(client, sent, false, "no connection");
        assert!(server.seen().is_empty(), "{}", client.name);
    });
}

/// The server would rather speak HTTP/2, whose refusals HTTP stacks answer by sending again.
#[test]
fn an_extra_root_is_trusted_and_http_1_is_spoken() {
    let options = options(|options| options.root_certificates = vec![ROOT.to_vec()]);
    both(&options, |client| {
        let server = Server::tls();
        let response = client.post(&server.url("/")).expect(client.name);
        assert_eq!(response.body().as_ref(), b"tls");
        assert!(server.seen()[0].starts_with("POST / HTTP/1.1\r\n"));
    });
}

#[test]
fn what_is_no_certificate_is_refused() {
    for text in ["", "not a certificate"] {
        let options = options(|options| {
            options.root_certificates = vec![ROOT.to_vec(), text.as_bytes().to_vec()];
        });
        for misuse in [
            ReqwestTransport::new(&options).unwrap_err(),
            UreqTransport::new(&options).unwrap_err(),
        ] {
            assert_eq!(misuse.field(), "root_certificates");
        }
    }
}
