//! What is sent, how often and where to.

use http::{Method, StatusCode};
use payments_core::outgoing::Base;
use payments_core::{bytes, http};

use super::kit::{Server, Then, assert_error, both, header, header_names, options, reply, request};

#[test]
fn redirects_are_answers() {
    for code in [301, 302, 303, 307, 308] {
        for method in [Method::GET, Method::POST] {
            both(&options(|_| {}), |client| {
                let elsewhere =
                    Server::plain(|_, stream| reply(stream, "200 OK", "", b"elsewhere"));
                let location = format!("location: {}\r\n", elsewhere.url("/there"));
                let server = Server::plain(move |_, stream| {
                    reply(stream, &format!("{code} Moved"), &location, b"")
                });
                let response = client.send(request(method.clone(), &server.url("/here")));
                assert_eq!(response.unwrap().status().as_u16(), code, "{}", client.name);
                assert_eq!(server.seen().len(), 1, "{} {method} {code}", client.name);
                assert_eq!(elsewhere.seen(), [""; 0], "{} {method} {code}", client.name);
            });
        }
    }
}

#[test]
fn errors_are_answers_with_their_bodies() {
    for code in [400, 401, 404, 500, 503] {
        both(&options(|_| {}), |client| {
            let server = Server::plain(move |_, stream| {
                reply(stream, &format!("{code} No"), "x-why: because\r\n", b"why")
            });
            let response = client.post(&server.url("/")).unwrap();
            assert_eq!(response.status(), StatusCode::from_u16(code).unwrap());
            assert_eq!(response.headers()["x-why"], "because");
            assert_eq!(response.body().as_ref(), b"why", "{}", client.name);
        });
    }
}

/// A list, so that nothing joins it unnoticed: no `accept-encoding`, no `referer`, no `cookie`.
#[test]
fn nothing_is_added_but_this() {
    both(&options(|_| {}), |client| {
        let server = Server::plain(|_, stream| reply(stream, "200 OK", "set-cookie: a=b\r\n", b""));
        client.get(&server.url("/first?a=b%20c")).unwrap();
        client.post(&server.url("/second")).unwrap();
        let mut bare = request(Method::POST, &server.url("/third"));
        bare.body_mut().clear();
        client.send(bare).unwrap();
        let seen = server.seen();
        let always = ["accept", "host", "user-agent", "x-token"];
        let names = |at: usize| header_names(&seen[at]);
        assert!(seen[0].starts_with("GET /first?a=b%20c HTTP/1.1\r\n"));
        assert_eq!(names(0), always, "{}", client.name);
        assert!(seen[1].starts_with("POST /second HTTP/1.1\r\n"));
        assert!(seen[1].ends_with("\r\n\r\n{\"order\":1}"));
        let with_body = ["accept", "content-length", "host", "user-agent", "x-token"];
        assert_eq!(names(1), with_body, "{}", client.name);
        assert_eq!(names(2), with_body, "{}", client.name);
        assert_eq!(header(&seen[2], "content-length").as_deref(), Some("0"));
        let agent = header(&seen[0], "user-agent").unwrap();
        assert!(agent.starts_with("payments-rs/"), "{agent}");
    });
}

/// The client says the host; the stacks would say it themselves otherwise.
#[test]
fn the_host_is_said_once() {
    both(&options(|_| {}), |client| {
        let server = Server::plain(|_, stream| reply(stream, "200 OK", "", b""));
        let mut sent = request(Method::POST, &server.url("/"));
        let host = http::HeaderValue::from_static("pay.example");
        sent.headers_mut().insert(http::header::HOST, host);
        client.send(sent).unwrap();
        let seen = server.seen();
        let hosts = header_names(&seen[0]).into_iter();
        assert_eq!(hosts.filter(|name| name == "host").count(), 1);
        assert_eq!(header(&seen[0], "host").as_deref(), Some("pay.example"));
    });
}

/// Some providers want a body where HTTP gives it no meaning.
#[test]
fn a_body_goes_with_every_method() {
    for method in [Method::GET, Method::DELETE, Method::PUT, Method::PATCH] {
        both(&options(|_| {}), |client| {
            let server = Server::plain(|_, stream| reply(stream, "200 OK", "", b""));
            let mut sent = request(method.clone(), &server.url("/"));
            *sent.body_mut() = bytes::Bytes::from_static(b"body");
            let response = client.send(sent).expect(client.name);
            assert_eq!(response.status(), 200, "{}", client.name);
            assert!(
                server.seen()[0].ends_with("\r\n\r\nbody"),
                "{}",
                client.name
            );
        });
    }
}

/// A connection that ends without an answer is reported, not repeated: whether to send again
/// depends on what the call does.
#[test]
fn nothing_is_sent_twice() {
    for method in [Method::GET, Method::POST] {
        both(&options(|_| {}), |client| {
            let server = Server::plain(|_, _| Ok(Then::Close));
            let sent = client.send(request(method.clone(), &server.url("/")));
            assert_error(client, sent, true, "the exchange was cut");
            assert_eq!(server.seen().len(), 1, "{} {method}", client.name);
        });
    }
}

/// The same on a connection that has served before, where HTTP stacks like to try again.
#[test]
fn nothing_is_sent_twice_on_a_kept_connection() {
    for method in [Method::GET, Method::POST] {
        both(&options(|_| {}), |client| {
            let server = Server::plain(|request, stream| {
                if request.contains("/warm ") {
                    reply(stream, "200 OK", "", b"warm")
                } else {
                    Ok(Then::Close)
                }
            });
            client.get(&server.url("/warm")).unwrap();
            let sent = client.send(request(method.clone(), &server.url("/cold")));
            assert_error(client, sent, true, "the exchange was cut");
            assert_eq!(server.seen().len(), 2, "{} {method}", client.name);
        });
    }
}

/// A handshake for every payment would cost more than the payment.
#[test]
fn a_connection_that_answered_is_used_again() {
    for body in [&b"ok"[..], b""] {
        both(&options(|_| {}), |client| {
            let server = Server::plain(|_, stream| reply(stream, "200 OK", "", body));
            for _ in 0..20 {
                let answer = client.post(&server.url("/")).unwrap();
                assert_eq!(answer.body().as_ref(), body, "{}", client.name);
            }
            assert_eq!(server.connections(), 1, "{}", client.name);
        });
    }
}

#[test]
fn plain_http_stays_on_loopback() {
    for (url, fine) in [
        ("http://pay.example", false),
        ("http://192.0.2.1:8080/api", false),
        ("http://127.0.0.1:4010", true),
        ("https://pay.example", true),
    ] {
        assert_eq!(Base::parse(url).is_ok(), fine, "{url}");
    }
}
