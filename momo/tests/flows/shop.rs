//! A merchant's backend: a client of the gateway, endpoints for both families, and inboxes that
//! deliver.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use payments_core::call::Resolve;
use payments_core::client::{Builder, RetryPolicy};
use payments_core::http::{HeaderMap, HeaderName, HeaderValue, Method};
use payments_core::incoming::{
    Basis, CallerAuth, Confirmation, Expected, Inbound, Inbox, KeyRing, Outcome, Receiver, Replays,
    Row, Verifier, Worked,
};
use payments_core::testing::FixedClock;
use payments_core::{Currency, Error, Money};
use payments_momo::calls::{Client, Test, TestCredentials};
use payments_momo::codes::{ConfirmType, RequestType};
use payments_momo::inbound::{Ipn, IpnKeys, RedirectResult, RedirectResultKeys};
use payments_momo::one_payment::{
    self, AccountInfo, Bill, BillKeys, Init, InitAnswer, Links, Notification,
};
use payments_momo::sandbox::{Config, Control, Partner, Sandbox, SandboxClock, start};
use payments_momo::types::{CaptureOrCancel, CreatePayment, PaymentStatus, Refund, RefundStatus};
use tokio::net::TcpListener;

pub(crate) const CREATE: &str = "/v2/gateway/api/create";
pub(crate) const QUERY: &str = "/v2/gateway/api/query";
pub(crate) const REFUND: &str = "/v2/gateway/api/refund";
pub(crate) const REFUND_QUERY: &str = "/v2/gateway/api/refund/query";
pub(crate) const CONFIRM: &str = "/v2/gateway/api/confirm";

pub(crate) const JSON: &str = "application/json";
/// The header by which the shop knows MoMo; MoMo's own table is not public.
pub(crate) const CALLER: (&str, &str) = ("x-momo", "agreed-upon-with-momo");

/// A client that is being set up.
type Setup = Builder<payments_momo::Momo, Client, TestCredentials>;

