//! What fails before the request's first byte, and is known to have.

use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

use http::Method;
use payments_core::http;
use payments_core::outgoing::transport::{ReqwestTransport, Transport, UreqTransport};
use tokio::net::TcpSocket;

use super::kit::{
    PATIENCE, ROOT, SHORT, Server, assert_error, both, hold, options, reply, request,
};

/// An address where nothing listens, and nobody else can meanwhile.
pub(crate) fn nowhere() -> (TcpSocket, SocketAddr) {
    let held = TcpSocket::new_v4().unwrap();
    held.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = held.local_addr().unwrap();
    (held, address)
}

/// Keeps a server from what comes next.
fn pause(how_long: Duration) {
    let (_kept, never) = mpsc::channel::<()>();
    let _ = never.recv_timeout(how_long);
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
    let (_held, nowhere) = nowhere();
    both(&options(|_| {}), |client| {
        let sent = client.post(&format!("http://{nowhere}/"));
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

/// The patience with an answer may be shorter than that with a connection.
#[test]
fn a_mute_peer_sent_nothing_whichever_timeout_is_the_shortest() {
    let silence = options(|options| {
        options.connect_timeout = SHORT;
        options.read_timeout = SHORT / 5;
    });
    let total = options(|options| options.total_timeout = SHORT);
    let all = options(|options| {
        options.connect_timeout = SHORT;
        options.read_timeout = SHORT;
        options.total_timeout = SHORT;
    });
    for options in [silence, total, all] {
        both(&options, |client| {
            let sent = client.post(&format!("https://{}/", mute()));
            assert_error(client, sent, false, "connecting took too long");
        });
    }
}

#[test]
fn a_slow_handshake_is_not_the_silence_of_an_answer() {
    let options = options(|options| {
        options.connect_timeout = SHORT * 4;
        options.read_timeout = SHORT;
        options.root_certificates = vec![ROOT.to_vec()];
    });
    both(&options, |client| {
        let server = Server::tls_paced(
            |_| pause(SHORT * 2),
            |_, stream| reply(stream, "200 OK", "", b"late"),
        );
        let response = client.post(&server.url("/")).expect(client.name);
        assert_eq!(response.body().as_ref(), b"late");
    });
    both(&options, |client| {
        let server = Server::tls_paced(
            |_| pause(SHORT * 2),
            |_, stream| {
                hold(stream, PATIENCE)?;
                reply(stream, "200 OK", "", b"too late")
            },
        );
        let sent = client.post(&server.url("/"));
        assert_error(client, sent, true, "no answer in time");
        assert_eq!(server.seen().len(), 1, "{}", client.name);
    });
}

/// A connection that becomes free meanwhile takes the request, and the one that was begun for it is
/// still not there when the patience ends.
#[test]
fn a_request_that_left_by_another_connection_may_have_arrived() {
    let options = options(|options| {
        options.total_timeout = SHORT * 2;
        options.root_certificates = vec![ROOT.to_vec()];
    });
    let (begun, is_begun) = mpsc::channel();
    let is_begun = Mutex::new(is_begun);
    let server = Server::tls_paced(
        move |number| {
            if number == 2 {
                begun.send(()).unwrap();
                pause(PATIENCE);
            }
        },
        move |request, stream| {
            if request.starts_with("GET") {
                is_begun.lock().unwrap().recv_timeout(PATIENCE).unwrap();
                return reply(stream, "200 OK", "", b"first");
            }
            hold(stream, PATIENCE)?;
            reply(stream, "200 OK", "", b"second")
        },
    );
    let transport = ReqwestTransport::new(&options).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (first, second) = runtime.block_on(async {
        let url = server.url("/");
        tokio::join!(
            transport.send(request(Method::GET, &url)),
            transport.send(request(Method::POST, &url)),
        )
    });
    assert_eq!(first.unwrap().body().as_ref(), b"first");
    let error = second.unwrap_err();
    assert!(error.may_have_arrived(), "{error:?}");
    assert_eq!(error.to_string(), "no answer in time");
    let arrived: Vec<String> = server.seen();
    assert!(arrived[1].starts_with("POST"), "{arrived:?}");
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
