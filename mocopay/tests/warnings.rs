//! A weak secret is reported. A program of its own, because who listens is a matter of the whole process.
#![cfg(all(feature = "client", feature = "sandbox"))]
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use payments_core::testing::Overheard;
use payments_mocopay::calls::{Client, Credentials, Environment};
use payments_mocopay::sandbox::Config;

const WEAK: &str = "this.is.a.secret";

fn build(secret: &str) {
    let environment = Environment::At("https://pay.example".to_owned());
    let credentials = Credentials::new("app1", secret).unwrap();
    Client::builder(environment, credentials).build().unwrap();
}

#[test]
fn a_weak_secret_is_reported_and_not_repeated() {
    let overheard = Overheard::everything().unwrap();
    build(Config::API_SECRET);
    let told = overheard.texts().concat();
    assert!(!told.contains("weak"), "{told}");
    build(WEAK);
    let told = overheard.texts().concat();
    assert!(told.contains("`apiSecret` seems weak"), "{told}");
    assert!(!told.contains(WEAK), "{told}");
}