pub(crate) struct Shop {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: Client,
    pub(crate) inbox: Inbox,
    pub(crate) bills: Inbox,
    pub(crate) verifier: Verifier<Ipn>,
    pub(crate) notifications: Receiver<Notification>,
    pub(crate) base: String,
    /// The payment, and what its confirmation rested on.
    delivered: Mutex<Vec<(String, Basis)>>,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::with(Config::new(), |builder| builder).await
    }

    /// `setup` has the last word on the client, which never pauses for real.
    pub(crate) async fn with(config: Config, setup: impl FnOnce(Setup) -> Setup) -> Self {
        let (inbox, bills) = (Inbox::in_memory(), Inbox::in_memory());
        let (verifier, notifications) = (verifier(), notifications());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let init = Receiver::<Init>::new("sandbox", "shop", caller());
        let router = axum::Router::new()
            .route(
                "/ipn",
                payments_momo::axum::ipn(inbox.clone(), verifier.clone()),
            )
            .route(
                "/return",
                payments_momo::axum::redirected(results(), |result| match result {
                    Some(result) => format!("code {}", result.result_code),
                    None => "look into the database".to_owned(),
                }),
            )
            .route(
                "/api/v1/init",
                payments_momo::axum::init(Replays::of(100), init, |asked| async move {
                    Some(account(&asked.claims().request_id))
                }),
            )
            .route(
                "/notify",
                payments_momo::axum::notified(bills.clone(), notifications.clone(), |told| {
                    let told = told.claims();
                    one_payment::acknowledge(told, &format!("REF-{}", told.bill_id)).unwrap()
                }),
            );
        tokio::spawn(async move { axum::serve(listener, router).await });
        let partner = Partner::new()
            .header(CALLER.0, CALLER.1)
            .host(&base)
            .notify_url(&format!("{base}/notify"));
        let sandbox = start(
            config
                .kit(|kit| kit.clock(SandboxClock::still()))
                .partner(partner),
        )
        .unwrap();
        let client = setup(
            Client::builder(Test::at(sandbox.base_url()), credentials())
                .clock(Arc::new(FixedClock::new())),
        )
        .build()
        .unwrap();
        Self {
            sandbox,
            client,
            inbox,
            bills,
            verifier,
            notifications,
            base,
            delivered: Mutex::default(),
        }
    }

    /// A shop whose calls are sent once, so that each fault shows.
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

    /// A payment of 33,000 dong whose callbacks come here.
    pub(crate) fn payment(&self, order_id: &str) -> CreatePayment {
        self.payment_saying(order_id, "Trà sữa & bánh = ngon")
    }

    pub(crate) fn payment_saying(&self, order_id: &str, info: &str) -> CreatePayment {
        CreatePayment::builder()
            .request_id(format!("R-{order_id}"))
            .amount(dong(33_000))
            .order_id(order_id)
            .order_info(info)
            .redirect_url(format!("{}/return?from=momo", self.base))
            .ipn_url(format!("{}/ipn", self.base))
            .request_type(RequestType::CaptureWallet)
            .build()
            .unwrap()
    }

    /// An amount that is held, not taken.
    pub(crate) async fn held(&self, order_id: &str) {
        let call = CreatePayment::builder()
            .request_id(format!("R-{order_id}"))
            .amount(dong(33_000))
            .order_id(order_id)
            .order_info("đặt trước")
            .redirect_url(format!("{}/return", self.base))
            .ipn_url(format!("{}/ipn", self.base))
            .request_type(RequestType::CaptureWallet)
            .auto_capture(false)
            .build()
            .unwrap();
        self.client.create_payment(call).await.unwrap();
        self.control().suppress_callbacks(true);
        self.control().pay(order_id).unwrap();
        self.control().suppress_callbacks(false);
    }

    /// Creates a payment and pays it, without an IPN; gives MoMo's number.
    pub(crate) async fn paid(&self, order_id: &str) -> i64 {
        self.control().suppress_callbacks(true);
        self.client
            .create_payment(self.payment(order_id))
            .await
            .unwrap();
        self.control().pay(order_id).unwrap();
        self.control().suppress_callbacks(false);
        let payment = self.control().payment(order_id).unwrap();
        payment.trans_id().try_into().unwrap()
    }

    pub(crate) async fn status(&self, order_id: &str) -> String {
        let reply = self.client.payment_status(payment_status(order_id)).await;
        reply.unwrap().result_code.as_str().to_owned()
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
                    let delivered = (row.reference().to_owned(), confirmed.basis());
                    self.delivered.lock().unwrap().push(delivered);
                }
                Outcome::Settled
            }
            Ok(Confirmation::Declined(_) | Confirmation::Refunded(_)) => Outcome::Done,
            Ok(_) => Outcome::Retry("open".to_owned()),
            Err(error) => Outcome::Retry(error.to_string()),
        }
    }

    pub(crate) fn delivered(&self) -> Vec<(String, Basis)> {
        self.delivered.lock().unwrap().clone()
    }
}

pub(crate) fn credentials() -> TestCredentials {
    TestCredentials::new(Config::PARTNER_CODE, Config::ACCESS_KEY, Config::SECRET_KEY).unwrap()
}

pub(crate) fn verifier() -> Verifier<Ipn> {
    let keys = IpnKeys::new(Config::ACCESS_KEY, Config::SECRET_KEY).unwrap();
    Verifier::<Ipn>::new("sandbox", "shop", KeyRing::new("first", keys))
}

pub(crate) fn results() -> Verifier<RedirectResult> {
    let keys = RedirectResultKeys::new(Config::ACCESS_KEY, Config::SECRET_KEY).unwrap();
    Verifier::<RedirectResult>::new("sandbox", "shop", KeyRing::new("first", keys))
}

pub(crate) fn caller() -> CallerAuth {
    CallerAuth::check(|inbound| {
        let given = inbound.headers().get(CALLER.0);
        given.is_some_and(|value| value.as_bytes() == CALLER.1.as_bytes())
    })
}

pub(crate) fn notifications() -> Receiver<Notification> {
    Receiver::<Notification>::new("sandbox", "shop", caller())
}

/// What MoMo gave the partner of the provider's sample.
pub(crate) fn bill_keys() -> BillKeys {
    let key = Config::SECRET_KEY;
    BillKeys::new("MoMo2020", "MoMo2020", "Dịch vụ", "MoMo202001", "v1", key).unwrap()
}

