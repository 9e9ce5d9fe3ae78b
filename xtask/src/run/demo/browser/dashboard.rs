//! The dashboard, in a browser: a payment appears, is acted on, is struck, and its signature is read.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use payments_core::sandbox::Desk;
use payments_core::store::Sqlite;
use serde_json::{Value, json};

use super::webdriver::{ChromeDriver, Window};
use super::{Done, button, said};
use crate::run::demo::report::{ProviderReport, ensure};
use crate::run::sandbox::Watched;
use crate::run::shop::Shop;

/// Whose payment it is: its shop says in each request where the callbacks go.
pub(super) const ABOUT: &str = "momo";

/// Left on a page, to see later that it is still the same one.
const MARK: &str = "window.marked = true";
const IS_MARKED: &str = "return window.marked === true";

/// Goes out of the field that is written into.
const LEAVE: &str = "document.activeElement.blur()";

/// Each time a callback was sent, and what it was answered.
const SENT: &str = ".timeline .sent";

/// Five sandboxes with their dashboard, a shop beside them, and a window for each.
struct Desktop {
    shop: Arc<Shop>,
    desk: Desk,
    url: String,
    board: Window,
    phone: Window,
    pictures: PathBuf,
    _watched: Watched,
}

/// Tells the story.
pub(super) async fn tell(driver: &ChromeDriver, pictures: &Path) -> ProviderReport {
    let mut report = ProviderReport::new("dashboard");
    let opened = async {
        Ok((
            Desktop::open(driver, pictures).await?,
            "a dashboard".to_owned(),
        ))
    };
    let Some(desktop) = report.step("window", opened).await else {
        return report;
    };
    tokio::select! {
        told = desktop.tell(&mut report) => report.ledger(told.is_some()),
        () = desktop.shop.keep_working() => {}
    }
    let Desktop { board, phone, .. } = desktop;
    // Whatever else is open ends with chromedriver.
    let _ = (board.close().await, phone.close().await);
    report
}

impl Desktop {
    async fn open(driver: &ChromeDriver, pictures: &Path) -> Result<Self, String> {
        let watched = Watched::start().await?;
        let store = Sqlite::in_memory().map_err(said)?;
        let desk = |name: &str| {
            let found = watched.desks.iter().find(|(known, _)| *known == name);
            found.map(|(_, desk)| desk.clone())
        };
        let base = |name: &str| desk(name).map(|desk| desk.base_url().to_owned());
        let base = |name: &str| base(name).unwrap_or_default();
        let shop = Shop::open(0, store, &base);
        Ok(Self {
            shop: shop.await.map_err(|error| error.to_string())?,
            desk: desk(ABOUT).ok_or("there is no such sandbox")?,
            url: watched.url.clone(),
            board: driver.open(1280, 1000).await?,
            phone: driver.open(390, 844).await?,
            pictures: pictures.to_owned(),
            _watched: watched,
        })
    }

    async fn tell(&self, report: &mut ProviderReport) -> Option<()> {
        report.step("appears", self.appears()).await?;
        report.step("payer", self.payer()).await?;
        report.step("provider", self.provider()).await?;
        report.step("signature", self.signature()).await?;
        report.step("operator", self.operator()).await?;
        report.step("fault", self.fault()).await?;
        report.step("agrees", self.agrees()).await
    }

    async fn picture(&self, name: &str) -> Result<(), String> {
        let file = self.pictures.join(format!("dashboard-{name}.png"));
        self.board.shoot(&file).await
    }

    /// Presses the provider's button in the shop.
    async fn order(&self) -> Result<(), String> {
        self.phone.go(&self.shop.url("/")).await?;
        self.phone.click(&button(ABOUT)).await
    }

    /// Presses a button of the dashboard, which then says what was done.
    async fn press(&self, css: &str, done: &str) -> Result<(), String> {
        self.board.click(css).await?;
        self.board.read(".notice", done).await
    }

    /// Whether the page is the one that was marked, and was not loaded again.
    async fn is_the_same_page(&self) -> Result<(), String> {
        let marked = self.board.run(IS_MARKED, json!([])).await?;
        ensure(marked == Value::Bool(true), "the page was loaded again")
    }

    /// The token lets in, and a payment appears in the list while it is looked at.
    async fn appears(&self) -> Done<()> {
        self.board.go(&self.url).await?;
        self.board.read("#live", "Nothing yet").await?;
        self.board.run(MARK, json!([])).await?;
        self.order().await?;
        self.board.read("td", "waiting (1000)").await?;
        self.is_the_same_page().await?;
        self.picture("payments").await?;
        self.board.click("#live th a").await?;
        Ok(((), "in the list, without loading it again".to_owned()))
    }

