//! A shop that speaks raw HTTP, and the endpoint that it is told at.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use payments_mocopay::sandbox::{Config, Control, Sandbox, start};

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// A merchant's server against a sandbox of its own.
pub(crate) struct Shop {
    sandbox: Sandbox,
    key: String,
    secret: String,
}

impl Shop {
    pub(crate) fn open(config: Config) -> Self {
        // The configuration does not tell its credentials: K1's, or the sandbox's own.
        let (key, secret) = match format!("{config:?}").contains("app1") {
            true => ("app1", "this.is.a.secret"),
            false => (Config::API_KEY, Config::API_SECRET),
        };
        Self {
            sandbox: start(config).unwrap(),
            key: key.to_owned(),
            secret: secret.to_owned(),
        }
    }

    pub(crate) fn control(&self) -> Control {
        self.sandbox.control()
    }

    /// The signature over parameters that are in order already.
    pub(crate) fn signature(&self, path: &str, parameters: &str) -> String {
        let digest = Md5::digest(format!("{}{path}?{parameters}", self.secret));
        format!("{}:{}", self.key, STANDARD.encode(digest))
    }

    /// A request with its signature in the header.
    pub(crate) fn signed(&self, method: &str, path: &str, query: &str) -> String {
        let signature = self.signature(path, query);
        format!(
            "{method} {path}?{query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
             Signature: {signature}\r\nContent-Length: 0\r\n\r\n"
        )
    }

    /// Sends the text to the sandbox; `Host: x` stands for its own.
    pub(crate) fn exchange(&self, text: &str) -> Answer {
        let host = format!("Host: 127.0.0.1:{}", self.sandbox.port());
        let text = text.replace("Host: x", &host);
        let mut stream = TcpStream::connect(("127.0.0.1", self.sandbox.port())).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        let mut whole = String::new();
        stream.read_to_string(&mut whole).unwrap();
        let (head, body) = whole.split_once("\r\n\r\n").unwrap();
        Answer {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }
}

/// Answers as many requests with 200, and hands their heads over.
pub(crate) struct Endpoint {
    url: String,
    received: Receiver<String>,
}

impl Endpoint {
    pub(crate) fn open(requests: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (tell, received) = channel();
        thread::spawn(move || {
            for _ in 0..requests {
                let (mut stream, _) = listener.accept().unwrap();
                let mut head = Vec::new();
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
                    head.extend(byte);
                }
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                    .unwrap();
                // The test may have ended without waiting for all.
                let _ = tell.send(String::from_utf8(head).unwrap());
            }
        });
        Self { url, received }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn next(&self) -> String {
        self.received.recv_timeout(Duration::from_secs(10)).unwrap()
    }
}
