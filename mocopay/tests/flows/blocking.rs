//! The same with the blocking client.

use payments_mocopay::blocking::Client;
use payments_mocopay::calls::Environment;
use payments_mocopay::sandbox::{Config, start};

use super::shop::{credentials, init, stored};

#[test]
fn a_payment_is_started_and_confirmed() {
    let sandbox = start(Config::new()).unwrap();
    let environment = Environment::At(sandbox.base_url().to_owned());
    let client = Client::builder(environment, credentials()).build().unwrap();
    client
        .init_payment(init("ORDER-1", Config::ONE_TIME))
        .unwrap();
    let control = sandbox.control();
    control.authorize("ORDER-1").unwrap();
    let session = control.session("ORDER-1").unwrap();
    let confirmed = client.confirm(
        Some(session.session_id()),
        &stored("ORDER-1", Config::ONE_TIME),
    );
    assert!(confirmed.unwrap().confirmed().is_some());
}