    /// Pays, and the callback and its acknowledgement appear.
    async fn payer(&self) -> Done<()> {
        self.press("#act-pay", "Pay").await?;
        self.board.run(MARK, json!([])).await?;
        self.board.read("dd", "paid (0)").await?;
        self.board.read(SENT, "acknowledged").await?;
        self.is_the_same_page().await?;
        self.picture("paid").await?;
        Ok(((), "paid, the callback acknowledged".to_owned()))
    }

    /// The same callback twice and late, a forged one, and all of them out of order.
    async fn provider(&self) -> Done<()> {
        let board = &self.board;
        board.count(SENT, 1).await?;
        self.press("#callback-0-twice", "twice").await?;
        board.count(SENT, 3).await?;
        let seconds = "#callback-0-late-seconds";
        board.fill(seconds, "1").await?;
        board.run(LEAVE, json!([])).await?;
        let first = "0".parse().map_err(said)?;
        self.desk.callbacks().resend(first).map_err(said)?;
        board.count(SENT, 4).await?;
        let kept = board.value(seconds).await?;
        ensure(
            kept == "1",
            format!("what was filled in is {kept:?} after a renewal"),
        )?;
        self.press("#callback-0-late", "late").await?;
        board.count(SENT, 5).await?;
        self.press("#act-ipn-forged", "Forge").await?;
        board.count(SENT, 6).await?;
        board.read(SENT, "no acknowledgement").await?;
        self.press("#callbacks-reversed", "out of order").await?;
        board.count(SENT, 8).await?;
        let order = "const sent = [...document.querySelectorAll(arguments[0])].slice(-2);\
                     return sent.map(one => one.textContent.match(/#\\d+/)[0]).join()";
        let order = board.run(order, json!([SENT])).await?;
        ensure(
            order == "#1,#0",
            format!("out of order they came as {order}"),
        )?;
        self.picture("timeline").await?;
        Ok(((), "twice, late, forged, out of order".to_owned()))
    }

    /// What was sent is explained; changed, it is said where.
    async fn signature(&self) -> Done<()> {
        let board = &self.board;
        board.click("#parts-0 summary").await?;
        board.click("#parts-0 a").await?;
        board.click("#explain").await?;
        board.read("strong", "verified with key").await?;
        self.picture("signature").await?;
        let body = board.value("#explain-body").await?;
        let changed = body.replace("\"amount\":33000", "\"amount\":1");
        ensure(changed != body, format!("no amount of 33000 in {body}"))?;
        board.fill("#explain-body", &changed).await?;
        board.click("#explain").await?;
        board.read("strong", "the signature does not match").await?;
        board.read(".parts .bad", "33000").await?;
        board.count(".parts .bad", 1).await?;
        self.picture("tampered").await?;
        Ok(((), "verified; changed, it is said where".to_owned()))
    }

    /// Gives the money back.
    async fn operator(&self) -> Done<()> {
        self.board.click("nav a").await?;
        self.board.click("#live th a").await?;
        self.press("#act-operator-refund", "Refund").await?;
        self.board.read(".timeline", "refund").await?;
        Ok(((), "refunded".to_owned()))
    }

    /// A fault is armed, and strikes the shop's next request while the page is looked at.
    async fn fault(&self) -> Done<()> {
        let board = &self.board;
        board
            .click(&format!("nav a[href=\"/sandboxes/{ABOUT}\"]"))
            .await?;
        board.fill("#fault-written", "close-before").await?;
        self.press("#fault", "strikes the next 1").await?;
        board.read("li", "close-before: the next 1").await?;
        board.run(MARK, json!([])).await?;
        self.order().await?;
        board.read(".timeline", "struck by close-before").await?;
        board.read("p", "None is armed").await?;
        self.is_the_same_page().await?;
        self.picture("fault").await?;
        Ok(((), "armed, and it struck".to_owned()))
    }

    /// The sandbox has seen what the pages showed.
    async fn agrees(&self) -> Done<()> {
        let payments = self.desk.payments();
        let states: Vec<(&str, &str)> = payments
            .iter()
            .map(|one| (one.what(), one.state()))
            .collect();
        // The one that was struck got no answer, and arrived when the client sent it again.
        let expect = [
            ("payment", "paid (0)"),
            ("payment", "waiting (1000)"),
            ("refund", "done (0)"),
        ];
        ensure(states == expect, format!("they are {states:?}"))?;
        Ok((
            (),
            "two payments, one of them paid, and its refund".to_owned(),
        ))
    }
}
