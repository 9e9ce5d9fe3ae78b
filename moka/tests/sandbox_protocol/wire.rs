//! A shop that speaks raw HTTP, and the endpoint that browsers are sent back to.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use payments_moka::sandbox::{Config, Control, Sandbox, start};
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(10);

/// `CheckKey` of the sandbox's default credentials, by `sha256sum`.
pub(crate) const CHECK_KEY: &str =
    "0f0317a81f75552bb6b3973c1af504782ff69a862521d41eb518de240c005acf";

pub(crate) const CREATE: &str = "/Api/WebPos/CreateWebPosRequest";

/// An HTTP message, status 0 if it is a request.
pub(crate) struct Message {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Message {
    fn parse(bytes: &[u8]) -> Self {
        let text = std::str::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap_or(0);
        Self {
            status,
            head: format!("{head}\r\n"),
            body: body.to_owned(),
        }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The fields of a form, as a browser or the provider encodes them.
    pub(crate) fn form(&self) -> Vec<(String, String)> {
        let decode = |text: &str| {
            let bytes = text.replace('+', " ").into_bytes();
            let mut decoded = Vec::new();
            let mut rest = bytes.as_slice();
            while let Some((&first, tail)) = rest.split_first() {
                if first == b'%' {
                    let hex = std::str::from_utf8(&tail[..2]).unwrap();
                    decoded.push(u8::from_str_radix(hex, 16).unwrap());
                    rest = &tail[2..];
                } else {
                    decoded.push(first);
                    rest = tail;
                }
            }
            String::from_utf8(decoded).unwrap()
        };
        self.body
            .split('&')
            .map(|pair| pair.split_once('=').unwrap())
            .map(|(name, value)| (decode(name), decode(value)))
            .collect()
    }

    pub(crate) fn field(&self, name: &str) -> String {
        let mut values = self.form();
        values.retain(|(candidate, _)| candidate == name);
        assert_eq!(values.len(), 1, "{name}: {values:?}");
        values.remove(0).1
    }
}

/// A merchant's server against a sandbox of its own.
pub(crate) struct Shop {
    pub(crate) sandbox: Sandbox,
}

impl Shop {
    pub(crate) fn open(config: Config) -> Self {
        Self {
            sandbox: start(config).unwrap(),
        }
    }

    pub(crate) fn control(&self) -> Control {
        self.sandbox.control()
    }

    /// Waits until nothing is due or under way.
    pub(crate) fn settle_down(&self) {
        assert!(self.control().callbacks().wait_until_idle(SOON));
    }

    /// Creates a page; `changes` are laid over a plain request.
    pub(crate) fn create(&self, other_trx_code: &str, changes: &Value) -> Value {
        self.call(CREATE, &page_request(other_trx_code, changes))
    }

    /// Creates a page, pays it, and returns nothing: the browser goes nowhere.
    pub(crate) fn paid(&self, other_trx_code: &str, changes: &Value) {
        let created = self.create(other_trx_code, changes);
        assert_eq!(created["ResultCode"], "Success", "{created}");
        self.control().pay(other_trx_code).unwrap();
    }

    /// Sends a service what stands in its wrapper.
    pub(crate) fn call(&self, path: &str, inner: &Value) -> Value {
        let answer = self.exchange(&self.request(path, &body(path, inner)));
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert!(
            answer
                .head
                .contains("content-type: application/json; charset=utf-8\r\n")
        );
        answer.json()
    }

    pub(crate) fn service(&self, name: &str, inner: &Value) -> Value {
        self.call(&format!("/PaymentDealer/{name}"), inner)
    }

    /// Calls a service about a payment of the merchant's code.
    pub(crate) fn about(&self, name: &str, other_trx_code: &str) -> Value {
        self.service(name, &arguments(name, other_trx_code))
    }

