//! A small axum server that takes what MoMo sends: IPN and redirect result of the gateway, Init and
//! notification of the one-payment family. It verifies or knows the caller, keeps, acknowledges; then
//! confirms and delivers once.
//!
//! As it stands it starts a sandbox, plays both families, and ends. With `MOMO_BASE_URL`,
//! `MOMO_PARTNER_CODE`, `MOMO_ACCESS_KEY` and `MOMO_SECRET_KEY` it serves
//! `http://127.0.0.1:8080/momo/ipn` until it is stopped, for the open payments that its arguments
//! name: `ORDER-1001=33000`.

#![expect(clippy::print_stdout, reason = "an example tells what it does")]

use std::collections::HashMap;
use std::error::Error;
use std::time::Duration;

use payments_momo::axum as routes;
use payments_momo::codes::RequestType;
use payments_momo::inbound::{Ipn, IpnKeys, RedirectResult, RedirectResultKeys};
use payments_momo::one_payment::{
    AccountInfo, Acknowledgement, Bill, BillKeys, Init, InitAnswer, Links, Notification,
    acknowledge, confirm,
};
use payments_momo::payments_core::incoming::{
    CallerAuth, Confirmation, Expected, Inbox, KeyRing, Outcome, Receiver, Replays, Row, Verifier,
};
use payments_momo::sandbox::{Config, Partner, start};
use payments_momo::types::CreatePayment;
use payments_momo::{Client, Currency, Money, Test, TestCredentials};

/// The shop's own record: what is open, for how much. Yours is a database.
struct Shop {
    client: Client,
    payments: HashMap<String, Money>,
    verifier: Verifier<Ipn>,
}

impl Shop {
    /// Confirms a payment and delivers it. Run by the inbox, again and again until it is done.
    async fn work(&self, row: Row) -> Outcome {
        let Some(amount) = self.payments.get(row.reference()) else {
            return Outcome::Retry("a payment that this shop does not know".to_owned());
        };
        if row.settled_before() {
            return Outcome::Done;
        }
        let expected = Expected::new(row.reference(), *amount);
        // The row was verified when it came in; here its fields are read again.
        let event = row.inbound().and_then(|raw| self.verifier.verify(raw).ok());
        match self.client.confirm(event.as_ref(), &expected).await {
            Ok(Confirmation::Confirmed(paid)) => {
                println!("delivered={} amount={}", row.reference(), paid.amount);
                Outcome::Settled
            }
            Ok(Confirmation::Declined(reply)) => {
                println!("declined={} code={}", row.reference(), reply.result_code);
                Outcome::Done
            }
            Ok(Confirmation::Refunded(_)) => {
                println!("refunded={}", row.reference());
                Outcome::Done
            }
            Ok(Confirmation::Differs(reply)) => {
                Outcome::Retry(format!("look at it: MoMo speaks of {}", reply.amount))
            }
            Ok(_) => Outcome::Retry("not paid yet".to_owned()),
            Err(error) => Outcome::Retry(error.to_string()),
        }
    }

