//! A merchant's backend: a client, an endpoint for webhooks, and an inbox that delivers.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use payments_core::client::{Builder, RetryPolicy};
use payments_core::http::{HeaderMap, HeaderName, HeaderValue, Method};
use payments_core::incoming::{
    AmountClaim, Basis, Confirmation, Expected, Inbound, Inbox, KeyRing, Outcome, Row, Verifier,
    Worked,
};
use payments_core::testing::FixedClock;
use payments_core::{Currency, Error, Money};
use payments_mocasa::auth::order_webhooks;
use payments_mocasa::calls::{Client, Credentials, Environment};
use payments_mocasa::inbound::{OrderWebhook, OrderWebhookKeys};
use payments_mocasa::sandbox::{
    Config, Control, DigestForm, Sandbox, SandboxClock, start, webhook_signature,
};
use payments_mocasa::types::{
    CreateBeneficiary, CreateOrder, OrderStatus, Refund, Transfer, TransferStatus,
};
use tokio::net::TcpListener;

pub(crate) const TOKEN: &str = "/auth/token/apply";
pub(crate) const CREATE: &str = "/payment/order/create";
pub(crate) const QUERY: &str = "/payment/order/query";
pub(crate) const REFUND: &str = "/payment/order/refund";
pub(crate) const BENEFICIARY: &str = "/payout/account/create";
pub(crate) const TRANSFER: &str = "/payout/transfer/initiate";
pub(crate) const TRANSFER_QUERY: &str = "/payout/transfer/query";

pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
pub(crate) const JSON: &str = "application/json";

pub(crate) struct Shop {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: Client,
    pub(crate) inbox: Inbox,
    pub(crate) verifier: Verifier<OrderWebhook>,
    pub(crate) hook: String,
    /// The order, what its confirmation rested on, and what the webhook claimed.
    delivered: Mutex<Vec<(String, Basis, AmountClaim)>>,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::with(Config::new(), |builder| builder).await
    }

    /// `setup` has the last word on the client, which never pauses for real.
    pub(crate) async fn with(
        config: Config,
        setup: impl FnOnce(
            Builder<payments_mocasa::Mocasa, Client>,
        ) -> Builder<payments_mocasa::Mocasa, Client>,
    ) -> Self {
        let inbox = Inbox::in_memory();
        let verifier = verifier();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let hook = format!("http://{}/hook", listener.local_addr().unwrap());
        let router = payments_mocasa::axum::router("/hook", verifier.clone(), inbox.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let sandbox = start(
            config
                .kit(|kit| kit.clock(SandboxClock::still()))
                .webhook(&hook),
        )
        .unwrap();
        let client = setup(
            Client::builder(
                Environment::At(sandbox.base_url().to_owned()),
                credentials(),
            )
            .clock(Arc::new(FixedClock::new())),
        )
        .build()
        .unwrap();
        Self {
            sandbox,
            client,
            inbox,
            verifier,
            hook,
            delivered: Mutex::default(),
        }
    }

    /// A shop whose reads are sent once, so that each fault shows.
    pub(crate) async fn impatient() -> Self {
        Self::with(Config::new(), |builder| builder.retry(RetryPolicy::never())).await
    }

    pub(crate) fn control(&self) -> Control {
        self.sandbox.control()
    }

    /// How many requests to this path arrived.
    pub(crate) fn arrived(&self, path: &str) -> usize {
        let requests = self.control().requests();
        requests.iter().filter(|seen| seen.path() == path).count()
    }

    /// How often this happened at the provider, whatever it was about.
    pub(crate) fn happened(&self, kind: &str) -> usize {
        let ledger = self.control().ledger();
        let effects = ledger.effects().iter();
        effects.filter(|effect| effect.kind() == kind).count()
    }

    /// Creates an order and pays it, without a webhook.
    pub(crate) async fn paid(&self, order_no: &str) {
        self.control().suppress_webhooks(true);
        self.client.create_order(order(order_no)).await.unwrap();
        self.control().pay(order_no).unwrap();
        self.control().suppress_webhooks(false);
    }

    pub(crate) async fn beneficiary(&self) -> String {
        let reply = self.client.create_beneficiary(beneficiary()).await;
        reply.unwrap().into_inner().account_no
    }

    pub(crate) async fn status(&self, order_no: &str) -> String {
        let reply = self.client.order_status(order_status(order_no)).await;
        reply.unwrap().tx_status.as_str().to_owned()
    }

    /// Works the inbox off, delivering what is confirmed and was not before.
    pub(crate) async fn work(&self) -> Worked {
        self.control().callbacks().idle().await;
        self.inbox.work(|row| self.handle(row)).await
    }

    async fn handle(&self, row: Row) -> Outcome {
        let expected = expected(row.reference());
        let event = row
            .inbound()
            .map(|inbound| self.verifier.verify(inbound).unwrap());
        match self.client.confirm(event.as_ref(), &expected).await {
            Ok(Confirmation::Confirmed(confirmed)) => {
                if !row.settled_before() {
                    self.delivered.lock().unwrap().push((
                        row.reference().to_owned(),
                        confirmed.basis(),
                        confirmed.amount_claim(),
                    ));
                }
                Outcome::Settled
            }
            Ok(Confirmation::Declined(_)) => Outcome::Done,
            Ok(_) => Outcome::Retry("open".to_owned()),
            Err(error) => Outcome::Retry(error.to_string()),
        }
    }

    pub(crate) fn delivered(&self) -> Vec<(String, Basis, AmountClaim)> {
        self.delivered.lock().unwrap().clone()
    }

    /// Sends the webhook that Mocasa would, unless the signature is another's.
    pub(crate) fn tell(&self, content_type: &str, signature: &str, body: &[u8]) -> String {
        let signature = format!("signature: {signature}\r\n");
        post(&self.hook, content_type, &signature, body)
    }
}