    pub(crate) fn get(&self, url: &str) -> Message {
        let path = url.strip_prefix(self.sandbox.base_url()).unwrap();
        self.exchange(&format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        ))
    }

    pub(crate) fn post(&self, url: &str, body: &str) -> Message {
        let path = url.strip_prefix(self.sandbox.base_url()).unwrap();
        let request = self.request(path, body);
        self.exchange(&request.replace("application/json", "application/x-www-form-urlencoded"))
    }

    pub(crate) fn request(&self, path: &str, body: &str) -> String {
        format!(
            "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.sandbox.port(),
            body.len()
        )
    }

    pub(crate) fn exchange(&self, text: &str) -> Message {
        Message::parse(&self.bytes(text))
    }

    /// Everything that comes back until the connection is closed.
    pub(crate) fn bytes(&self, text: &str) -> Vec<u8> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.sandbox.port())).unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = Vec::new();
        let mut chunk = [0; 4096];
        while let Ok(read @ 1..) = stream.read(&mut chunk) {
            answer.extend_from_slice(&chunk[..read]);
        }
        answer
    }
}

/// What a service is sent about a payment of that code.
pub(crate) fn arguments(name: &str, other_trx_code: &str) -> Value {
    let mut arguments = json!({ "VirtualPosOrderId": "", "OtherTrxCode": other_trx_code });
    let more = match name {
        "DoCapture" => json!({ "Amount": 27.50, "ClientIP": "192.0.2.1" }),
        "DoVoid" => json!({ "ClientIP": "192.0.2.1", "VoidRefundReason": 2 }),
        _ => json!({}),
    };
    lay_over(&mut arguments, &more);
    arguments
}

pub(crate) fn page_request(other_trx_code: &str, changes: &Value) -> Value {
    let mut request = json!({
        "Amount": 27.50,
        "OtherTrxCode": other_trx_code,
        "ClientWebPosTypeId": 1,
        "IsThreeD": 1,
        "Description": "Çay & <börek>",
        "ReturnHash": 1,
        "RedirectUrl": "https://shop.example/moka/return?t=abc",
    });
    lay_over(&mut request, changes);
    request
}

fn lay_over(request: &mut Value, changes: &Value) {
    for (name, value) in changes.as_object().unwrap() {
        request[name] = value.clone();
    }
}

/// A body with the authentication block of the sandbox's default credentials.
pub(crate) fn body(path: &str, inner: &Value) -> String {
    let wrapper = if path == CREATE {
        "WebPosRequest"
    } else {
        "PaymentDealerRequest"
    };
    json!({
        "PaymentDealerAuthentication": {
            "DealerCode": Config::DEALER_CODE,
            "Username": Config::USERNAME,
            "Password": Config::PASSWORD,
            "CheckKey": CHECK_KEY,
        },
        wrapper: inner,
    })
    .to_string()
}

/// A merchant's endpoint that answers with each status and text in turn.
pub(crate) struct Endpoint {
    url: String,
    received: Receiver<Message>,
}

impl Endpoint {
    pub(crate) fn listen(answers: Vec<(u16, &'static str)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/moka", listener.local_addr().unwrap());
        let (tell, received) = channel();
        thread::spawn(move || {
            for (status, text) in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let message = read_request(&mut stream);
                let length = text.len();
                let answer =
                    format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n\r\n{text}");
                stream.write_all(answer.as_bytes()).unwrap();
                // The test may have ended without waiting for all.
                let _ = tell.send(message);
            }
        });
        Self { url, received }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn next(&self) -> Message {
        self.received.recv_timeout(SOON).unwrap()
    }
}

fn read_request(stream: &mut TcpStream) -> Message {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let read = stream.read(&mut chunk).unwrap();
        bytes.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head.split("content-length: ").nth(1).unwrap();
        let length: usize = length.split("\r\n").next().unwrap().parse().unwrap();
        if body.len() >= length {
            return Message::parse(&bytes);
        }
    }
}
