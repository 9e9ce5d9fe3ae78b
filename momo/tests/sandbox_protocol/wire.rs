//! A partner that speaks raw HTTP, and the endpoint that MoMo calls it at.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use payments_momo::sandbox::{Config, Control, Sandbox, hmac_sha256, start};
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(10);

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

    /// Waits until no callback is due or under way.
    pub(crate) fn settle_down(&self) {
        assert!(self.control().callbacks().wait_until_idle(SOON));
    }

    pub(crate) fn create(&self, order_id: &str, more: &Value) -> Message {
        let mut body = payment(order_id);
        merge(&mut body, more);
        self.call("create", body)
    }

    /// Creates a payment and gives its reply; it must succeed.
    pub(crate) fn created(&self, order_id: &str, more: &Value) -> Value {
        let answer = self.create(order_id, more);
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.json()["resultCode"], 0, "{}", answer.body);
        answer.json()
    }

    /// Signs a call by its own list and sends it.
    pub(crate) fn call(&self, name: &str, mut body: Value) -> Message {
        body["signature"] = Value::from(signature(name, &body));
        self.send(name, &body)
    }

    pub(crate) fn send(&self, name: &str, body: &Value) -> Message {
        let path = format!("/v2/gateway/api/{name}");
        let json = "Content-Type: application/json; charset=UTF-8\r\n";
        self.exchange(&self.request(&path, json, &body.to_string()))
    }

    pub(crate) fn query(&self, order_id: &str, request_id: &str) -> Value {
        let body = json!({"partnerCode": "MOMO", "requestId": request_id, "orderId": order_id});
        self.call("query", body).json()
    }

    pub(crate) fn get(&self, url: &str) -> Message {
        let path = url.strip_prefix(self.sandbox.base_url()).unwrap();
        self.exchange(&format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        ))
    }

    pub(crate) fn press(&self, url: &str, body: &str) -> Message {
        let path = url.strip_prefix(self.sandbox.base_url()).unwrap();
        let form = "Content-Type: application/x-www-form-urlencoded\r\n";
        self.exchange(&self.request(path, form, body))
    }

    pub(crate) fn request(&self, path: &str, headers: &str, body: &str) -> String {
        format!(
            "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\
             Content-Length: {}\r\n{headers}\r\n{body}",
            self.sandbox.port(),
            body.len()
        )
    }

    pub(crate) fn exchange(&self, text: &str) -> Message {
        let mut stream = TcpStream::connect(("127.0.0.1", self.sandbox.port())).unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = Vec::new();
        let mut chunk = [0; 4096];
        while let Ok(read @ 1..) = stream.read(&mut chunk) {
            answer.extend_from_slice(&chunk[..read]);
        }
        Message::parse(&answer)
    }
}

pub(crate) fn payment(order_id: &str) -> Value {
    json!({
        "partnerCode": "MOMO",
        "requestId": format!("R-{order_id}"),
        "amount": 33_000,
        "orderId": order_id,
        "orderInfo": "Trà sữa & bánh",
        "redirectUrl": "https://shop.example/back?a=1",
        "ipnUrl": "https://shop.example/ipn",
        "requestType": "captureWallet",
        "extraData": "",
        "lang": "en",
    })
}

pub(crate) fn merge(body: &mut Value, more: &Value) {
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
}

/// A whole item of a basket.
pub(crate) fn item(id: &str) -> Value {
    json!({"id": id, "name": "Trà", "price": 33_000, "quantity": 1, "totalPrice": "33000"})
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The signature of a call over the list of the reference.
pub(crate) fn signature(name: &str, body: &Value) -> String {
    let list = match name {
        "create" if body["requestType"] == "linkWallet" => {
            "amount extraData ipnUrl orderId orderInfo partnerClientId partnerCode redirectUrl requestId requestType"
        }
        "create" => {
            "amount extraData ipnUrl orderId orderInfo partnerCode redirectUrl requestId requestType"
        }
        "refund" => "amount description orderId partnerCode requestId transId",
        "confirm" => "amount description orderId partnerCode requestId requestType",
        _ => "orderId partnerCode requestId",
    };
    signed(body, list)
}

/// The signature of the fields in `list` under the published test key.
pub(crate) fn signed(body: &Value, list: &str) -> String {
    let mut raw = format!("accessKey={}", Config::ACCESS_KEY);
    for name in list.split(' ') {
        raw = format!("{raw}&{name}={}", text(&body[name]));
    }
    hmac_sha256(Config::SECRET_KEY, &raw)
}

/// An endpoint of the partner that answers with each status and body in turn.
pub(crate) struct Endpoint {
    base: String,
    received: Receiver<Message>,
}

impl Endpoint {
    /// The body may hold `REQUEST_ID`, which becomes that of the request.
    pub(crate) fn listen(answers: Vec<(u16, String)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (tell, received) = channel();
        thread::spawn(move || {
            for (status, body) in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let message = read_request(&mut stream);
                let asked = message.json();
                let body = body.replace("REQUEST_ID", asked["requestId"].as_str().unwrap());
                let answer = format!(
                    "HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n{body}",
                    body.len()
                );
                stream.write_all(answer.as_bytes()).unwrap();
                // The test may have ended without waiting for all.
                let _ = tell.send(message);
            }
        });
        Self { base, received }
    }

    pub(crate) fn base(&self) -> &str {
        &self.base
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
