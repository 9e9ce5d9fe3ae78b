//! MoCoPay's whole flow: start, form, return, notification, confirmation, delivery, renewal, sweep.

use std::collections::HashSet;
use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};

use payments_core::Decimal;
use payments_core::incoming::{
    Basis, CallerAuth, Confirmation, Endpoint, Expected, Inbox, Outcome, Receiver, Row,
};
use payments_mocopay::auth::browser_returns;
use payments_mocopay::inbound::{BrowserReturn, SessionNotification};
use payments_mocopay::sandbox::{Config, Sandbox, start};
use payments_mocopay::types::{InitPayment, VerifyBy, VerifyPayment, VerifyPaymentReply};
use payments_mocopay::{Client, Credentials, Currency, Environment, Money, Stored};

use super::report::{ProviderReport, ensure};

const KEY: &str = "DEMOAPP1";
const SECRET: &str = "Q4W8E1R6T3Y9U2I7O5P0ASDFGHJKLZ";
const PAID: &str = "DEMO-1001";
const SUBSCRIBED: &str = "DEMO-1002";
const SWEPT: &str = "DEMO-1003";
/// What the sandbox's products cost, in a unit that is not documented.
const PRICE: i64 = 10;

/// What the client believes to have happened: kind, reference, amount.
type Beliefs = Vec<(&'static str, &'static str, Option<Decimal>)>;

struct Shop {
    sandbox: Sandbox,
    client: Client,
    receiver: Receiver<SessionNotification>,
    returns: Receiver<BrowserReturn>,
    inbox: Inbox,
    transactions: Inbox,
    /// Session and series of what was delivered: the shop's own table, where each stands once.
    delivered: Arc<Mutex<HashSet<(String, i64)>>>,
    browser: reqwest::Client,
    beliefs: Beliefs,
    price: Decimal,
}

/// Runs all steps; stops at the first that fails, because the next ones build on it.
pub(super) async fn run() -> ProviderReport {
    let mut report = ProviderReport::new("mocopay");
    let mut shop = None;
    if let Some(opened) = report.step("sandbox", open()).await {
        let shop = shop.insert(opened);
        // The answer is in the report.
        let _ = steps(&mut report, shop).await;
    }
    if let Some(shop) = &shop {
        let agrees = report.step("ledger", compare(shop)).await;
        report.ledger(agrees.is_some());
    }
    report
}

async fn steps(report: &mut ProviderReport, shop: &mut Shop) -> Option<()> {
    let link = report
        .step("init_payment", shop.start(PAID, Config::ONE_TIME))
        .await?;
    shop.believe("session", PAID);
    let session = report.step("buyer_pays", shop.pay(&link)).await?;
    shop.believe("charge", PAID);
    report.step("notification", shop.told_twice()).await?;
    report.step("confirm", shop.confirm(&session)).await?;
    report.step("act_once", shop.act_once(&session)).await?;
    report
        .step("transactions", shop.transactions(&session))
        .await?;
    report.step("subscribe", shop.subscribe()).await?;
    shop.believe("session", SUBSCRIBED);
    shop.believe("charge", SUBSCRIBED);
    report.step("renewal", shop.renewal()).await?;
    shop.believe("charge", SUBSCRIBED);
    report.step("sweep", shop.sweep()).await?;
    shop.believe("session", SWEPT);
    shop.believe("charge", SWEPT);
    Some(())
}

type Done<T> = Result<(T, String), String>;

fn said(error: impl Display) -> String {
    error.to_string()
}

fn known() -> Result<CallerAuth, String> {
    Ok(CallerAuth::address(["127.0.0.1".parse().map_err(said)?]))
}

async fn open() -> Done<Shop> {
    let sandbox = start(Config::new().credentials(KEY, SECRET)).map_err(said)?;
    let base_url = sandbox.base_url().to_owned();
    let credentials = Credentials::new(KEY, SECRET).map_err(said)?;
    let client = Client::builder(Environment::At(base_url.clone()), credentials);
    let (inbox, transactions) = (Inbox::in_memory(), Inbox::in_memory());
    let receiver = Receiver::new("sandbox", "demo", known()?);
    let other = Receiver::new("sandbox", "demo", known()?);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .map_err(said)?;
    let address = listener.local_addr().map_err(said)?;
    let app = axum::Router::new()
        .route(
            "/session",
            payments_mocopay::axum::session_notified(inbox.clone(), receiver.clone()),
        )
        .route(
            "/transaction",
            payments_mocopay::axum::transaction_notified(transactions.clone(), other),
        )
        .into_make_service_with_connect_info::<std::net::SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, app).await });
    let control = sandbox.control();
    control
        .set_notify_url(&format!("http://{address}/session"))
        .map_err(said)?;
    control
        .set_transaction_url(&format!("http://{address}/transaction"))
        .map_err(said)?;
    let browser = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .map_err(said)?;
    let shop = Shop {
        client: client.build().map_err(said)?,
        sandbox,
        receiver,
        returns: browser_returns("sandbox", "demo"),
        inbox,
        transactions,
        delivered: Arc::default(),
        browser,
        beliefs: Vec::new(),
        price: Decimal::new(PRICE, 0).map_err(said)?,
    };
    Ok((shop, format!("at {base_url}")))
}

