//! Peers that take their time.

use std::time::Duration;

use payments_core::outgoing::transport::{ReqwestTransport, TransportOptions, UreqTransport};

use super::kit::{PATIENCE, SHORT, Server, Then, assert_error, both, hold, options};

#[test]
fn silence_before_the_head_ends_by_the_connect_and_the_read_timeout() {
    let options = options(|options| {
        options.connect_timeout = SHORT;
        options.read_timeout = SHORT;
    });
    both(&options, |client| {
        let server = Server::plain(|_, stream| {
            hold(stream, PATIENCE)?;
            write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")?;
            Ok(Then::Next)
        });
        let sent = client.post(&server.url("/"));
        assert_error(client, sent, true, "no answer in time");
        assert_eq!(server.seen().len(), 1, "{}", client.name);
    });
}

#[test]
fn silence_within_the_body_ends_by_the_read_timeout() {
    let options = options(|options| options.read_timeout = SHORT);
    both(&options, |client| {
        let server = Server::plain(|_, stream| {
            write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345")?;
            hold(stream, PATIENCE)?;
            write!(stream, "67890")?;
            Ok(Then::Next)
        });
        let sent = client.post(&server.url("/"));
        assert_error(client, sent, true, "no answer in time");
    });
}

/// Each pause is shorter than the silence that is allowed, all of them together are longer.
#[test]
fn a_slow_body_that_never_stops_for_long_is_read_whole() {
    let options = options(|options| options.read_timeout = SHORT * 2);
    both(&options, |client| {
        let server = Server::plain(|_, stream| {
            write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\n")?;
            for _ in 0..16 {
                hold(stream, SHORT / 5)?;
                stream.write_all(b".")?;
            }
            Ok(Then::Next)
        });
        let response = client.post(&server.url("/")).expect(client.name);
        assert_eq!(response.body().as_ref(), b"................");
    });
}

/// Never silent for long, so that only the timeout over all ends it.
#[test]
fn a_dripping_body_ends_by_the_total_timeout() {
    let options = options(|options| options.total_timeout = SHORT);
    both(&options, |client| {
        let server = Server::plain(|_, stream| {
            write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n")?;
            for _ in 0..100 {
                hold(stream, Duration::from_millis(20))?;
                stream.write_all(b".")?;
            }
            Ok(Then::Next)
        });
        let sent = client.post(&server.url("/"));
        assert_error(client, sent, true, "no answer in time");
    });
}

#[test]
fn a_timeout_of_zero_is_refused() {
    let zero = |set: fn(&mut TransportOptions)| {
        let options = options(set);
        assert!(options.check().is_err());
        assert!(ReqwestTransport::new(&options).is_err());
        assert!(UreqTransport::new(&options).is_err());
    };
    zero(|options| options.connect_timeout = Duration::ZERO);
    zero(|options| options.read_timeout = Duration::ZERO);
    zero(|options| options.total_timeout = Duration::ZERO);
    zero(|options| options.max_body = 0);
}
