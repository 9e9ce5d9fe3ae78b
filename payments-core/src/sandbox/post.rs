//! Sends one callback over one connection.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use bytes::Bytes;
use http::Uri;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use super::callback::Callback;
use super::outbox::Answer;

const MAX_ANSWER: usize = 64 * 1024;

/// Why a sandbox cannot send to a URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlError {
    /// Not an absolute URL.
    #[error("not an absolute URL")]
    NotAUrl,
    /// Another scheme than `http`: a sandbox has no certificates.
    #[error("a sandbox sends to http:// only")]
    Scheme,
    /// Not this machine: a sandbox does not leave it.
    #[error("a sandbox sends to localhost, 127.0.0.0/8 and [::1] only")]
    Host,
}

/// Checks that a sandbox can send to `url`: `http://`, on this machine.
///
/// # Errors
///
/// Says what is wrong with it.
pub fn check_callback_url(url: &str) -> Result<(), UrlError> {
    Target::parse(url).map(|_| ())
}

struct Target {
    addresses: Vec<SocketAddr>,
    authority: String,
    path_and_query: String,
}

impl Target {
    fn parse(url: &str) -> Result<Self, UrlError> {
        let uri: Uri = url.parse().map_err(|_| UrlError::NotAUrl)?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(UrlError::NotAUrl);
        };
        if scheme != "http" {
            return Err(UrlError::Scheme);
        }
        if authority.as_str().contains('@') {
            return Err(UrlError::NotAUrl);
        }
        let port = authority.port_u16().unwrap_or(80);
        let addresses = loopback(authority.host())
            .into_iter()
            .map(|address| SocketAddr::new(address, port))
            .collect::<Vec<_>>();
        if addresses.is_empty() {
            return Err(UrlError::Host);
        }
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        // A query may come without a path.
        let root = if target.starts_with('/') { "" } else { "/" };
        Ok(Self {
            addresses,
            authority: authority.as_str().to_owned(),
            path_and_query: format!("{root}{target}"),
        })
    }
}

/// The addresses of a name of this machine; none for any other.
pub(super) fn loopback(host: &str) -> Vec<IpAddr> {
    let v4 = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let v6 = IpAddr::V6(Ipv6Addr::LOCALHOST);
    if host.eq_ignore_ascii_case("localhost") {
        return vec![v4, v6];
    }
    host.trim_start_matches('[')
        .trim_end_matches(']')
        .parse()
        .ok()
        .filter(IpAddr::is_loopback)
        .into_iter()
        .collect()
}

/// Sends, and waits for the whole answer.
pub(super) async fn send(callback: &Callback) -> Answer {
    let target = Target::parse(&callback.url).map_err(|error| error.to_string())?;
    let patience = callback.rules.patience();
    tokio::time::timeout(patience, exchange(&target, callback))
        .await
        .unwrap_or_else(|_| Err(format!("no answer within {patience:?}")))
}

async fn exchange(target: &Target, callback: &Callback) -> Answer {
    let stream = TcpStream::connect(target.addresses.as_slice())
        .await
        .map_err(|error| format!("cannot connect: {}", error.kind()))?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(readable)?;
    let _connection = AbortOnDrop(tokio::spawn(async move {
        // What went wrong with the connection shows where the answer is awaited.
        let _ = connection.await;
    }));
    let mut request = http::Request::builder()
        .method(callback.method)
        .uri(&target.path_and_query)
        .header("host", &target.authority)
        .header("user-agent", "payments-sandbox");
    for (name, value) in &callback.headers {
        request = request.header(name, value);
    }
    let request = request
        .body(Full::new(callback.body.clone()))
        .map_err(|_| "not a valid request".to_owned())?;
    let answer = sender.send_request(request).await.map_err(readable)?;
    let status = answer.status().as_u16();
    // A provider has its status even when the rest of the answer does not arrive or is too long.
    let body = Limited::new(answer.into_body(), MAX_ANSWER)
        .collect()
        .await
        .map_or_else(|_| Bytes::new(), |body| body.to_bytes());
    Ok((status, body))
}

fn readable(error: hyper::Error) -> String {
    if error.is_incomplete_message() {
        "the connection was closed without an answer".to_owned()
    } else {
        format!("no answer: {error}")
    }
}

struct AbortOnDrop(JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_no_path_is_asked_at_the_root() {
        for (url, expect) in [
            ("http://127.0.0.1:9", "/"),
            ("http://127.0.0.1:9?a=1", "/?a=1"),
            ("http://127.0.0.1:9/hook?a=1#top", "/hook?a=1"),
        ] {
            let found = Target::parse(url).map(|target| target.path_and_query);
            assert_eq!(found.as_deref(), Ok(expect), "{url}");
        }
    }

    #[test]
    fn stays_on_this_machine() {
        for good in [
            "http://localhost/hook",
            "http://127.0.0.1:8080/hook?a=b",
            "http://127.1.2.3",
            "http://[::1]:9/",
            "http://LOCALHOST:1/",
        ] {
            assert_eq!(check_callback_url(good), Ok(()), "{good}");
        }
        for (bad, error) in [
            ("", UrlError::NotAUrl),
            ("/hook", UrlError::NotAUrl),
            ("localhost:80", UrlError::NotAUrl),
            ("http://user@localhost/", UrlError::NotAUrl),
            ("https://localhost/", UrlError::Scheme),
            ("http://shop.example/", UrlError::Host),
            ("http://localhost.evil.example/", UrlError::Host),
            ("http://10.0.0.1/", UrlError::Host),
            ("http://[::2]/", UrlError::Host),
        ] {
            assert_eq!(check_callback_url(bad), Err(error), "{bad}");
        }
    }
}
