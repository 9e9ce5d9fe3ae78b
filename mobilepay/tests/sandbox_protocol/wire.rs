//! A PSP that speaks raw HTTP, and the server that its callbacks come to.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use payments_mobilepay::sandbox::{Config, Control, Sandbox, SandboxClock, start};
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(10);

pub(crate) const PUBLIC_KEY: &str = include_str!("keys/psp-public.pem");
const PRIVATE_KEY: &[u8] = include_bytes!("keys/psp-private.der");

pub(crate) const PAYMENTS: &str = "/cardpassthrough-restapi/api/v3/payments";
pub(crate) const MERCHANTS: &str = "/cardpassthrough-restapi/api/v1/merchants";

/// An HTTP message, status 0 if it is a request.
#[derive(Debug)]
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

    /// The code of a domain error; its other members are there.
    pub(crate) fn code(&self) -> String {
        assert_eq!(self.status, 409, "{}", self.body);
        let error = self.json();
        assert_eq!(error.as_object().unwrap().len(), 3, "{error}");
        assert_eq!(
            error["correlationId"].as_str().unwrap().len(),
            36,
            "{error}"
        );
        assert!(!error["message"].as_str().unwrap().is_empty());
        error["code"].as_str().unwrap().to_owned()
    }

    /// What a request that does not fit its schema is told.
    pub(crate) fn detail(&self) -> String {
        assert_eq!(self.status, 400, "{}", self.body);
        assert!(self.head.contains("application/problem+json"));
        self.json()["detail"].as_str().unwrap().to_owned()
    }

    /// The path that a request was sent to.
    pub(crate) fn path(&self) -> &str {
        self.head.split(' ').nth(1).unwrap()
    }
}

/// The PSP, against a sandbox of its own, with callbacks to `endpoint`.
pub(crate) struct Psp {
    pub(crate) sandbox: Sandbox,
    pub(crate) endpoint: Endpoint,
}

/// The clock stands still, and the PSP's key is registered.
pub(crate) fn config() -> Config {
    Config::new()
        .kit(|kit| kit.clock(SandboxClock::still()))
        .public_key(PUBLIC_KEY)
}

impl Psp {
    pub(crate) fn open(config: Config) -> Self {
        Self {
            sandbox: start(config).unwrap(),
            endpoint: Endpoint::listen(),
        }
    }

    pub(crate) fn control(&self) -> Control {
        self.sandbox.control()
    }

    /// Waits until nothing is due or under way.
    pub(crate) fn settle(&self) {
        assert!(self.control().callbacks().wait_until_idle(SOON));
    }

    /// Moves the clock, and waits for what follows.
    pub(crate) fn advance(&self, seconds: u64) {
        self.control().advance(Duration::from_secs(seconds));
        self.settle();
    }

    /// A request that initiates a payment, with `changes` laid over; null removes.
    pub(crate) fn payment(&self, reference: &str, changes: &Value) -> Value {
        let mut request = json!({
            "merchantId": Config::MERCHANT_ID,
            "merchantName": "Butik & Æble",
            "merchantLogoUrl": "https://no-logo.png",
            "merchantOrderId": format!("order-{reference}"),
            "merchantUrl": "DK12345678",
            "pspReferenceId": reference,
            "amount": 495,
            "currencyCode": "DKK",
            "allowedCardTypes": [{
                "name": "DANKORT",
                "encryptedPanCallbackUrl": self.endpoint.url("/card"),
            }],
            "publicKeyId": Config::FIRST_KEY_ID,
            "redirectFromMobilePayUrl": "https://shop.example/back?a=1&b=2",
            "failedPaymentCallbackUrl": self.endpoint.url("/failed"),
        });
        for (name, value) in changes.as_object().unwrap() {
            if value.is_null() {
                request.as_object_mut().unwrap().remove(name);
            } else {
                request[name] = value.clone();
            }
        }
        request
    }

    /// Allows a Visa and a Mastercard, with tokens.
    pub(crate) fn with_tokens(&self, amount: i64) -> Value {
        let card = |name: &str| {
            json!({
                "name": name,
                "encryptedPanCallbackUrl": self.endpoint.url("/card"),
                "tokenCallbackUrl": self.endpoint.url("/token"),
            })
        };
        json!({
            "amount": amount,
            "allowedCardTypes": [card("VISA-CREDIT"), card("MC-DEBIT"), card("DANKORT")],
        })
    }

    pub(crate) fn checkout(&self, delivery: bool) -> Value {
        let mut changes = json!({
            "isCheckout": true,
            "addressCallbackUrl": self.endpoint.url("/address"),
            "deliveryAddressAllowed": delivery,
        });
        if !delivery {
            changes["deliveryAddressDisallowedReasonCode"] = json!(3);
        }
        changes
    }

    pub(crate) fn try_initiate(&self, reference: &str, changes: &Value) -> Message {
        self.call("POST", PAYMENTS, &self.payment(reference, changes))
    }

