//! `cargo xtask demo --browser`: the shop, the payer's pages and the dashboard, in a real browser.

mod dashboard;
mod den;
mod webdriver;

use std::path::PathBuf;
use std::sync::Arc;

use payments_core::sandbox::Ledger;
use payments_core::store::Sqlite;
use payments_mocasa::sandbox as mocasa;

use super::PROVIDERS;
use super::report::{ProviderReport, ensure};
use super::sandboxes::Sandboxes;
use crate::run::progress;
use crate::run::shop::Shop;
use crate::{complain, root};
use webdriver::{ChromeDriver, Window};

type Done<T> = Result<(T, String), String>;

/// The shop, the five sandboxes, and a browser.
struct Town {
    shop: Arc<Shop>,
    sandboxes: Sandboxes,
    driver: ChromeDriver,
    pictures: PathBuf,
}

/// Runs the stories of the providers that are wanted; that of the dashboard with those of all, or with
/// that of the provider that it is about.
///
/// # Errors
/// That there is no browser, or that the shop or a sandbox does not start.
pub(super) async fn run(wanted: impl Fn(&str) -> bool) -> Result<Vec<ProviderReport>, String> {
    let names: Vec<&str> = PROVIDERS.into_iter().filter(|name| wanted(name)).collect();
    let with_dashboard = names.contains(&dashboard::ABOUT);
    let count = names.len().saturating_add(usize::from(with_dashboard));
    let parts = progress::parts(u64::try_from(count).unwrap_or_default());
    let town = Town::open().await?;
    let stories = async {
        let mut reports = Vec::new();
        for name in names {
            reports.push(parts.done(town.tell(name).await));
        }
        if with_dashboard {
            let told = dashboard::tell(&town.driver, &town.pictures).await;
            reports.push(parts.done(told));
        }
        reports
    };
    let reports = tokio::select! {
        reports = stories => reports,
        () = town.shop.keep_working() => Vec::new(),
    };
    drop(parts);
    complain(&format!("pictures in {}", town.pictures.display()));
    Ok(reports)
}

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// The button of the form that has a field of this value.
fn button(value: &str) -> String {
    format!("form:has(input[value=\"{value}\"]) button")
}

impl Town {
    async fn open() -> Result<Self, String> {
        let driver = ChromeDriver::start()?;
        let pictures = root().join("target/demo");
        std::fs::create_dir_all(&pictures).map_err(said)?;
        let sandboxes = Sandboxes::start()?;
        let store = Sqlite::in_memory().map_err(said)?;
        Ok(Self {
            shop: sandboxes.shop(store).await?,
            sandboxes,
            driver,
            pictures,
        })
    }

    async fn tell(&self, name: &'static str) -> ProviderReport {
        let mut report = ProviderReport::new(name);
        // MobilePay's frame is for large screens; all others are seen on a phone.
        let (width, height) = if name == "mobilepay" {
            (900, 900)
        } else {
            (390, 844)
        };
        let opened = async {
            let window = self.driver.open(width, height).await?;
            Ok((window, format!("{width} by {height}")))
        };
        let Some(window) = report.step("window", opened).await else {
            return report;
        };
        let told = match name {
            "mobilepay" => self.mobilepay(&mut report, &window).await,
            "mocasa" => self.mocasa(&mut report, &window).await,
            "mocopay" => self.mocopay(&mut report, &window).await,
            "moka" => self.moka(&mut report, &window).await,
            _ => self.momo(&mut report, &window).await,
        };
        let ledger = match name {
            "mobilepay" => self.sandboxes.mobilepay.control().ledger(),
            "mocasa" => self.sandboxes.mocasa.control().ledger(),
            "mocopay" => self.sandboxes.mocopay.control().ledger(),
            "moka" => self.sandboxes.moka.control().ledger(),
            _ => self.sandboxes.momo.control().ledger(),
        };
        let compared = async {
            told.map_or(Err("the story broke off".to_owned()), |kinds| {
                compare(&ledger, kinds)
            })
        };
        let agrees = report.step("ledger", compared).await.is_some();
        report.ledger(agrees);
        // Whatever else is open ends with chromedriver.
        let _ = window.close().await;
        report
    }

    async fn picture(&self, window: &Window, name: &str) -> Result<(), String> {
        window
            .shoot(&self.pictures.join(format!("{name}.png")))
            .await
    }

    /// Presses a provider's button in the shop, and looks at the payer's page; gives the order.
    async fn order(&self, window: &Window, provider: &str) -> Done<String> {
        window.go(&self.shop.url("/")).await?;
        let order = format!("form:has(input[value=\"{provider}\"]) input[name=\"order\"]");
        let order = window.value(&order).await?;
        self.picture(window, "shop").await?;
        window.click(&button(provider)).await?;
        window.find(".sandbox").await?;
        self.picture(window, &format!("{provider}-page")).await?;
        let note = format!("order {order}");
        Ok((order, note))
    }

    /// Waits until the order's page says so by itself.
    async fn until(&self, window: &Window, state: &str, picture: &str) -> Done<()> {
        window.find(&format!("[data-state=\"{state}\"]")).await?;
        self.picture(window, picture).await?;
        Ok(((), format!("the order is {state}")))
    }

    async fn mocasa(&self, report: &mut ProviderReport, window: &Window) -> Option<Kinds> {
        report.step("button", self.order(window, "mocasa")).await?;
        let pay = async {
            window.click(&button("pay")).await?;
            self.until(window, "paid", "mocasa-paid").await
        };
        report.step("paid", pay).await?;
        let decline = async {
            self.order(window, "mocasa").await?;
            window.click(&button("decline")).await?;
            self.until(window, "declined", "mocasa-declined").await
        };
        report.step("declined", decline).await?;
        report.step("forged_callback", self.forged(window)).await?;
        Some(&[("order", 3), ("payment", 1)])
    }