/// A buyer's id of its own for each payment.
fn user(reference: &str) -> String {
    format!("buyer-of-{reference}")
}

fn stored(reference: &str) -> Result<Stored, String> {
    let pid = if reference == SUBSCRIBED {
        Config::SUBSCRIPTION
    } else {
        Config::ONE_TIME
    };
    let price = Money::from_decimal("1.50", Currency::EUR).map_err(said)?;
    Ok(Stored::of_buyer(
        Expected::new(reference, price),
        pid,
        &user(reference),
    ))
}

impl Shop {
    fn believe(&mut self, kind: &'static str, reference: &'static str) {
        let amount = (kind == "charge").then_some(self.price);
        self.beliefs.push((kind, reference, amount));
    }

    async fn start(&self, reference: &str, pid: &str) -> Done<String> {
        let payment = InitPayment::builder()
            .pid(pid)
            .mcc("999")
            .mnc("99")
            .user_id(user(reference))
            .reference_id(reference)
            .callback_url("https://shop.example/return?lang=en")
            .build()
            .map_err(said)?;
        let reply = self.client.init_payment(payment).await.map_err(said)?;
        let note = format!("{reference}, product {pid}");
        Ok((reply.into_inner().redirect_url, note))
    }

    /// What the buyer's browser does: open the form, send the SMS, be sent back. Gives the session that
    /// the return claims.
    async fn pay(&self, link: &str) -> Done<String> {
        let page = self.browser.get(link).send().await.map_err(said)?;
        let html = page.text().await.map_err(said)?;
        ensure(
            html.contains("short code"),
            "the form does not tell where the SMS goes",
        )?;
        let pressed = self
            .browser
            .post(link)
            .header("content-type", "application/x-www-form-urlencoded")
            .body("choice=sms")
            .send()
            .await
            .map_err(said)?;
        let location = pressed.headers().get("location");
        let back = location
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let target = back
            .strip_prefix("https://shop.example")
            .ok_or("the buyer is not sent back")?;
        let raw = payments_core::incoming::Inbound::new(
            payments_core::http::Method::GET,
            target,
            payments_core::http::HeaderMap::new(),
            "",
        );
        let found = self.returns.receive(&raw).map_err(said)?;
        ensure(
            found.claims().reference_id.as_deref() == Some(PAID),
            "the return is about another payment",
        )?;
        let session = found.claims().session_id.clone();
        Ok((session, "by SMS, then back to the shop".to_owned()))
    }

    async fn told_twice(&self) -> Done<()> {
        let control = self.sandbox.control();
        control.callbacks().idle().await;
        control.notify_again(PAID, 1).map_err(said)?;
        control.callbacks().idle().await;
        let answers: Vec<Option<u16>> = control
            .notifications(PAID)
            .iter()
            .flat_map(|sent| sent.attempts().iter().map(|attempt| attempt.status()))
            .collect();
        ensure(
            answers.len() == 3 && answers.iter().all(|status| *status == Some(200)),
            format!("the notifications were answered {answers:?}"),
        )?;
        Ok((
            (),
            "session told twice, transaction once, all answered 200".to_owned(),
        ))
    }

    /// A look at the query before the inbox is worked off.
    async fn confirm(&self, session: &str) -> Done<()> {
        let confirmation = self
            .client
            .confirm(Some(session), &stored(PAID)?)
            .await
            .map_err(said)?;
        let confirmed = confirmation.confirmed().ok_or("not confirmed as charged")?;
        ensure(
            confirmed.basis() == Basis::Queried { amount: false },
            "confirmed on another basis than the query",
        )?;
        ensure(
            confirmed.total_charged_amount == Some(self.price),
            "another total than the price",
        )?;
        // Another payment's record does not take this session.
        let other = self.client.confirm(Some(session), &stored(SWEPT)?).await;
        ensure(other.is_err(), "another buyer's session was taken")?;
        Ok(((), "by query; not for another buyer".to_owned()))
    }

    async fn work(&self) -> payments_core::incoming::Worked {
        self.sandbox.control().callbacks().idle().await;
        self.inbox.work(|row| self.deliver(row)).await
    }

    /// The shop's handler: look the payment up, confirm, deliver each series once.
    async fn deliver(&self, row: Row) -> Outcome {
        let told = self.receiver.reread(&row).ok();
        // A row that a query found has no message: the sweep looks for one payment alone.
        let reference = match &told {
            Some(told) => told.claims().reference_id.clone().unwrap_or_default(),
            None => SWEPT.to_owned(),
        };
        let confirmation = match stored(&reference) {
            Ok(stored) => self.client.confirm(Some(row.reference()), &stored).await,
            Err(error) => return Outcome::Retry(error),
        };
        match confirmation {
            Ok(Confirmation::Confirmed(paid)) => {
                let key = (row.reference().to_owned(), paid.series.unwrap_or_default());
                let mut delivered = self
                    .delivered
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                delivered.insert(key);
                Outcome::Settled
            }
            Ok(_) => Outcome::Retry("not charged".to_owned()),
            Err(error) => Outcome::Retry(error.to_string()),
        }
    }

