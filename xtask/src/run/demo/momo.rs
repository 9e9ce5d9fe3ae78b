//! MoMo's whole flow, both families: payment, IPN, capture, cancel, refunds, sweep; then Init, link,
//! notification.

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use payments_core::Decimal;
use payments_core::call::Resolve;
use payments_core::incoming::{
    Basis, CallerAuth, Confirmation, Expected, Inbox, KeyRing, Outcome, Receiver, Replays, Row,
    Verifier,
};
use payments_momo::axum as routes;
use payments_momo::codes::{ConfirmType, RequestType};
use payments_momo::inbound::{Ipn, IpnKeys, RedirectResult, RedirectResultKeys};
use payments_momo::one_payment::{
    self, AccountInfo, Acknowledgement, Bill, BillKeys, Init, InitAnswer, Links, Notification,
};
use payments_momo::sandbox::{Config, Partner, Sandbox, start};
use payments_momo::types::{CaptureOrCancel, CreatePayment, Refund};
use payments_momo::{Client, Currency, Money, Test, TestCredentials};

use super::report::{ProviderReport, ensure};

const PARTNER: &str = "DEMO2026";
const ACCESS: &str = "demo-access-key";
const SECRET: &str = "demo-secret-key-of-no-value-at-all";
const BILL_KEY: &str = "demo-one-payment-key-of-no-value";
const HEADER: (&str, &str) = ("x-agreed", "between-momo-and-the-demo");
const PAID: &str = "DEMO-1001";
const CAPTURED: &str = "DEMO-1002";
const CANCELLED: &str = "DEMO-1003";
const SWEPT: &str = "DEMO-1004";
const PART: &str = "DEMO-R-1";
const REST: &str = "DEMO-R-2";
const BILL: &str = "DEMO-B-1";
const REQUEST: &str = "DEMO-L-1";

