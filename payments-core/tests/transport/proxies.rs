//! Proxies: the one that was asked for, and never one of the environment.

use std::env;
use std::process::Command;

use payments_core::outgoing::transport::{ReqwestTransport, UreqTransport};

use super::kit::{Server, Then, both, header, options, reply};

const TARGET: &str = "PAYMENTS_CORE_TEST_TARGET";

#[test]
fn proxies_of_the_environment_are_ignored() {
    let target = Server::plain(|_, stream| reply(stream, "200 OK", "", b"direct"));
    let proxy = Server::plain(|_, stream| reply(stream, "200 OK", "", b"by proxy"));
    let mut child = Command::new(env::current_exe().unwrap());
    child.args(["--exact", "proxies::within_an_environment_with_proxies"]);
    child.env(TARGET, target.url("/"));
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        child.env(name, proxy.url(""));
        child.env(name.to_lowercase(), proxy.url(""));
    }
    child.env_remove("NO_PROXY").env_remove("no_proxy");
    let output = child.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    assert_eq!(target.seen().len(), 2);
    assert_eq!(proxy.seen(), [""; 0]);
}

/// Does something only as the child of the test above.
#[test]
fn within_an_environment_with_proxies() {
    let Ok(target) = env::var(TARGET) else {
        return;
    };
    both(&options(|_| {}), |client| {
        let response = client.get(&target).expect(client.name);
        assert_eq!(response.body().as_ref(), b"direct", "{}", client.name);
    });
}

#[test]
fn the_given_proxy_is_used() {
    both_with_proxy("", |seen| {
        assert_eq!(header(seen, "proxy-authorization"), None);
    });
    both_with_proxy("user:s3cret@", |seen| {
        let basic = header(seen, "proxy-authorization");
        assert_eq!(basic.as_deref(), Some("Basic dXNlcjpzM2NyZXQ="));
    });
}

fn both_with_proxy(user: &str, check: impl Fn(&str)) {
    let proxy = Server::plain(|request, stream| {
        if request.starts_with("CONNECT ") {
            write!(stream, "HTTP/1.1 200 OK\r\n\r\n")?;
            return Ok(Then::Next);
        }
        reply(stream, "200 OK", "", b"by proxy")
    });
    let url = proxy.url("").replace("://", &format!("://{user}"));
    let options = options(|options| options.proxy = Some(url));
    both(&options, |client| {
        let before = proxy.seen().len();
        let response = client.get("http://192.0.2.1:9/").expect(client.name);
        assert_eq!(response.body().as_ref(), b"by proxy", "{}", client.name);
        check(&proxy.seen()[before]);
    });
    let texts = [
        format!("{options:?}"),
        format!("{:?}", ReqwestTransport::new(&options).unwrap()),
        format!("{:?}", UreqTransport::new(&options).unwrap()),
    ];
    assert!(!texts.concat().contains("s3cret"), "{texts:?}");
}

#[test]
fn what_is_no_proxy_is_refused() {
    let options = options(|options| options.proxy = Some("http://user:s3cret@".to_owned()));
    for misuse in [
        ReqwestTransport::new(&options).unwrap_err(),
        UreqTransport::new(&options).unwrap_err(),
    ] {
        assert_eq!(misuse.field(), "proxy");
        assert!(!format!("{misuse} {misuse:?}").contains("s3cret"));
    }
}