    /// The routes of the gateway.
    fn routes(&self, inbox: Inbox, results: RedirectResultKeys) -> axum::Router {
        let results = Verifier::<RedirectResult>::new(
            "example",
            "main-shop",
            KeyRing::new("current", results),
        );
        axum::Router::new()
            .route("/momo/ipn", routes::ipn(inbox, self.verifier.clone()))
            .route(
                "/momo/return",
                routes::redirected(results, |result| match result {
                    Some(result) => format!("Cảm ơn! Mã kết quả: {}", result.result_code),
                    None => "Cảm ơn! We are looking for your payment.".to_owned(),
                }),
            )
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let variable = |name| std::env::var(name).ok();
    let Some(base_url) = variable("MOMO_BASE_URL") else {
        rehearse_gateway().await?;
        return rehearse_one_payment().await;
    };
    let required = |name| variable(name).ok_or_else(|| format!("{name} is not set"));
    let (access, secret) = (required("MOMO_ACCESS_KEY")?, required("MOMO_SECRET_KEY")?);
    let credentials = TestCredentials::new(required("MOMO_PARTNER_CODE")?, &*access, &*secret)?;
    let keys = KeyRing::new("current", IpnKeys::new(&*access, &*secret)?);
    let shop = Shop {
        client: Client::builder(Test::at(base_url), credentials).build()?,
        payments: open_payments()?,
        verifier: Verifier::<Ipn>::new("example", "main-shop", keys),
    };
    let inbox = Inbox::in_memory();
    let results = RedirectResultKeys::new(access, secret)?;
    let app = shop.routes(inbox.clone(), results);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    println!("listening=http://127.0.0.1:8080/momo/ipn");
    tokio::spawn(async move { axum::serve(listener, app).await });
    loop {
        inbox.work(|row| shop.work(row)).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// The payments that are open, from arguments such as `ORDER-1001=33000`.
fn open_payments() -> Result<HashMap<String, Money>, Box<dyn Error>> {
    std::env::args()
        .skip(1)
        .map(|argument| {
            let (order_id, amount) = argument
                .split_once('=')
                .ok_or("write open payments as ORDER-1001=33000")?;
            let amount = Money::from_decimal(amount, Currency::VND)?;
            Ok((order_id.to_owned(), amount))
        })
        .collect()
}

/// The whole story of the gateway against a sandbox.
async fn rehearse_gateway() -> Result<(), Box<dyn Error>> {
    let sandbox = start(Config::new())?;
    let (access, secret) = (Config::ACCESS_KEY, Config::SECRET_KEY);
    let credentials = TestCredentials::new(Config::PARTNER_CODE, access, secret)?;
    let keys = KeyRing::new("current", IpnKeys::new(access, secret)?);
    let amount = Money::from_minor(33_000, Currency::VND);
    let shop = Shop {
        client: Client::builder(Test::at(sandbox.base_url()), credentials).build()?,
        payments: HashMap::from([("ORDER-1001".to_owned(), amount)]),
        verifier: Verifier::<Ipn>::new("example", "main-shop", keys),
    };
    let inbox = Inbox::in_memory();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let base = format!("http://{}/momo", listener.local_addr()?);
    let app = shop.routes(inbox.clone(), RedirectResultKeys::new(access, secret)?);
    tokio::spawn(async move { axum::serve(listener, app).await });

    let payment = CreatePayment::builder()
        .request_id("R-ORDER-1001")
        .amount(amount)
        .order_id("ORDER-1001")
        .order_info("Trà sữa trân châu")
        .redirect_url(format!("{base}/return"))
        .ipn_url(format!("{base}/ipn"))
        .request_type(RequestType::CaptureWallet)
        .build()?;
    let created = shop.client.create_payment(payment).await?;
    println!("pay_url={}", created.pay_url.as_deref().unwrap_or_default());

    let control = sandbox.control();
    control.pay("ORDER-1001")?;
    control.callbacks().idle().await;
    control.resend_ipn("ORDER-1001", 1)?;
    control.callbacks().idle().await;
    let worked = inbox.work(|row| shop.work(row)).await;
    println!("rows={}", worked.done);
    Ok(())
}

/// The account of the buyer who opened the partner's page in the app. The same question gets the
/// same answer.
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

/// The acknowledgement with the shop's own number of the payment, found by the bill.
fn acknowledged(told: &Notification) -> Acknowledgement {
    #[expect(clippy::expect_used, reason = "the number is the shop's own and short")]
    acknowledge(told, "732854576348").expect("a number of at most 50 characters")
}

/// The whole story of the one-payment family against a sandbox.
async fn rehearse_one_payment() -> Result<(), Box<dyn Error>> {
    // What MoMo and the partner have agreed upon: the table of headers is not public.
    const PROOF: (&str, &str) = ("x-agreed", "between-momo-and-the-partner");
    let caller = || {
        CallerAuth::check(|inbound| {
            let given = inbound.headers().get(PROOF.0);
            given.is_some_and(|value| value.as_bytes() == PROOF.1.as_bytes())
        })
    };
    let key = Config::SECRET_KEY;
    let keys = BillKeys::new("MoMo2020", "MoMo2020", "Dịch vụ", "MoMo202001", "v1", key)?;
    let links = Links::new(keys);
    let receiver: Receiver<Notification> =
        Receiver::<Notification>::new("example", "partner", caller());
    let inbox = Inbox::in_memory();
    let app = axum::Router::new()
        .route(
            "/api/v1/init",
            routes::init(
                Replays::of(1_000),
                Receiver::<Init>::new("example", "partner", caller()),
                |asked| async move { account(asked.claims()) },
            ),
        )
        .route(
            "/notify",
            routes::notified(inbox.clone(), receiver.clone(), |told| {
                acknowledged(told.claims())
            }),
        );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let base = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, app).await });
    let partner = Partner::new()
        .header(PROOF.0, PROOF.1)
        .host(&base)
        .notify_url(&format!("{base}/notify"));
    let sandbox = start(Config::new().partner(partner))?;
    let control = sandbox.control();

    control.init("a-user-of-momo")?;
    control.callbacks().idle().await;
    // The shop stores the bill, then its page opens the link in the app.
    const REQUEST: &str = "R-1";
    let bill = Bill::builder()
        .request_id(REQUEST)
        .bill_id("BILL-1")
        .amount(Money::from_minor(33_000, Currency::VND))
        .description("Trà sữa trân châu")
        .build()?;
    let link = links.write("momo://", &bill)?;
    println!("link={link}");
    control.open_link(link.as_str())?;
    control.charge("BILL-1")?;
    control.callbacks().idle().await;
    control.notify_again("BILL-1", 1)?;
    control.callbacks().idle().await;
    let worked = inbox.work_blocking(|row| {
        let told = receiver.reread(row).ok();
        match told.map(|told| confirm(&told, REQUEST, &bill.expected())) {
            Some(Ok(Confirmation::Confirmed(paid))) => {
                println!("delivered={} amount={}", paid.bill_id, paid.amount);
                Outcome::Settled
            }
            Some(Ok(_)) | None => Outcome::Retry("not paid".to_owned()),
            Some(Err(misuse)) => Outcome::Retry(misuse.to_string()),
        }
    });
    println!("rows={}", worked.done);
    Ok(())
}