pub(crate) fn links() -> Links<Bill> {
    Links::new(bill_keys()).address_host("shop.example")
}

pub(crate) fn account(request_id: &str) -> InitAnswer {
    let account = AccountInfo::builder()
        .id("buyer-7")
        .name("Nguyễn Văn A")
        .email("a@shop.example")
        .mobile("0987654321")
        .build()
        .unwrap();
    InitAnswer::builder()
        .request_id(request_id)
        .reference_id(format!("REF-{request_id}"))
        .result_code(0)
        .message("Success")
        .account_info(account)
        .url("https://shop.example/login")
        .build()
        .unwrap()
}

pub(crate) fn dong(amount: i64) -> Money {
    Money::from_minor(amount, Currency::VND)
}

/// Every payment is of 33,000 dong.
pub(crate) fn expected(order_id: &str) -> Expected {
    Expected::new(order_id, dong(33_000))
}

pub(crate) fn payment_status(order_id: &str) -> PaymentStatus {
    CreatePayment::query(order_id).unwrap()
}

pub(crate) fn refund_status(order_id: &str) -> RefundStatus {
    Refund::query(order_id).unwrap()
}

pub(crate) fn refund(order_id: &str, trans_id: i64, amount: i64) -> Refund {
    refund_saying(order_id, trans_id, amount, "trả lại")
}

pub(crate) fn refund_saying(order_id: &str, trans_id: i64, amount: i64, why: &str) -> Refund {
    let builder = Refund::builder()
        .request_id(format!("R-{order_id}"))
        .order_id(order_id)
        .amount(dong(amount))
        .trans_id(trans_id)
        .description(why);
    builder.build().unwrap()
}

pub(crate) fn confirming(order_id: &str, what: ConfirmType, amount: i64) -> CaptureOrCancel {
    let builder = CaptureOrCancel::builder()
        .request_id(format!("C-{order_id}-{what}-{amount}"))
        .order_id(order_id)
        .request_type(what)
        .amount(dong(amount));
    builder.build().unwrap()
}

/// A request as a web framework would hand it over.
pub(crate) fn inbound(headers: &[(&str, &str)], body: &[u8]) -> Inbound {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let name: HeaderName = name.parse().unwrap();
        map.append(name, HeaderValue::from_str(value).unwrap());
    }
    Inbound::new(Method::POST, "/ipn", map, body.to_vec())
}

/// Posts as a stranger would and says what came back. A server that has read enough may close
/// before all is written.
pub(crate) fn post(url: &str, headers: &str, body: &[u8]) -> String {
    let (host, path) = split(url);
    let head = format!(
        "POST /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    );
    exchange(host, &[head.as_bytes(), body].concat())
}

pub(crate) fn get(url: &str) -> String {
    let (host, path) = split(url);
    let head = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    exchange(host, head.as_bytes())
}

fn split(url: &str) -> (&str, &str) {
    let rest = url.strip_prefix("http://").unwrap();
    rest.split_once('/').unwrap()
}

fn exchange(host: &str, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(host).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let mut chunk = [0; 4096];
    while let Ok(read @ 1..) = stream.read(&mut chunk) {
        answer.extend(chunk.iter().take(read));
    }
    String::from_utf8(answer).unwrap()
}

/// Status, headers and body, without the date.
pub(crate) fn uniform(answer: &str) -> String {
    let lines = answer.split_inclusive("\r\n");
    lines
        .filter(|line| !line.to_ascii_lowercase().starts_with("date:"))
        .collect()
}

/// One word for an error, and what it says of money.
pub(crate) fn kind(error: &Error) -> String {
    let name = match error {
        Error::Misuse(misuse) => return format!("misuse of {}", misuse.field()),
        Error::NotSent(_) => "not sent",
        Error::Refused(refused) => {
            return format!("refused with {}", refused.code().unwrap_or("nothing"));
        }
        Error::Unknown(unknown) => match unknown.refused() {
            Some(refused) => {
                return format!("unknown with {}", refused.code().unwrap_or("nothing"));
            }
            None => "unknown",
        },
        Error::Malformed(_) => "malformed",
        Error::Unverified(_) => "unverified",
        _ => "new",
    };
    format!("{name}, moved: {:?}", error.money_moved())
}