pub(crate) fn credentials() -> Credentials {
    Credentials::new(Config::CLIENT_KEY, Config::CLIENT_SECRET).unwrap()
}

pub(crate) fn verifier() -> Verifier<OrderWebhook> {
    let keys = OrderWebhookKeys::new(Config::CLIENT_SECRET).unwrap();
    order_webhooks("sandbox", "shop", KeyRing::new("first", keys))
}

pub(crate) fn php(text: &str) -> Money {
    Money::from_decimal(text, Currency::PHP).unwrap()
}

/// Every order is of 1,499.00 pesos.
pub(crate) fn expected(order_no: &str) -> Expected {
    Expected::new(order_no, php("1499.00"))
}

pub(crate) fn order(order_no: &str) -> CreateOrder {
    let builder = CreateOrder::builder()
        .order_no(order_no)
        .amount(php("1499.00"))
        .product_name("Tea & <cake>")
        .customer_id("C-1")
        .return_url("https://shop.example/back");
    builder.build().unwrap()
}

pub(crate) fn order_status(order_no: &str) -> OrderStatus {
    OrderStatus::builder().order_no(order_no).build().unwrap()
}

pub(crate) fn refund(order_no: &str) -> Refund {
    let builder = Refund::builder().order_no(order_no).reason("returned");
    builder.build().unwrap()
}

pub(crate) fn beneficiary() -> CreateBeneficiary {
    let builder = CreateBeneficiary::builder()
        .id_type("passport")
        .id_no("P-1234567")
        .beneficiary_name("Ana Reyes")
        .phone("+639170000001")
        .business_license("L-1")
        .shop_name("Ana's");
    builder.build().unwrap()
}

pub(crate) fn transfer(serial_no: &str, payee: &str) -> Transfer {
    let builder = Transfer::builder()
        .transfer_serial_no(serial_no)
        .amount(php("250.50"))
        .payee_account_no(payee)
        .purpose("payout");
    builder.build().unwrap()
}

pub(crate) fn transfer_status(serial_no: &str) -> TransferStatus {
    let builder = TransferStatus::builder().transfer_serial_no(serial_no);
    builder.build().unwrap()
}

/// The genuine signature of an order's webhook.
pub(crate) fn signature(order_no: &str, tx_status: &str) -> String {
    webhook_signature(
        order_no,
        tx_status,
        Config::CLIENT_SECRET,
        DigestForm::Base64,
    )
}

/// A request as a web framework would hand it over.
pub(crate) fn inbound(headers: &[(&str, &[u8])], body: &[u8]) -> Inbound {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let name: HeaderName = name.parse().unwrap();
        map.append(name, HeaderValue::from_bytes(value).unwrap());
    }
    Inbound::new(Method::POST, "/hook", map, body.to_vec())
}

/// Posts as a stranger would and says what came back. A server that has read enough may close
/// before all is written.
pub(crate) fn post(url: &str, content_type: &str, headers: &str, body: &[u8]) -> String {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    let head = format!(
        "POST /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: {content_type}\r\n\
         {headers}Content-Length: {}\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(&[head.as_bytes(), body].concat());
    let mut answer = Vec::new();
    let mut chunk = [0; 4096];
    while let Ok(read @ 1..) = stream.read(&mut chunk) {
        answer.extend(chunk.iter().take(read));
    }
    String::from_utf8(answer).unwrap()
}

/// One word for an error, and what it says of money.
pub(crate) fn kind(error: &Error) -> String {
    let name = match error {
        Error::Misuse(misuse) => return format!("misuse of {}", misuse.field()),
        Error::NotSent(_) => "not sent",
        Error::Refused(refused) => {
            return format!("refused with {}", refused.code().unwrap_or("nothing"));
        }
        Error::Unknown(_) => "unknown",
        Error::Malformed(_) => "malformed",
        Error::Unverified(_) => "unverified",
        _ => "new",
    };
    format!("{name}, moved: {:?}", error.money_moved())
}
