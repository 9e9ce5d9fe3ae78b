//! The shop against the five sandboxes: what a buyer and an operator do, by the forms of the pages.

mod browser;
mod manners;
mod standing;

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;

use payments_core::sandbox::Ledger;
use payments_core::store::Sqlite;
use payments_mocasa::sandbox as mocasa;

use super::Shop;
use crate::root;
use crate::run::demo::sandboxes::Sandboxes;
use browser::{Browser, Page, attribute, form};

/// How many lines the shop may have: rows of code as rustfmt leaves them, without its pages and tests, and
/// without what says where a name is from.
const MOST_LINES: usize = 700;

#[test]
fn the_shop_stays_short() {
    let folder = root().join("xtask/src/run/shop");
    let files = std::fs::read_dir(&folder).unwrap();
    let files = files.map(|file| file.unwrap().path());
    let is_counted = |file: &PathBuf| {
        file.extension().is_some_and(|it| it == "rs")
            && !file.ends_with("pages.rs")
            && !file.ends_with("tests.rs")
    };
    let nothing = ["//", "use ", "pub(super) use ", "mod "];
    let is_code = |line: &&str| {
        let line = line.trim();
        !line.is_empty() && !nothing.iter().any(|start| line.starts_with(start))
    };
    let lines: usize = files
        .filter(is_counted)
        .chain([folder.with_extension("rs")])
        .map(|file| std::fs::read_to_string(file).unwrap())
        .map(|text| text.lines().filter(is_code).count())
        .sum();
    assert!((500..=MOST_LINES).contains(&lines), "{lines} lines");
}

/// The shop, the sandboxes, and somebody with a browser.
struct Town {
    shop: Arc<Shop>,
    browser: Browser,
    sandboxes: Sandboxes,
}

async fn town() -> Town {
    town_on(Sqlite::in_memory().unwrap()).await
}

async fn town_on(store: Sqlite) -> Town {
    let sandboxes = Sandboxes::start().unwrap();
    Town {
        shop: sandboxes.shop(store).await.unwrap(),
        browser: Browser::new(),
        sandboxes,
    }
}

impl Deref for Town {
    type Target = Sandboxes;

    fn deref(&self) -> &Sandboxes {
        &self.sandboxes
    }
}

impl Town {
    async fn open(&self, path: &str) -> Page {
        let url = format!("http://{}{path}", self.shop.address);
        self.browser.open(&url).await
    }

    /// Presses the button of a provider; gives the order's number and the payer's page.
    async fn order(&self, title: &str) -> (String, Page) {
        let front = self.open("/").await;
        let mark = format!("with {title}");
        let (_, fields) = form(&front, &mark, &[]);
        let id = fields
            .into_iter()
            .find(|(name, _)| name == "order")
            .unwrap()
            .1;
        (id, self.browser.send(&front, &mark, &[]).await)
    }

    /// Every callback has come, and the shop has worked it off.
    async fn settle(&self) {
        self.mobilepay.control().callbacks().idle().await;
        self.mocasa.control().callbacks().idle().await;
        self.mocopay.control().callbacks().idle().await;
        self.moka.control().callbacks().idle().await;
        self.momo.control().callbacks().idle().await;
        self.shop.work().await.unwrap();
    }

    /// What the order's page says.
    async fn state(&self, id: &str) -> String {
        let page = self.open(&format!("/orders/{id}")).await;
        attribute(&page.html, "data-state").unwrap_or(page.html)
    }

    /// Waits for what happens by itself; the test's own limit ends it.
    async fn until(&self, id: &str, state: &str) {
        while self.state(id).await != state {
            tokio::task::yield_now().await;
        }
    }

    /// Presses an operator's button beside an order.
    async fn operate(&self, action: &str) -> Page {
        let admin = self.open("/admin").await;
        self.browser
            .send(&admin, &format!("/admin/{action}\""), &[])
            .await
    }
}

/// Kinds and amounts, in order.
fn effects(ledger: &Ledger) -> Vec<(String, String)> {
    let effects = ledger.effects();
    let effects = effects.iter().map(|effect| {
        let amount = effect.amount().unwrap_or_default();
        (effect.kind().to_owned(), amount.to_owned())
    });
    effects.collect()
}