/// What the client believes to have happened: kind, reference, amount.
type Beliefs = Vec<(&'static str, String, Option<Money>)>;

struct Shop {
    sandbox: Sandbox,
    client: Client,
    verifier: Verifier<Ipn>,
    inbox: Inbox,
    links: Links<Bill>,
    bill: Bill,
    receiver: Receiver<Notification>,
    bills: Inbox,
    deliveries: Arc<AtomicUsize>,
    browser: reqwest::Client,
    base: String,
    amount: Money,
    beliefs: Beliefs,
}

/// Runs all steps; stops at the first that fails, because the next ones build on it.
pub(super) async fn run() -> ProviderReport {
    let mut report = ProviderReport::new("momo");
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
    let (all, part) = (shop.amount, Money::from_minor(3_000, Currency::VND));
    let rest = Money::from_minor(30_000, Currency::VND);
    let link = report
        .step("create_payment", shop.create(PAID, true))
        .await?;
    shop.believe("order", PAID, all);
    report.step("buyer_pays", shop.pay(&link)).await?;
    shop.believe("payment", PAID, all);
    report.step("ipn", shop.ipn_twice()).await?;
    report.step("confirm", shop.confirm()).await?;
    report.step("act_once", shop.act_once()).await?;
    report.step("authorise", shop.authorise(CAPTURED)).await?;
    shop.believe("order", CAPTURED, all);
    shop.believe("authorisation", CAPTURED, all);
    report
        .step("capture", shop.end(CAPTURED, ConfirmType::Capture))
        .await?;
    shop.believe("capture", CAPTURED, all);
    report
        .step("authorise_again", shop.authorise(CANCELLED))
        .await?;
    shop.believe("order", CANCELLED, all);
    shop.believe("authorisation", CANCELLED, all);
    report
        .step("cancel", shop.end(CANCELLED, ConfirmType::Cancel))
        .await?;
    shop.believe("cancel", CANCELLED, all);
    report.step("refund_part", shop.refund(PART, part)).await?;
    shop.believe("refund", PART, part);
    report.step("refund_rest", shop.refund(REST, rest)).await?;
    shop.believe("refund", REST, rest);
    report.step("refund_status", shop.refund_status()).await?;
    report.step("sweep", shop.sweep()).await?;
    shop.believe("order", SWEPT, all);
    shop.believe("payment", SWEPT, all);
    report.step("init", shop.init()).await?;
    let link = report.step("link", shop.link()).await?;
    report.step("open_in_app", shop.open_in_app(&link)).await?;
    shop.believe("order", BILL, all);
    report.step("notification", shop.notified_twice()).await?;
    shop.believe("payment", BILL, all);
    report.step("confirm_bill", shop.confirm_bill()).await?;
    Some(())
}

type Done<T> = Result<(T, String), String>;

fn said(error: impl Display) -> String {
    error.to_string()
}

async fn open() -> Done<Shop> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .map_err(said)?;
    let base = format!("http://{}", listener.local_addr().map_err(said)?);
    let partner = Partner::new()
        .secret_key(BILL_KEY)
        .header(HEADER.0, HEADER.1)
        .host(&base)
        .notify_url(&format!("{base}/notify"));
    let config = Config::new()
        .credentials(PARTNER, ACCESS, SECRET)
        .partner(partner);
    let sandbox = start(config).map_err(said)?;
    let client = Client::builder(
        Test::at(sandbox.base_url()),
        TestCredentials::new(PARTNER, ACCESS, SECRET).map_err(said)?,
    )
    .build()
    .map_err(said)?;
    let keys = IpnKeys::new(ACCESS, SECRET).map_err(said)?;
    let results = RedirectResultKeys::new(ACCESS, SECRET).map_err(said)?;
    let verifier = Verifier::<Ipn>::new("sandbox", "demo", KeyRing::new("demo", keys));
    let results = Verifier::<RedirectResult>::new("sandbox", "demo", KeyRing::new("demo", results));
    let receiver = Receiver::<Notification>::new("sandbox", "demo", caller());
    let (inbox, bills) = (Inbox::in_memory(), Inbox::in_memory());
    let app = axum::Router::new()
        .route("/ipn", routes::ipn(inbox.clone(), verifier.clone()))
        .route(
            "/return",
            routes::redirected(results, |result| {
                result.map_or("not believed".to_owned(), |result| {
                    format!("result {}", result.result_code)
                })
            }),
        )
        .route(
            "/api/v1/init",
            routes::init(
                Replays::of(100),
                Receiver::<Init>::new("sandbox", "demo", caller()),
                |asked| async move { account(asked.claims()) },
            ),
        )
        .route(
            "/notify",
            routes::notified(bills.clone(), receiver.clone(), |told| {
                acknowledged(told.claims())
            }),
        );
    tokio::spawn(async move { axum::serve(listener, app).await });
    let browser = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .map_err(said)?;
    let note = format!("at {}", sandbox.base_url());
    let amount = Money::from_minor(33_000, Currency::VND);
    let bill = Bill::builder()
        .request_id(REQUEST)
        .bill_id(BILL)
        .amount(amount)
        .description("Trà sữa trân châu")
        .build()
        .map_err(said)?;
    let shop = Shop {
        sandbox,
        client,
        verifier,
        inbox,
        links: Links::new(
            BillKeys::new(
                "MoMo2020",
                "MoMo2020",
                "Dịch vụ",
                "MoMo202001",
                "v1",
                BILL_KEY,
            )
            .map_err(said)?,
        ),
        bill,
        receiver,
        bills,
        deliveries: Arc::default(),
        browser,
        base,
        amount,
        beliefs: Vec::new(),
    };
    Ok((shop, note))
}

/// The demo knows MoMo by a header; what MoMo really sends is not public.
fn caller() -> CallerAuth {
    CallerAuth::check(|inbound| {
        let given = inbound.headers().get(HEADER.0);
        given.is_some_and(|value| value.as_bytes() == HEADER.1.as_bytes())
    })
}

