//! A merchant's backend: a client, an endpoint for returns, and an inbox that delivers.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use payments_core::client::{Builder, RetryPolicy};
use payments_core::http::{HeaderMap, HeaderValue, Method, StatusCode};
use payments_core::incoming::{
    Confirmation, Expected, Inbound, Inbox, Outcome as Work, Returns, Row, Worked,
};
use payments_core::testing::FixedClock;
use payments_core::{Currency, Error, Money, unguessable};
use payments_moka::Moka;
use payments_moka::calls::{Client, Test, TestCredentials};
use payments_moka::codes::PageKind;
use payments_moka::codes::VoidRefundReason;
use payments_moka::ext::{Started, Taking, returns};
use payments_moka::sandbox::{Config, Control, Sandbox, SandboxClock, start};
use payments_moka::types::{
    ApprovePoolPayment, Capture, CreatePage, CreatePageReply, DetailKey, PaymentDetails,
    PaymentKey, RefundAmount, RequestRefund, UndoPoolApproval, Void,
};
use tokio::net::TcpListener;

pub(crate) const CREATE: &str = "/Api/WebPos/CreateWebPosRequest";
pub(crate) const DETAILS: &str = "/PaymentDealer/GetDealerPaymentTrxDetailList";
pub(crate) const CAPTURE: &str = "/PaymentDealer/DoCapture";
pub(crate) const VOID: &str = "/PaymentDealer/DoVoid";
pub(crate) const REFUND: &str = "/PaymentDealer/DoCreateRefundRequest";
pub(crate) const APPROVE: &str = "/PaymentDealer/DoApprovePoolPayment";
pub(crate) const UNDO: &str = "/PaymentDealer/UndoApprovePoolPayment";

pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
pub(crate) const DAY: Duration = Duration::from_secs(24 * 3600);

/// A client to be built.
pub(crate) type Draft = Builder<Moka, Client, TestCredentials>;

/// What the shop's database has of a page, by the token of its return address.
type Pages = Arc<Mutex<HashMap<String, Started>>>;

pub(crate) struct Shop {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: Client,
    pub(crate) inbox: Inbox,
    pub(crate) returns: Returns<Started>,
    /// Where returns go, without a token.
    pub(crate) address: String,
    pub(crate) pages: Pages,
    /// Code and how the payment stood when it was delivered.
    delivered: Mutex<Vec<(String, &'static str)>>,
    taking: Mutex<Taking>,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::with(Config::new(), |builder| builder).await
    }

    /// `setup` has the last word on the client, which never pauses for real.
    pub(crate) async fn with(config: Config, setup: impl FnOnce(Draft) -> Draft) -> Self {
        let inbox = Inbox::in_memory();
        let returns = returns("sandbox", "shop");
        let pages = Pages::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/moka/return", listener.local_addr().unwrap());
        let known = Arc::clone(&pages);
        let route = payments_moka::axum::returned(
            inbox.clone(),
            returns.clone(),
            move |token| {
                let found = known.lock().unwrap().get(&token).cloned();
                std::future::ready(found)
            },
            |event| match event {
                Some(event) => (StatusCode::OK, event.reference.clone()),
                None => (StatusCode::NOT_FOUND, "no such payment".to_owned()),
            },
        );
        let router = axum::Router::new().route("/moka/return", route);
        tokio::spawn(async move { axum::serve(listener, router).await });
        let sandbox = start(config.kit(|kit| kit.clock(SandboxClock::still()))).unwrap();
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
            returns,
            address,
            pages,
            delivered: Mutex::default(),
            taking: Mutex::new(Taking::Contracted),
        }
    }

    /// A shop whose reads are sent once, so that each fault shows.
    pub(crate) async fn impatient() -> Self {
        Self::with(Config::new(), |builder| builder.retry(RetryPolicy::never())).await
    }

    pub(crate) fn control(&self) -> Control {
        self.sandbox.control()
    }

    /// Says how the pages of this shop take the money.
    pub(crate) fn takes(&self, taking: Taking) {
        *self.taking.lock().unwrap() = taking;
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

    /// Creates a page and keeps what there is to keep of it.
    pub(crate) async fn page(&self, reference: &str) -> CreatePageReply {
        self.page_with(reference, |page| page).await
    }

    pub(crate) async fn page_with(
        &self,
        reference: &str,
        change: impl FnOnce(PageDraft) -> PageDraft,
    ) -> CreatePageReply {
        let token = unguessable().unwrap();
        let draft = PageDraft {
            redirect_url: self.returns.url(&self.address, &token).unwrap(),
            ..PageDraft::of(reference)
        };
        let call = change(draft).build();
        let reply = self.client.create_page(call).await.unwrap().into_inner();
        let started = Started::new(reference, &reply.code_for_hash);
        self.pages.lock().unwrap().insert(token, started);
        reply
    }

    /// Pays a page without a return.
    pub(crate) async fn paid(&self, reference: &str) {
        self.paid_with(reference, |page| page).await;
    }

    pub(crate) async fn paid_with(
        &self,
        reference: &str,
        change: impl FnOnce(PageDraft) -> PageDraft,
    ) {
        self.control().suppress_returns(true);
        self.page_with(reference, change).await;
        self.control().pay(reference).unwrap();
        self.control().suppress_returns(false);
    }

    pub(crate) async fn standing(&self, reference: &str, amount: &str) -> String {
        let expected = Expected::new(reference, lira(amount));
        let taking = *self.taking.lock().unwrap();
        let found = self.client.confirm(None, &expected, taking).await.unwrap();
        word(&found).to_owned()
    }

    /// Works the inbox off, delivering what is confirmed and was not before.
    pub(crate) async fn work(&self) -> Worked {
        self.control().callbacks().idle().await;
        self.inbox.work(|row| self.handle(row)).await
    }

    async fn handle(&self, row: Row) -> Work {
        let expected = expected(row.reference());
        let taking = *self.taking.lock().unwrap();
        let event = row.inbound().map(|inbound| {
            let token = self.returns.token(inbound).unwrap();
            let started = self.pages.lock().unwrap().get(&token).cloned().unwrap();
            self.returns.verify(inbound, &started).unwrap()
        });
        match self.client.confirm(event.as_ref(), &expected, taking).await {
            Ok(
                found @ (Confirmation::Confirmed(_)
                | Confirmation::Held(_)
                | Confirmation::Authorised(_)),
            ) => {
                if !row.settled_before() {
                    let mut delivered = self.delivered.lock().unwrap();
                    delivered.push((row.reference().to_owned(), word(&found)));
                }
                Work::Settled
            }
            Ok(Confirmation::Open(_)) => Work::Retry("open".to_owned()),
            Ok(_) => Work::Done,
            Err(error) => Work::Retry(error.to_string()),
        }
    }

    pub(crate) fn delivered(&self) -> Vec<(String, &'static str)> {
        self.delivered.lock().unwrap().clone()
    }

    /// The token of the page that was created last for this payment.
    pub(crate) fn token(&self, reference: &str) -> String {
        let url = self.control().payment(reference).unwrap();
        let (_, token) = url.redirect_url().split_once("?t=").unwrap();
        token.to_owned()
    }

    /// Posts to the endpoint as a browser would.
    pub(crate) fn tell(&self, token: &str, body: &str) -> String {
        post(
            &format!("{}?t={token}", self.address),
            FORM,
            body.as_bytes(),
        )
    }
}