    /// A webhook that says "paid" under another secret.
    async fn forged(&self, window: &Window) -> Done<()> {
        let (order, _) = self.order(window, "mocasa").await?;
        let control = self.sandboxes.mocasa.control();
        let forgery = mocasa::Forgery::WrongSignature;
        control.forge_webhook(&order, &forgery).map_err(said)?;
        control.callbacks().idle().await;
        let sent = control.callbacks().list();
        let last = sent
            .last()
            .and_then(|sent| sent.attempts().last()?.status());
        ensure(
            last.is_some_and(|status| status != 200),
            format!("the forged webhook was answered {last:?}"),
        )?;
        window
            .go(&self.shop.url(&format!("/orders/{order}")))
            .await?;
        self.until(window, "waiting", "mocasa-forged").await?;
        Ok((
            (),
            format!("answered {}, nothing changed", last.unwrap_or_default()),
        ))
    }

    async fn mocopay(&self, report: &mut ProviderReport, window: &Window) -> Option<Kinds> {
        report.step("button", self.order(window, "mocopay")).await?;
        let pay = async {
            window.click(&button("sms")).await?;
            self.until(window, "paid", "mocopay-paid").await
        };
        report.step("paid", pay).await?;
        Some(&[("session", 1), ("charge", 1)])
    }

    async fn moka(&self, report: &mut ProviderReport, window: &Window) -> Option<Kinds> {
        report.step("button", self.order(window, "moka")).await?;
        let card = async {
            for (name, text) in [
                ("cardHolder", "Ayşe Gül"),
                ("cardNumber", "5127541122223332"),
                ("expMonth", "12"),
                ("expYear", "2030"),
                ("cvc", "000"),
            ] {
                window.fill(&format!("[name=\"{name}\"]"), text).await?;
            }
            window.click(&button("card")).await?;
            window.find("[name=\"code\"]").await?;
            self.picture(window, "moka-3d").await?;
            Ok(((), "a test card, then the 3-D step".to_owned()))
        };
        report.step("card", card).await?;
        let pay = async {
            window.fill("[name=\"code\"]", "123456").await?;
            window.click(&button("three-d")).await?;
            window
                .click("form:has([name=\"hashValue\"]) button")
                .await?;
            self.until(window, "paid", "moka-paid").await
        };
        report.step("paid", pay).await?;
        Some(&[("page", 1), ("payment", 1)])
    }

    async fn momo(&self, report: &mut ProviderReport, window: &Window) -> Option<Kinds> {
        report.step("button", self.order(window, "momo")).await?;
        let app = async {
            window.click("a[href^=\"/app?\"]").await?;
            window.find(&button("pay")).await?;
            self.picture(window, "momo-app").await?;
            Ok(((), "by its deep link".to_owned()))
        };
        report.step("app", app).await?;
        let pay = async {
            window.click(&button("pay")).await?;
            self.until(window, "paid", "momo-paid").await
        };
        report.step("paid", pay).await?;
        let expire = async {
            self.order(window, "momo").await?;
            window.click("summary").await?;
            window.click(&button("expire")).await?;
            self.until(window, "declined", "momo-expired").await
        };
        report.step("expired", expire).await?;
        Some(&[("order", 2), ("payment", 1)])
    }

    async fn mobilepay(&self, report: &mut ProviderReport, window: &Window) -> Option<Kinds> {
        report
            .step("button", self.order(window, "mobilepay"))
            .await?;
        let frame = async {
            window.enter("iframe").await?;
            window.fill("[name=\"phone\"]", "12345678").await?;
            window.click(&button("phone")).await?;
            window.find(&button("VISA-DEBIT")).await?;
            self.picture(window, "mobilepay-frame").await?;
            window.click(&button("VISA-DEBIT")).await?;
            window.leave().await?;
            Ok(((), "in the frame".to_owned()))
        };
        report.step("card", frame).await?;
        // The frame tells the page around it, which then goes to the order.
        let message = self.until(window, "reserved", "mobilepay-reserved");
        report.step("message", message).await?;
        let capture = async {
            window.go(&self.shop.url("/admin")).await?;
            self.picture(window, "admin").await?;
            window
                .click("form[action=\"/admin/capture\"] button")
                .await?;
            window.find("form[action=\"/admin/refund\"]").await?;
            window.click("td a").await?;
            self.until(window, "paid", "mobilepay-paid").await
        };
        report.step("captured", capture).await?;
        Some(&[
            ("payment", 1),
            ("attempt", 1),
            ("authorization", 1),
            ("capture", 1),
        ])
    }
}

/// How often the sandbox did what.
type Kinds = &'static [(&'static str, usize)];

fn compare(ledger: &Ledger, kinds: Kinds) -> Done<()> {
    let effects = ledger.effects();
    for (kind, expect) in kinds {
        let found = effects
            .iter()
            .filter(|effect| effect.kind() == *kind)
            .count();
        ensure(found == *expect, format!("{found} of {kind}, not {expect}"))?;
    }
    let all = kinds
        .iter()
        .fold(0_usize, |sum, (_, count)| sum.saturating_add(*count));
    ensure(
        effects.len() == all,
        format!("{} effects, not {all}", effects.len()),
    )?;
    Ok(((), format!("{all} effects")))
}