fn check(ledger: &Ledger, expect: &[(&str, &str)]) {
    let effects = effects(ledger);
    let found: Vec<_> = effects
        .iter()
        .map(|(kind, amount)| (&**kind, &**amount))
        .collect();
    assert_eq!(found, expect);
}

#[tokio::test]
async fn mocasa_from_the_button_to_the_refund() {
    let town = town().await;
    let (id, page) = town.order("Mocasa").await;
    assert!(page.html.contains(&id) && page.html.contains("sandbox"));
    assert_eq!(town.state(&id).await, "waiting");
    let back = town.browser.send(&page, "value=\"pay\"", &[]).await;
    assert_eq!(
        back.url,
        format!("http://{}/orders/{id}", town.shop.address)
    );
    town.settle().await;
    assert_eq!(town.state(&id).await, "paid");
    town.operate("refund").await;
    assert_eq!(town.state(&id).await, "refunded");
    let ledger = town.mocasa.control().ledger();
    check(
        &ledger,
        &[("order", "1499"), ("payment", "1499"), ("refund", "1499")],
    );
}

#[tokio::test]
async fn mocopay_from_the_button_to_paid() {
    let town = town().await;
    let (id, page) = town.order("MoCoPay").await;
    let back = town.browser.send(&page, "value=\"sms\"", &[]).await;
    assert!(back.url.contains(&id), "{}", back.url);
    town.settle().await;
    assert_eq!(town.state(&id).await, "paid");
    let ledger = town.mocopay.control().ledger();
    check(&ledger, &[("session", ""), ("charge", "10")]);
    // There is nothing to give back, and the shop does not pretend that there is.
    let admin = town.open("/admin").await;
    assert!(!admin.html.contains("/admin/refund"), "{}", admin.html);
}

/// Gives a card and the 3-D code, and goes back to the shop.
async fn pay_moka(town: &Town, page: &Page) -> Page {
    let card = [
        ("cardHolder", "Ayşe Gül"),
        ("cardNumber", "5127541122223332"),
        ("expMonth", "12"),
        ("expYear", "2030"),
        ("cvc", "000"),
    ];
    let step = town.browser.send(page, "cardNumber", &card).await;
    let ended = town
        .browser
        .send(&step, "three-d", &[("code", "123456")])
        .await;
    town.browser.send(&ended, "hashValue", &[]).await
}

#[tokio::test]
async fn moka_from_the_button_to_the_void() {
    let town = town().await;
    let (id, page) = town.order("Moka").await;
    let back = pay_moka(&town, &page).await;
    assert!(back.url.ends_with(&id), "{}", back.url);
    town.settle().await;
    assert_eq!(town.state(&id).await, "paid");
    town.operate("refund").await;
    assert_eq!(
        town.state(&id).await,
        "refunded",
        "{}",
        town.open("/admin").await.html
    );
    let ledger = town.moka.control().ledger();
    check(
        &ledger,
        &[("page", "27.50"), ("payment", "27.50"), ("void", "27.50")],
    );
}

#[tokio::test]
async fn momo_from_the_button_to_the_refund() {
    let town = town().await;
    let (id, page) = town.order("MoMo").await;
    let back = town.browser.send(&page, "value=\"pay\"", &[]).await;
    assert!(back.url.contains(&id), "{}", back.url);
    town.settle().await;
    assert_eq!(town.state(&id).await, "paid");
    town.operate("refund").await;
    assert_eq!(town.state(&id).await, "refunded");
    let ledger = town.momo.control().ledger();
    check(
        &ledger,
        &[
            ("order", "33000"),
            ("payment", "33000"),
            ("refund", "33000"),
        ],
    );
}

