//! The five sandboxes in this process, on ports of their own, and a shop that is paid through them.

use std::fmt::Display;
use std::sync::Arc;

use payments_core::sandbox::SandboxClock;
use payments_core::store::Sqlite;
use payments_mobilepay::sandbox as mobilepay;
use payments_mocasa::sandbox as mocasa;
use payments_mocopay::sandbox as mocopay;
use payments_moka::sandbox as moka;
use payments_momo::sandbox as momo;

use crate::run::shop::Shop;

const PUBLIC_KEY: &str = include_str!("../../../../mobilepay/tests/vectors/rsa/pub.pem");

pub(in crate::run) struct Sandboxes {
    pub(in crate::run) mobilepay: mobilepay::Sandbox,
    pub(in crate::run) mocasa: mocasa::Sandbox,
    pub(in crate::run) mocopay: mocopay::Sandbox,
    pub(in crate::run) moka: moka::Sandbox,
    pub(in crate::run) momo: momo::Sandbox,
}

impl Sandboxes {
    /// Starts all five.
    ///
    /// # Errors
    /// What kept one from starting.
    pub(in crate::run) fn start() -> Result<Self, String> {
        let mobilepay = mobilepay::Config::new().public_key(PUBLIC_KEY);
        // By day: a payment is voided on its own day until 22:00.
        let moka = moka::Config::new().kit(|kit| kit.clock(SandboxClock::still()));
        Ok(Self {
            mobilepay: mobilepay::start(mobilepay).map_err(said)?,
            mocasa: mocasa::start(mocasa::Config::new()).map_err(said)?,
            mocopay: mocopay::start(mocopay::Config::new()).map_err(said)?,
            moka: moka::start(moka).map_err(said)?,
            momo: momo::start(momo::Config::new()).map_err(said)?,
        })
    }

    /// Opens a shop beside them, and tells them where it takes what no request names an address for.
    ///
    /// # Errors
    /// What kept it from opening.
    pub(in crate::run) async fn shop(&self, store: Sqlite) -> Result<Arc<Shop>, String> {
        let base = |name: &str| self.base_url(name).to_owned();
        let shop = Shop::open(0, store, &base).await.map_err(said)?;
        let webhook = shop.url("/callbacks/mocasa");
        self.mocasa.control().set_webhook(&webhook).map_err(said)?;
        let notify = shop.url("/callbacks/mocopay");
        let control = self.mocopay.control();
        control.set_notify_url(&notify).map_err(said)?;
        Ok(shop)
    }

    fn base_url(&self, name: &str) -> &str {
        match name {
            "mobilepay" => self.mobilepay.base_url(),
            "mocasa" => self.mocasa.base_url(),
            // The shop's client knows the path.
            "mocopay" => self.mocopay.base_url().trim_end_matches("/v1/payment"),
            "moka" => self.moka.base_url(),
            _ => self.momo.base_url(),
        }
    }
}

fn said(error: impl Display) -> String {
    error.to_string()
}
