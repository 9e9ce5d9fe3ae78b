//! What the HTTP stacks log of what is sent. A program of its own, because who listens is a matter of
//! the whole process.
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use payments_core::bytes::Bytes;
use payments_core::client::{BlockingTransport, Transport, TransportOptions};
use payments_core::client::{ReqwestTransport, UreqTransport};
use payments_core::http::{HeaderValue, Request};
use payments_core::testing::{Canaries, LEAKY_TARGETS, Overheard};

/// Eight bytes: each of the rows of sixteen in which bytes are dumped holds one, wherever it begins.
const CANARY: &str = "Zq7Wk3Xv";

/// Answers `count` requests with what nobody may see; gives the address.
fn serve(count: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for _ in 0..count {
            let (mut stream, _) = listener.accept().unwrap();
            let mut seen = Vec::new();
            let mut chunk = [0; 4096];
            // The body ends with a full stop.
            while !seen.ends_with(b".") {
                let read = stream.read(&mut chunk).unwrap();
                seen.extend(chunk.iter().take(read));
            }
            let body = CANARY.repeat(8);
            let answer = format!(
                "HTTP/1.1 200 OK\r\nConnection: close\r\nX-Token: {CANARY}\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    format!("http://{address}/pay?user={CANARY}")
}

fn request(url: &str) -> Request<Bytes> {
    let mut request = Request::post(url).body(Bytes::from(format!("{}.", CANARY.repeat(8))));
    let headers = request.as_mut().unwrap().headers_mut();
    let mut secret = HeaderValue::from_static(CANARY);
    secret.set_sensitive(true);
    headers.insert("authorization", secret);
    headers.insert("x-signature", HeaderValue::from_static(CANARY));
    request.unwrap()
}

/// Nothing is left out here: what the kit leaves out elsewhere is needed, and is all.
#[test]
fn only_ureq_at_trace_logs_what_is_sent() {
    let overheard = Overheard::all_but(&[]).unwrap();
    let url = serve(2);
    let mut options = TransportOptions::default();
    options.read_timeout = Duration::from_secs(60);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let sent = ReqwestTransport::new(&options).unwrap();
    let answer = runtime.block_on(Transport::send(&sent, request(&url)));
    assert_eq!(answer.unwrap().body().len(), 64);
    let of_reqwest = overheard.entries().len();
    assert!(of_reqwest > 0);
    let sent = UreqTransport::new(&options).unwrap();
    let answer = BlockingTransport::send(&sent, request(&url));
    assert_eq!(answer.unwrap().body().len(), 64);

    let mut canaries = Canaries::new();
    let _ = canaries.plant("the canary", CANARY);
    let entries = overheard.entries();
    let leaking: BTreeSet<&str> = entries
        .iter()
        .filter(|(_, text)| !canaries.leaks([text]).is_empty())
        .map(|(target, _)| target.as_str())
        .collect();
    // The first asks whether `ureq::util` is at `TRACE` before it shows more than the host.
    assert_eq!(leaking, ["ureq::run", "ureq_proto::util"].into());
    assert_eq!(LEAKY_TARGETS, ["ureq::util", "ureq_proto::util"]);
}