fn account(asked: &Init) -> Option<InitAnswer> {
    let account = AccountInfo::builder()
        .id("buyer-7")
        .name("Nguyễn Văn A")
        .email("a@shop.example")
        .mobile("0987654321")
        .build();
    InitAnswer::builder()
        .request_id(&*asked.request_id)
        .reference_id(format!("REF-{}", asked.request_id))
        .result_code(0)
        .message("Success")
        .account_info(account.ok()?)
        .url("https://shop.example/app")
        .build()
        .ok()
}

fn acknowledged(told: &Notification) -> Acknowledgement {
    #[expect(clippy::expect_used, reason = "the number is short")]
    one_payment::acknowledge(told, "732854576348").expect("a number of at most 50 characters")
}

impl Shop {
    fn believe(&mut self, kind: &'static str, reference: &str, amount: Money) {
        self.beliefs
            .push((kind, reference.to_owned(), Some(amount)));
    }

    fn expected(&self, order_id: &str) -> Expected {
        Expected::new(order_id, self.amount)
    }

    async fn create(&self, order_id: &str, at_once: bool) -> Done<String> {
        let payment = CreatePayment::builder()
            .request_id(format!("R-{order_id}"))
            .amount(self.amount)
            .order_id(order_id)
            .order_info("Trà sữa & bánh = ngon")
            .redirect_url(format!("{}/return", self.base))
            .ipn_url(format!("{}/ipn", self.base))
            .request_type(RequestType::CaptureWallet)
            .auto_capture(at_once)
            .build()
            .map_err(said)?;
        let reply = self.client.create_payment(payment).await.map_err(said)?;
        let link = reply.pay_url.clone().ok_or("no payUrl")?;
        Ok((link, format!("{order_id}, {}", self.amount)))
    }

    /// What the buyer's browser does: open the page, press the button, be sent back.
    async fn pay(&self, link: &str) -> Done<()> {
        let page = self.browser.get(link).send().await.map_err(said)?;
        let html = page.text().await.map_err(said)?;
        ensure(html.contains(PAID), "the page does not name the order")?;
        let pressed = self
            .browser
            .post(link)
            .header("content-type", "application/x-www-form-urlencoded")
            .body("choice=pay")
            .send()
            .await
            .map_err(said)?;
        let location = pressed.headers().get("location");
        let location = location.and_then(|value| value.to_str().ok());
        let back = location.ok_or("the buyer is not sent back")?;
        let shown = self.browser.get(back).send().await.map_err(said)?;
        let shown = shown.text().await.map_err(said)?;
        ensure(shown == "result 0", format!("the shop shows {shown:?}"))?;
        Ok(((), "on the page, then back with a signed result".to_owned()))
    }

    async fn ipn_twice(&self) -> Done<()> {
        let control = self.sandbox.control();
        control.callbacks().idle().await;
        control.resend_ipn(PAID, 1).map_err(said)?;
        control.callbacks().idle().await;
        let answers: Vec<Option<u16>> = control
            .ipns(PAID)
            .iter()
            .flat_map(|delivery| delivery.attempts().iter().map(|attempt| attempt.status()))
            .collect();
        ensure(
            answers.len() >= 2 && answers.iter().all(|status| *status == Some(204)),
            format!("the IPNs were answered {answers:?}"),
        )?;
        Ok((
            (),
            format!("{} deliveries, all answered 204", answers.len()),
        ))
    }

    /// A look at the query before the inbox is worked off.
    async fn confirm(&self) -> Done<()> {
        let answer = self.client.confirm(None, &self.expected(PAID)).await;
        let confirmed = answer.map_err(said)?.confirmed().ok_or("not confirmed")?;
        ensure(
            confirmed.basis() == Basis::Queried { amount: true },
            "confirmed on another basis than the query",
        )?;
        Ok(((), format!("by query, {}", confirmed.amount)))
    }

