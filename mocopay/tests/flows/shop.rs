//! A merchant's backend: a client, endpoints for what MoCoPay sends, and an inbox that delivers.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use payments_core::client::{Builder, RetryPolicy};
use payments_core::http::{HeaderMap, Method};
use payments_core::incoming::{
    CallerAuth, Confirmation, Endpoint, Expected, Inbound, Inbox, Outcome, Receiver, Row, Worked,
};
use payments_core::testing::{Act, FixedClock, ScriptedTransport};
use payments_core::{Currency, Error, Money};
use payments_mocopay::calls::{Client, Credentials, Environment};
use payments_mocopay::inbound::SessionNotification;
use payments_mocopay::sandbox::{Config, Control, Sandbox, SandboxClock, start};
use payments_mocopay::types::{InitPayment, VerifyBy, VerifyPayment};
use payments_mocopay::{Mocopay, Stored};
use tokio::net::TcpListener;

pub(crate) const INIT: &str = "/v1/payment/initPayment/";
pub(crate) const VERIFY: &str = "/v1/payment/verifyPayment/";

pub(crate) struct Shop {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: Client,
    pub(crate) inbox: Inbox,
    pub(crate) transactions: Inbox,
    pub(crate) receiver: Receiver<SessionNotification>,
    pub(crate) base: String,
    /// Session and series of what was delivered.
    delivered: Mutex<Vec<(String, i64)>>,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::with(Config::new(), |builder| builder).await
    }

    /// A shop whose reads are sent once, so that each fault shows.
    pub(crate) async fn impatient() -> Self {
        Self::with(Config::new(), |builder| builder.retry(RetryPolicy::never())).await
    }

    /// `setup` has the last word on the client, which never pauses for real.
    pub(crate) async fn with(
        config: Config,
        setup: impl FnOnce(Builder<Mocopay, Client>) -> Builder<Mocopay, Client>,
    ) -> Self {
        let (inbox, transactions) = (Inbox::in_memory(), Inbox::in_memory());
        let receiver = Receiver::new("sandbox", "shop", known());
        let other = Receiver::new("sandbox", "shop", known());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let session = payments_mocopay::axum::session_notified(inbox.clone(), receiver.clone());
        let transaction = payments_mocopay::axum::transaction_notified(transactions.clone(), other);
        let router = axum::Router::new()
            .route("/session", session)
            .route("/transaction", transaction);
        tokio::spawn(async move { axum::serve(listener, router).await });
        let config = config
            .kit(|kit| kit.clock(SandboxClock::still()))
            .notify_url(&format!("{base}/session"))
            .transaction_url(&format!("{base}/transaction"));
        let sandbox = start(config).unwrap();
        let environment = Environment::At(sandbox.base_url().to_owned());
        let builder =
            Client::builder(environment, credentials()).clock(Arc::new(FixedClock::new()));
        Self {
            client: setup(builder).build().unwrap(),
            sandbox,
            inbox,
            transactions,
            receiver,
            base,
            delivered: Mutex::default(),
        }
    }

    pub(crate) fn control(&self) -> Control {
        self.sandbox.control()
    }

    /// How many requests to this path arrived.
    pub(crate) fn arrived(&self, path: &str) -> usize {
        let requests = self.control().requests();
        requests.iter().filter(|seen| seen.path() == path).count()
    }

    /// Starts a payment; gives where the buyer pays.
    pub(crate) async fn start(&self, reference: &str, pid: &str) -> String {
        let reply = self
            .client
            .init_payment(init(reference, pid))
            .await
            .unwrap();
        reply.redirect_url.clone()
    }

    /// Starts a payment and pays it; gives the session's id.
    pub(crate) async fn paid(&self, reference: &str, pid: &str) -> String {
        self.start(reference, pid).await;
        self.control().authorize(reference).unwrap();
        self.session(reference)
    }

    pub(crate) fn session(&self, reference: &str) -> String {
        let session = self.control().session(reference).unwrap();
        session.session_id().to_owned()
    }

    /// Works the inbox off, delivering each series of a session once.
    pub(crate) async fn work(&self) -> Worked {
        self.control().callbacks().idle().await;
        self.inbox.work(|row| self.handle(row)).await
    }

    async fn handle(&self, row: Row) -> Outcome {
        let told = row.inbound().map(|raw| self.receiver.receive(raw).unwrap());
        let claimed = told.and_then(|told| told.claims().reference_id.clone());
        let reference = claimed.unwrap_or_else(|| "ORDER-1".to_owned());
        let pid = product_of(&reference);
        match self
            .client
            .confirm(Some(row.reference()), &stored(&reference, pid))
            .await
        {
            Ok(Confirmation::Confirmed(paid)) => {
                let series = paid.series.unwrap_or_default();
                let mut delivered = self.delivered.lock().unwrap();
                let key = (row.reference().to_owned(), series);
                let seen: HashSet<_> = delivered.iter().cloned().collect();
                if !seen.contains(&key) {
                    delivered.push(key);
                }
                Outcome::Settled
            }
            Ok(_) => Outcome::Retry("open".to_owned()),
            Err(error) => Outcome::Retry(error.to_string()),
        }
    }

    pub(crate) fn delivered(&self) -> Vec<(String, i64)> {
        self.delivered.lock().unwrap().clone()
    }
}