    /// Initiates a payment; its id.
    pub(crate) fn initiate(&self, reference: &str, changes: &Value) -> String {
        let answer = self.try_initiate(reference, changes);
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["paymentId"].as_str().unwrap().to_owned()
    }

    /// The user accepts, and the callback is acknowledged; the attempt's id.
    pub(crate) fn accepted(&self, reference: &str) -> String {
        self.control().accept(reference).unwrap();
        self.settle();
        self.attempt(reference)
    }

    /// The last attempt.
    pub(crate) fn attempt(&self, reference: &str) -> String {
        let payment = self.control().payment(reference).unwrap();
        payment.attempts().last().unwrap().id().to_owned()
    }

    /// A payment that was authorized; its id.
    pub(crate) fn authorized(&self, reference: &str, changes: &Value) -> String {
        let payment = self.initiate(reference, changes);
        let attempt = self.accepted(reference);
        assert_eq!(
            self.update(&payment, &attempt, &json!({ "succeeded": true }))
                .status,
            204
        );
        payment
    }

    pub(crate) fn update(&self, payment: &str, attempt: &str, body: &Value) -> Message {
        let path = format!(
            "/cardpassthrough-restapi/api/v1/payments/{payment}/authorizationattempts/{attempt}"
        );
        self.call("PATCH", &path, body)
    }

    /// Captures, cancels or refunds; `what` is one of the three, without its `s`.
    pub(crate) fn tell(&self, what: &str, payment: &str, identifier: &str, amount: i64) -> Message {
        let identifier_name = format!("{what}Identifier");
        let body = json!({
            identifier_name: identifier,
            "amount": amount,
            "timestamp": "2026-01-01T00:00:10Z",
        });
        let path = format!("/cardpassthrough-restapi/api/v1/payments/{payment}/{what}s");
        self.call("POST", &path, &body)
    }

    /// A JSON call with the credentials.
    pub(crate) fn call(&self, method: &str, path: &str, body: &Value) -> Message {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        self.exchange(&self.request(method, path, &body))
    }

    pub(crate) fn request(&self, method: &str, path: &str, body: &str) -> String {
        format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\
             X-IBM-Client-Id: {}\r\nx-ibm-client-secret: {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.sandbox.port(),
            Config::CLIENT_ID,
            Config::CLIENT_SECRET,
            body.len()
        )
    }

    /// A browser's request to an address of the sandbox: GET, or POST of a form.
    pub(crate) fn browse(&self, url: &str, form: Option<&str>) -> Message {
        let target = url.strip_prefix(self.sandbox.base_url()).unwrap_or(url);
        let body = form.unwrap_or_default();
        let method = if form.is_some() { "POST" } else { "GET" };
        self.exchange(&format!(
            "{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ))
    }

    pub(crate) fn exchange(&self, text: &str) -> Message {
        let mut stream = TcpStream::connect(("127.0.0.1", self.sandbox.port())).unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        Message::parse(&answer)
    }
}

/// What stands under the PSP's key, by another library than the sandbox's.
pub(crate) fn decrypt(encrypted: &Value) -> Result<String, ()> {
    let key = PrivateDecryptingKey::from_pkcs8(PRIVATE_KEY).unwrap();
    let key = OaepPrivateDecryptingKey::new(key).unwrap();
    let bytes = STANDARD.decode(encrypted.as_str().unwrap()).map_err(drop)?;
    let mut plain = vec![0; key.min_output_size()];
    let plain = key
        .decrypt(&OAEP_SHA256_MGF1SHA256, &bytes, &mut plain, None)
        .map_err(drop)?;
    Ok(String::from_utf8(plain.to_vec()).unwrap())
}

/// The PSP's server: answers 200 unless told, and keeps what came.
pub(crate) struct Endpoint {
    base: String,
    statuses: Arc<Mutex<VecDeque<u16>>>,
    received: Receiver<Message>,
}

impl Endpoint {
    fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let statuses = Arc::new(Mutex::new(VecDeque::new()));
        let next: Arc<Mutex<VecDeque<u16>>> = Arc::clone(&statuses);
        let (tell, received) = channel();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let message = read_request(&mut stream);
                let status = next.lock().unwrap().pop_front().unwrap_or(200);
                if tell.send(message).is_err() {
                    return;
                }
                let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n");
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        Self {
            base,
            statuses,
            received,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Answers the next callbacks with these.
    pub(crate) fn answer(&self, statuses: &[u16]) {
        self.statuses.lock().unwrap().extend(statuses);
    }

    pub(crate) fn next(&self) -> Message {
        self.received.recv_timeout(SOON).unwrap()
    }

    /// The next one's body; it came to `path` as JSON.
    pub(crate) fn next_at(&self, path: &str) -> Value {
        let message = self.next();
        assert_eq!(message.path(), path);
        assert!(message.head.starts_with("POST "));
        assert!(message.head.contains("content-type: application/json"));
        message.json()
    }

    /// Nothing more has come.
    pub(crate) fn is_quiet(&self) -> bool {
        self.received.try_recv().is_err()
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