    async fn act_once(&self) -> Done<()> {
        let worked = self.inbox.work(|row| self.deliver(row)).await;
        let delivered = self.deliveries.load(Ordering::SeqCst);
        ensure(
            delivered == 1 && worked.done == 1 && worked.retried == 0,
            format!("delivered {delivered} times, {worked:?}"),
        )?;
        Ok(((), "delivered once".to_owned()))
    }

    /// The shop's handler: confirm, then deliver.
    async fn deliver(&self, row: Row) -> Outcome {
        if row.settled_before() {
            return Outcome::Done;
        }
        let expected = self.expected(row.reference());
        let event = row.inbound().and_then(|raw| self.verifier.verify(raw).ok());
        match self.client.confirm(event.as_ref(), &expected).await {
            Ok(Confirmation::Confirmed(_)) => {
                self.deliveries.fetch_add(1, Ordering::SeqCst);
                Outcome::Settled
            }
            Ok(_) => Outcome::Retry("not confirmed".to_owned()),
            Err(error) => Outcome::Retry(error.to_string()),
        }
    }

    /// An amount that is held is not paid.
    async fn authorise(&self, order_id: &str) -> Done<()> {
        let control = self.sandbox.control();
        control.suppress_callbacks(true);
        self.create(order_id, false).await?;
        control.pay(order_id).map_err(said)?;
        control.suppress_callbacks(false);
        let answer = self.client.confirm(None, &self.expected(order_id)).await;
        ensure(
            matches!(answer.map_err(said)?, Confirmation::Authorised(_)),
            "an amount that is held does not count as held",
        )?;
        Ok(((), format!("{order_id} held, not paid")))
    }

    async fn end(&self, order_id: &str, what: ConfirmType) -> Done<()> {
        let call = CaptureOrCancel::builder()
            .request_id(format!("C-{order_id}"))
            .order_id(order_id)
            .request_type(what.clone())
            .amount(self.amount)
            .build()
            .map_err(said)?;
        self.client.capture_or_cancel(call).await.map_err(said)?;
        let expected = self.expected(order_id);
        let answer = self.client.confirm(None, &expected).await.map_err(said)?;
        let found = match answer {
            Confirmation::Confirmed(_) => ConfirmType::Capture,
            Confirmation::Declined(_) => ConfirmType::Cancel,
            _ => return Err("still open".to_owned()),
        };
        ensure(found == what, "the query says otherwise")?;
        Ok(((), format!("{order_id}, {what}")))
    }

    async fn refund(&self, order_id: &str, amount: Money) -> Done<()> {
        let query = CreatePayment::query(PAID).map_err(said)?;
        let payment = self.client.payment_status(query).await.map_err(said)?;
        let refund = Refund::builder()
            .request_id(format!("R-{order_id}"))
            .order_id(order_id)
            .amount(amount)
            .trans_id(payment.trans_id.ok_or("no transId")?)
            .description("trả lại")
            .build()
            .map_err(said)?;
        self.client.refund(refund).await.map_err(said)?;
        Ok(((), format!("{order_id}, {amount}")))
    }

    async fn refund_status(&self) -> Done<()> {
        for order_id in [PART, REST] {
            let query = Refund::query(order_id).map_err(said)?;
            let reply = self.client.refund_status(query).await.map_err(said)?;
            ensure(
                reply.result_code.outcome() == payments_momo::Outcome::Paid,
                format!("{order_id} is {}", reply.result_code),
            )?;
        }
        Ok(((), "both made".to_owned()))
    }