/// What stands where the addresses of MoCoPay are not known.
pub(crate) fn known() -> CallerAuth {
    CallerAuth::check(|inbound| inbound.headers().get("x-stranger").is_none())
}

pub(crate) fn credentials() -> Credentials {
    Credentials::new(Config::API_KEY, Config::API_SECRET).unwrap()
}

fn product_of(reference: &str) -> &'static str {
    if reference.starts_with("SUB") {
        Config::SUBSCRIPTION
    } else {
        Config::ONE_TIME
    }
}

/// Each payment has a buyer of its own.
pub(crate) fn user(reference: &str) -> String {
    format!("buyer of {reference}")
}

pub(crate) fn stored(reference: &str, pid: &str) -> Stored {
    let price = Money::from_minor(1_000, Currency::EUR);
    Stored::of_buyer(Expected::new(reference, price), pid, &user(reference))
}

pub(crate) fn init(reference: &str, pid: &str) -> InitPayment {
    let builder = InitPayment::builder()
        .pid(pid)
        .mcc("999")
        .mnc("99")
        .user_id(user(reference))
        .reference_id(reference)
        .callback_url("https://shop.example/return?a=1");
    builder.build().unwrap()
}

pub(crate) fn verify(by: VerifyBy) -> VerifyPayment {
    VerifyPayment::builder().by(by).build().unwrap()
}

/// A GET as a web framework would hand it over.
pub(crate) fn inbound(target: &str) -> Inbound {
    Inbound::new(Method::GET, target, HeaderMap::new(), "")
}

/// One word for an error, and what it says of money.
pub(crate) fn kind(error: &Error) -> String {
    let name = match error {
        Error::Misuse(misuse) => return format!("misuse of {}", misuse.field()),
        Error::NotSent(_) => "not sent",
        Error::Refused(_) => "refused",
        Error::Unknown(_) => "unknown",
        Error::Malformed(_) => "malformed",
        Error::Unverified(_) => "unverified",
        _ => "new",
    };
    format!("{name}, moved: {:?}", error.money_moved())
}

/// A client whose only request is answered so.
pub(crate) fn scripted(act: Act) -> Client {
    let transport = Arc::new(ScriptedTransport::new([act]));
    let builder = Client::builder(
        Environment::At("https://pay.example".to_owned()),
        credentials(),
    );
    builder
        .transport(transport)
        .retry(RetryPolicy::never())
        .build()
        .unwrap()
}