/// What a page is asked for; every page is of 27.50 lira unless said.
#[derive(Clone)]
pub(crate) struct PageDraft {
    pub(crate) reference: String,
    pub(crate) amount: Money,
    pub(crate) redirect_url: String,
    pub(crate) three_d: bool,
    pub(crate) pre_auth: bool,
    pub(crate) pool: bool,
}

impl PageDraft {
    pub(crate) fn of(reference: &str) -> Self {
        Self {
            reference: reference.to_owned(),
            amount: lira("27.50"),
            redirect_url: "https://shop.example/moka/return?t=abc".to_owned(),
            three_d: true,
            pre_auth: false,
            pool: false,
        }
    }

    pub(crate) fn build(self) -> CreatePage {
        CreatePage::builder()
            .amount(self.amount)
            .other_trx_code(self.reference)
            .kind(PageKind::CommonPaymentPage)
            .three_d(self.three_d)
            .pre_auth(self.pre_auth)
            .pool_payment(self.pool)
            .description("Çay & <börek>")
            .redirect_url(self.redirect_url)
            .build()
            .unwrap()
    }
}

pub(crate) fn credentials() -> TestCredentials {
    TestCredentials::new(Config::DEALER_CODE, Config::USERNAME, Config::PASSWORD).unwrap()
}

pub(crate) fn lira(text: &str) -> Money {
    Money::from_decimal(text, Currency::TRY).unwrap()
}

pub(crate) fn expected(reference: &str) -> Expected {
    Expected::new(reference, lira("27.50"))
}

pub(crate) fn key(reference: &str) -> PaymentKey {
    PaymentKey::OtherTrxCode(reference.to_owned())
}

pub(crate) fn details(reference: &str) -> PaymentDetails {
    let payment = DetailKey::OtherTrxCode(reference.to_owned());
    PaymentDetails::builder().payment(payment).build().unwrap()
}

pub(crate) fn capture(reference: &str, amount: &str) -> Capture {
    let builder = Capture::builder()
        .payment(key(reference))
        .amount(lira(amount))
        .client_ip("192.0.2.1");
    builder.build().unwrap()
}

pub(crate) fn void(reference: &str) -> Void {
    let builder = Void::builder()
        .payment(key(reference))
        .client_ip("192.0.2.1")
        .reason(VoidRefundReason::FromOutside);
    builder.build().unwrap()
}

pub(crate) fn refund(reference: &str, amount: RefundAmount) -> RequestRefund {
    let builder = RequestRefund::builder()
        .payment(key(reference))
        .amount(amount);
    builder.build().unwrap()
}

pub(crate) fn approve(reference: &str) -> ApprovePoolPayment {
    let builder = ApprovePoolPayment::builder().payment(key(reference));
    builder.build().unwrap()
}

pub(crate) fn undo(reference: &str) -> UndoPoolApproval {
    let builder = UndoPoolApproval::builder().payment(key(reference));
    builder.build().unwrap()
}

/// One word for how a payment stands.
pub(crate) fn word<T>(standing: &Confirmation<T>) -> &'static str {
    match standing {
        Confirmation::Confirmed(_) => "paid",
        Confirmation::Held(_) => "held",
        Confirmation::Authorised(_) => "authorised",
        Confirmation::Differs(_) => "differs",
        Confirmation::Declined(_) => "declined",
        Confirmation::Voided(_) => "voided",
        Confirmation::Refunded(_) => "refunded",
        Confirmation::Open(_) => "open",
        _ => "new",
    }
}

/// A return as a web framework would hand it over.
pub(crate) fn inbound(path_and_query: &str, body: &str) -> Inbound {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static(FORM));
    Inbound::new(Method::POST, path_and_query, headers, body.to_owned())
}

/// Posts as a stranger would and says what came back. A server that has read enough may close
/// before all is written.
pub(crate) fn post(url: &str, content_type: &str, body: &[u8]) -> String {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let patience = Some(Duration::from_secs(10));
    stream.set_read_timeout(patience).unwrap();
    let head = format!(
        "POST /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: {content_type}\r\n\
         Content-Length: {}\r\n\r\n",
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
