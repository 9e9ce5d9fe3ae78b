//! A shop that speaks raw HTTP, and the endpoint that it takes webhooks at.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use payments_mocasa::sandbox::{Config, Control, Sandbox, start};

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

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// A form field; spaces come as `+`.
    pub(crate) fn field(&self, name: &str) -> String {
        let pair = self.body.split('&').find_map(|pair| {
            let (candidate, value) = pair.split_once('=')?;
            (candidate == name).then_some(value)
        });
        pair.unwrap().replace('+', " ")
    }
}

/// A merchant's server against a sandbox of its own.
pub(crate) struct Shop {
    pub(crate) sandbox: Sandbox,
    pub(crate) token: String,
}

impl Shop {
    pub(crate) fn open(config: Config) -> Self {
        let mut shop = Self {
            sandbox: start(config).unwrap(),
            token: String::new(),
        };
        shop.token = shop.fresh_token();
        shop
    }

    pub(crate) fn control(&self) -> Control {
        self.sandbox.control()
    }

    /// Waits until no webhook is due or under way.
    pub(crate) fn settle_down(&self) {
        assert!(self.control().callbacks().wait_until_idle(SOON));
    }

    pub(crate) fn apply_token(&self) -> serde_json::Value {
        let body = "clientKey=mp_sandbox_client_key&clientSecret=sandbox-client-secret";
        self.exchange(&self.request("/auth/token/apply", "", body))
            .json()
    }

    pub(crate) fn fresh_token(&self) -> String {
        let answer = self.apply_token();
        answer["data"]["accessToken"].as_str().unwrap().to_owned()
    }

    pub(crate) fn create(&self, order_no: &str, amount: &str) -> serde_json::Value {
        let fields = [
            ("orderNo", order_no),
            ("amount", amount),
            ("productName", "Tea %26 <cake>"),
            ("customerId", "C-1"),
            ("returnUrl", "https://shop.example/back?a%3D1"),
        ];
        self.call("/payment/order/create", &fields)
    }

    pub(crate) fn beneficiary(&self) -> String {
        let fields = [
            ("idType", "passport"),
            ("idNo", "P-1234567"),
            ("beneficiaryName", "Ana"),
            ("businessLisence", "L-1"),
            ("shopName", "Ana's"),
        ];
        let answer = self.call("/payout/account/create", &fields);
        assert_eq!(answer["data"]["status"], "active");
        answer["data"]["accountNo"].as_str().unwrap().to_owned()
    }

    /// Sends a call with fields that are escaped where they have to be.
    pub(crate) fn call(&self, path: &str, fields: &[(&str, &str)]) -> serde_json::Value {
        let pairs: Vec<_> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", value.replace(' ', "+")))
            .collect();
        let token = format!("accessToken: {}\r\n", self.token);
        let answer = self.exchange(&self.request(path, &token, &pairs.join("&")));
        assert_eq!(answer.status, 200);
        answer.json()
    }

    pub(crate) fn refuses(&self, path: &str, fields: &[(&str, &str)], code: &str) {
        let answer = self.call(path, fields);
        assert_eq!(answer["success"], false, "{answer}");
        assert_eq!(answer["code"], code, "{answer}");
        assert_eq!(answer.get("data"), None, "{answer}");
    }

    pub(crate) fn get(&self, url: &str) -> Message {
        let path = url.strip_prefix(self.sandbox.base_url()).unwrap();
        self.exchange(&format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        ))
    }

    pub(crate) fn post(&self, url: &str, body: &str) -> Message {
        let path = url.strip_prefix(self.sandbox.base_url()).unwrap();
        self.exchange(&self.request(path, "", body))
    }

    pub(crate) fn request(&self, path: &str, headers: &str, body: &str) -> String {
        format!(
            "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\
             {headers}\r\n{body}",
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

/// A merchant's webhook endpoint that answers with each status in turn.
pub(crate) struct Webhooks {
    url: String,
    received: Receiver<Message>,
}

impl Webhooks {
    pub(crate) fn listen(statuses: Vec<u16>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (tell, received) = channel();
        thread::spawn(move || {
            for status in statuses {
                let (mut stream, _) = listener.accept().unwrap();
                let message = read_request(&mut stream);
                let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n");
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
