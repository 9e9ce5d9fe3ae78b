//! What serves pages on this machine, for those who use it and nobody else.

use std::io::ErrorKind;

use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

/// What they run on.
///
/// # Errors
/// What the system says when it gives no thread.
pub(crate) fn runtime() -> Result<Runtime, String> {
    Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| format!("no runtime: {error}"))
}

/// Listens on this port of 127.0.0.1 for `what`; 0 for any. Another is chosen with `option`.
///
/// # Errors
/// A port that is in use.
pub(crate) async fn listen(port: u16, what: &str, option: &str) -> Result<TcpListener, String> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await;
    listener.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => format!(
            "port {port} of 127.0.0.1, for {what}, is in use; choose another with {option}, or 0 for any"
        ),
        _ => format!("cannot listen on port {port} of 127.0.0.1 for {what}: {error}"),
    })
}

/// Lets in whom [`admit`] does, and tells everybody else why not.
pub(crate) async fn guard(request: Request, next: Next) -> Response {
    match admit(&request) {
        Ok(()) => next.run(request).await,
        Err((status, text)) => {
            let status = StatusCode::from_u16(status).unwrap_or_default();
            (status, text).into_response()
        }
    }
}

/// Lets in who means this machine: by one of its names, and with forms from the same address. Other sites
/// can make a browser send a form here, but not with this `Origin`.
///
/// # Errors
/// The status and the text of the answer to everybody else.
pub(crate) fn admit(request: &Request) -> Result<(), (u16, &'static str)> {
    if !is_for_this_machine(request) {
        let text = "This is not a name of this machine. Open the address that was printed.";
        return Err((421, text));
    }
    if is_from_elsewhere(request) {
        return Err((403, "Send the form from its own page."));
    }
    Ok(())
}

/// A page on the web that has its own name point here names itself.
fn is_for_this_machine(request: &Request) -> bool {
    let hosts: Vec<&HeaderValue> = request.headers().get_all(header::HOST).iter().collect();
    let [host] = hosts.as_slice() else {
        return false;
    };
    let host = host.to_str().ok();
    let host = host.and_then(|host| host.parse::<Authority>().ok());
    let named = request.uri().authority();
    host.as_ref().is_some_and(is_local) && named.is_none_or(is_local)
}

/// A form of another site, which a browser says: its pages must not be told to hide where they are from
/// (`no-referrer`).
fn is_from_elsewhere(request: &Request) -> bool {
    let text = |name| request.headers().get(name).map(HeaderValue::as_bytes);
    let own = [b"http://", text(header::HOST).unwrap_or_default()].concat();
    let origin = text(header::ORIGIN).filter(|_| request.method() != Method::GET);
    origin.is_some_and(|origin| origin != own)
}

fn is_local(authority: &Authority) -> bool {
    let host = authority.host();
    let number = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || number
            .parse()
            .is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

/// So many ports in a row that are free, for tests that listen on them later: below those that the system
/// gives to who asks for any.
#[cfg(test)]
pub(crate) fn free_ports(count: u16) -> u16 {
    use std::net::TcpListener;
    use std::sync::atomic::{AtomicU16, Ordering};

    static NEXT: AtomicU16 = AtomicU16::new(0);
    let process = u16::try_from(std::process::id() % 1000).unwrap_or(0);
    loop {
        let next = NEXT.fetch_add(count, Ordering::SeqCst);
        let first = process.wrapping_mul(10).wrapping_add(next) % 10_000;
        let first = first.saturating_add(20_000);
        let are_free = |port| TcpListener::bind(("127.0.0.1", port)).is_ok();
        if (first..first.saturating_add(count)).all(are_free) {
            return first;
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn check(host: &str, expect: bool) {
        let request = Request::builder().header("host", host);
        let request = request.body(Body::empty()).unwrap();
        let refused = admit(&request).err().map(|(status, _)| status);
        assert_eq!(refused, (!expect).then_some(421), "{host}");
    }

    #[test]
    fn a_form_of_another_site_is_known_by_its_origin() {
        let check = |method: Method, origin: Option<&str>, expect: bool| {
            let mut request = Request::builder().method(method);
            request = request.header("host", "127.0.0.1:4000");
            if let Some(origin) = origin {
                request = request.header("origin", origin);
            }
            let request = request.body(Body::empty()).unwrap();
            let refused = admit(&request).err().map(|(status, _)| status);
            assert_eq!(refused, (!expect).then_some(403), "{origin:?}");
        };
        check(Method::POST, Some("http://127.0.0.1:4000"), true);
        check(Method::POST, None, true);
        check(Method::POST, Some("http://evil.example"), false);
        check(Method::POST, Some("http://127.0.0.1:4001"), false);
        check(Method::POST, Some("null"), false);
        check(Method::GET, Some("http://evil.example"), true);
    }

    #[test]
    fn answers_to_names_of_this_machine() {
        for good in ["127.0.0.1:4000", "localhost", "LOCALHOST:1", "[::1]:4000"] {
            check(good, true);
        }
        for bad in ["rebound.example", "127.0.0.1.example:4000", "10.0.0.1", ""] {
            check(bad, false);
        }
        let nameless = Request::builder().body(Body::empty()).unwrap();
        assert!(admit(&nameless).is_err());
    }

    #[tokio::test]
    async fn a_port_in_use_names_the_option() {
        let listener = listen(0, "the shop", "--port").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let error = listen(port, "the shop", "--port").await.unwrap_err();
        assert_eq!(
            error,
            format!(
                "port {port} of 127.0.0.1, for the shop, is in use; choose another with --port, or 0 for any"
            )
        );
    }
}