#[tokio::test]
async fn mobilepay_from_the_button_over_the_frame_to_the_refund() {
    let town = town().await;
    let (id, around) = town.order("MobilePay").await;
    assert!(around.url.ends_with(&format!("/orders/{id}/frame")));
    let (_, frame) = around.html.split_once("<iframe").unwrap();
    let landing = town.browser.open(&attribute(frame, "src").unwrap()).await;
    let number = [("phone", "12345678")];
    let choice = town
        .browser
        .send(&landing, "value=\"phone\"", &number)
        .await;
    town.browser.send(&choice, "VISA-DEBIT", &[]).await;
    town.until(&id, "reserved").await;
    // The frame says to the page around it how it ended, and that page hears it from there only.
    let ended = town.browser.open(&landing.url).await;
    assert!(
        ended.html.contains("data-message=\"mobilepay:rc=0"),
        "{}",
        ended.html
    );
    let origin = format!("data-origin=\"{}\"", town.mobilepay.base_url());
    assert!(around.html.contains(&origin), "{}", around.html);
    town.operate("capture").await;
    assert_eq!(town.state(&id).await, "paid");
    town.operate("refund").await;
    assert_eq!(town.state(&id).await, "refunded");
    check(
        &town.mobilepay.control().ledger(),
        &[
            ("payment", "12500"),
            ("attempt", ""),
            ("authorization", "12500"),
            ("capture", "12500"),
            ("refund", "12500"),
        ],
    );
}

#[tokio::test]
async fn a_declined_payment_is_not_paid() {
    let town = town().await;
    let (mocasa, page) = town.order("Mocasa").await;
    town.browser.send(&page, "value=\"decline\"", &[]).await;
    let (momo, page) = town.order("MoMo").await;
    town.browser.send(&page, "value=\"decline\"", &[]).await;
    town.settle().await;
    assert_eq!(town.state(&mocasa).await, "declined");
    assert_eq!(town.state(&momo).await, "declined");
}

#[tokio::test]
async fn a_forged_callback_changes_nothing() {
    let town = town().await;
    let (signed, _) = town.order("Mocasa").await;
    let control = town.mocasa.control();
    let forgery = mocasa::Forgery::WrongSignature;
    control.forge_webhook(&signed, &forgery).unwrap();
    // MoCoPay signs nothing: what is forged from a known address is kept, and not confirmed.
    let (unsigned, _) = town.order("MoCoPay").await;
    let session = town.mocopay.control().session(&unsigned).unwrap();
    let forged = [
        ("sessionId", session.session_id()),
        ("referenceId", &*unsigned),
        ("status", "Authorized"),
    ];
    town.mocopay.control().forge(&forged).unwrap();
    town.settle().await;
    assert_eq!(town.state(&signed).await, "waiting");
    assert_eq!(town.state(&unsigned).await, "waiting");
}

#[tokio::test]
async fn a_callback_that_never_came_is_made_up_for_by_asking() {
    let town = town().await;
    town.mocasa.control().suppress_webhooks(true);
    let (id, page) = town.order("Mocasa").await;
    town.browser.send(&page, "value=\"pay\"", &[]).await;
    town.settle().await;
    assert_eq!(town.state(&id).await, "waiting");
    town.operate("ask").await;
    assert_eq!(town.state(&id).await, "paid");
}

/// MobilePay tells nobody of a payer who gives up but the page around its frame.
#[tokio::test]
async fn a_payer_who_gives_up_sees_the_order_declined() {
    let town = town().await;
    let (id, around) = town.order("MobilePay").await;
    let says = async |message: &str| {
        let fill = [("message", message)];
        town.browser.send(&around, "name=\"message\"", &fill).await
    };
    for nothing in ["mobilepay:rc=0&message=completed", "rc=1", ""] {
        let page = says(nothing).await;
        assert!(page.url.ends_with(&format!("/orders/{id}")), "{}", page.url);
        assert_eq!(town.state(&id).await, "waiting", "{nothing}");
    }
    let (_, frame) = around.html.split_once("<iframe").unwrap();
    let landing = town.browser.open(&attribute(frame, "src").unwrap()).await;
    let number = [("phone", "12345678")];
    let choice = town
        .browser
        .send(&landing, "value=\"phone\"", &number)
        .await;
    let ended = town.browser.send(&choice, "value=\"reject\"", &[]).await;
    let message = attribute(&ended.html, "data-message").unwrap();
    assert!(message.starts_with("mobilepay:rc=1"), "{message}");
    says(&message).await;
    assert_eq!(town.state(&id).await, "declined");
    check(
        &town.mobilepay.control().ledger(),
        &[("payment", "12500"), ("rejection", "")],
    );
}