    /// A payment whose IPN never comes is found by asking; the late IPN is a repeat.
    async fn sweep(&self) -> Done<()> {
        let control = self.sandbox.control();
        control.suppress_callbacks(true);
        let before = self.deliveries.load(Ordering::SeqCst);
        self.create(SWEPT, true).await?;
        control.pay(SWEPT).map_err(said)?;
        control.callbacks().idle().await;
        let waiting = self.inbox.work(|row| self.deliver(row)).await;
        ensure(waiting.done == 0, "an IPN came although it was suppressed")?;
        let query = CreatePayment::query(SWEPT).map_err(said)?;
        let status = self.client.payment_status(query).await.map_err(said)?;
        let _ = self.inbox.accept_found::<Ipn>(
            self.verifier.scope(),
            SWEPT,
            &[SWEPT, status.result_code.as_str()],
        );
        self.inbox.work(|row| self.deliver(row)).await;
        control.suppress_callbacks(false);
        control.resend_ipn(SWEPT, 1).map_err(said)?;
        control.callbacks().idle().await;
        self.inbox.work(|row| self.deliver(row)).await;
        let after = self.deliveries.load(Ordering::SeqCst);
        let delivered = after.saturating_sub(before);
        ensure(delivered == 1, format!("delivered {delivered} times"))?;
        Ok(((), format!("{SWEPT} found and delivered once")))
    }

    /// MoMo asks for the account of a user.
    async fn init(&self) -> Done<()> {
        let control = self.sandbox.control();
        let request_id = control.init("a-user-of-momo").map_err(said)?;
        control.callbacks().idle().await;
        let init = control.init_answer(&request_id).ok_or("no such Init")?;
        match init.answer() {
            Some(Ok(account)) => Ok(((), format!("account {}", account.id))),
            Some(Err(problem)) => Err(problem.clone()),
            None => Err("Init was not answered".to_owned()),
        }
    }

    async fn link(&self) -> Done<String> {
        let link = self.links.write("momo://", &self.bill).map_err(said)?;
        let read = self.links.read(link.as_str()).map_err(said)?;
        let again = self.links.write("momo://", &read).map_err(said)?;
        ensure(again == link, "the link is read back as another")?;
        Ok((link.to_string(), format!("{BILL}, {}", self.amount)))
    }

    async fn open_in_app(&self, link: &str) -> Done<()> {
        let control = self.sandbox.control();
        let cheaper = link.replace("amount=33000", "amount=3300");
        ensure(
            control.open_link(&cheaper).is_err(),
            "a changed link was opened",
        )?;
        let bill = control.open_link(link).map_err(said)?;
        Ok(((), format!("{bill}, checksum holds")))
    }

    async fn notified_twice(&self) -> Done<()> {
        let control = self.sandbox.control();
        control.charge(BILL).map_err(said)?;
        control.callbacks().idle().await;
        control.notify_again(BILL, 1).map_err(said)?;
        control.callbacks().idle().await;
        let bill = control.bill(BILL).ok_or("no such bill")?;
        let answers = bill.acknowledgements();
        ensure(
            answers.len() == 2 && answers.iter().all(Result::is_ok),
            format!("the notifications were answered {answers:?}"),
        )?;
        Ok(((), "2 notifications, acknowledged alike".to_owned()))
    }

    async fn confirm_bill(&self) -> Done<()> {
        let mut delivered = 0_usize;
        self.bills.work_blocking(|row| {
            let told = self.receiver.reread(row).ok();
            let expected = self.bill.expected();
            match told.map(|told| one_payment::confirm(&told, REQUEST, &expected)) {
                Some(Ok(Confirmation::Confirmed(paid)))
                    if paid.basis() == Basis::CallerAuthenticated =>
                {
                    delivered = delivered.saturating_add(1);
                    Outcome::Settled
                }
                _ => Outcome::Retry("not confirmed".to_owned()),
            }
        });
        ensure(delivered == 1, format!("delivered {delivered} times"))?;
        Ok(((), format!("{BILL} delivered once")))
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
        let at = believed.iter().position(|(kind, reference, money)| {
            *kind == effect.kind()
                && reference == effect.reference()
                && money.map(Decimal::from) == amount
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