    fn deliveries(&self, session: &str) -> usize {
        let delivered = self
            .delivered
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        delivered
            .iter()
            .filter(|(known, _)| known == session)
            .count()
    }

    async fn act_once(&self, session: &str) -> Done<()> {
        let worked = self.work().await;
        let delivered = self.deliveries(session);
        ensure(
            delivered == 1 && worked.done == 1 && worked.retried == 0,
            format!("delivered {delivered} times, {worked:?}"),
        )?;
        Ok(((), "delivered once".to_owned()))
    }

    async fn transactions(&self, session: &str) -> Done<()> {
        let mut about = Vec::new();
        self.transactions.work_blocking(|row| {
            about.push(row.reference().to_owned());
            Outcome::Done
        });
        let known = self.sandbox.control().session(PAID);
        let known = known.ok_or("the sandbox knows no such session")?;
        ensure(
            known.session_id() == session && known.transactions().eq(&about),
            format!("{} transactions were kept", about.len()),
        )?;
        Ok(((), "one kept, as it came".to_owned()))
    }

    async fn verify(&self, by: VerifyBy) -> Result<VerifyPaymentReply, String> {
        let query = VerifyPayment::builder().by(by).build().map_err(said)?;
        let reply = self.client.verify_payment(query).await.map_err(said)?;
        Ok(reply.into_inner())
    }

    async fn subscribe(&self) -> Done<()> {
        self.start(SUBSCRIBED, Config::SUBSCRIPTION).await?;
        self.sandbox.control().authorize(SUBSCRIBED).map_err(said)?;
        self.work().await;
        let found = self.verify(VerifyBy::UserId(user(SUBSCRIBED))).await?;
        ensure(
            found.is_subscription() && found.is_charged(),
            "it is no charged subscription",
        )?;
        let session = found.session_id.unwrap_or_default();
        ensure(self.deliveries(&session) == 1, "not delivered once")?;
        Ok(((), format!("series {}", found.series.unwrap_or_default())))
    }

    async fn renewal(&self) -> Done<()> {
        let control = self.sandbox.control();
        control.renew(SUBSCRIBED).map_err(said)?;
        control.callbacks().idle().await;
        control.notify_again(SUBSCRIBED, 2).map_err(said)?;
        let worked = self.work().await;
        ensure(worked.done == 1, format!("one renewal gave {worked:?}"))?;
        let found = self.verify(VerifyBy::UserId(user(SUBSCRIBED))).await?;
        let charged = found.transactions.as_ref().map_or(0, Vec::len);
        ensure(
            found.series == Some(2) && charged == 2,
            "the renewal is not in the answer",
        )?;
        let session = found.session_id.unwrap_or_default();
        ensure(
            self.deliveries(&session) == 2,
            "the series were not delivered once each",
        )?;
        Ok(((), "series 2 read and delivered once".to_owned()))
    }

    /// A payment is made, its notification never comes, and asking finds it; the late one is a repeat.
    async fn sweep(&self) -> Done<()> {
        let control = self.sandbox.control();
        control.suppress(true);
        self.start(SWEPT, Config::ONE_TIME).await?;
        control.authorize(SWEPT).map_err(said)?;
        let waiting = self.work().await;
        ensure(
            waiting.done == 0,
            "a notification came although it was suppressed",
        )?;
        let found = self.verify(VerifyBy::UserId(user(SWEPT))).await?;
        let session = found.session_id.ok_or("the answer names no session")?;
        let status = found.status.ok_or("the answer has no status")?;
        let series = found.series.unwrap_or_default().to_string();
        let _ = self.inbox.accept_found::<SessionNotification>(
            self.receiver.scope(),
            &session,
            &[&session, status.as_str(), &series],
        );
        self.work().await;
        control.suppress(false);
        control.notify_again(SWEPT, 1).map_err(said)?;
        let late = self.work().await;
        ensure(
            late.done == 0,
            "the late notification is not known as a repeat",
        )?;
        ensure(self.deliveries(&session) == 1, "not delivered once")?;
        Ok(((), format!("{SWEPT} found and delivered once")))
    }
}

/// The sandbox's ledger against what the client believes, in both directions.
async fn compare(shop: &Shop) -> Done<()> {
    let ledger = shop.sandbox.control().ledger();
    let mut believed = shop.beliefs.clone();
    for effect in ledger.effects() {
        let amount = effect
            .amount()
            .map(|text| text.parse::<Decimal>().map_err(said))
            .transpose()?;
        let at = believed.iter().position(|(kind, reference, believed)| {
            *kind == effect.kind() && *reference == effect.reference() && *believed == amount
        });
        let Some(at) = at else {
            return Err(format!(
                "the ledger has a {} of {} that the client does not know",
                effect.kind(),
                effect.reference()
            ));
        };
        believed.remove(at);
    }
    if let Some((kind, reference, _)) = believed.first() {
        return Err(format!("the ledger lacks the {kind} of {reference}"));
    }
    Ok(((), format!("{} effects", ledger.effects().len())))
}
