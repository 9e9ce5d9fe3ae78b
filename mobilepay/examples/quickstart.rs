//! Starts a payment and prints where the payer approves it: against a sandbox of its own, or against
//! the service that `MOBILEPAY_BASE_URL`, `MOBILEPAY_CLIENT_ID`, `MOBILEPAY_CLIENT_SECRET` and
//! `MOBILEPAY_PRIVATE_KEY` (a PEM file) name. There is no status to ask for: MobilePay has no query.
//!
//! Elsewhere the payment is of `MOBILEPAY_MERCHANT_ID` and for the key of `MOBILEPAY_PUBLIC_KEY_ID`;
//! unless they are set, of the first merchant of this PSP and for the sandbox's first key.

#![expect(clippy::print_stdout, reason = "an example tells what it does")]

use std::error::Error as StdError;
use std::iter::successors;
use std::process::ExitCode;

use payments_mobilepay::codes::CardType;
use payments_mobilepay::ext::keys::{AwsLc, private_keys};
use payments_mobilepay::ext::{Awaiting, Cards};
use payments_mobilepay::payments_core::clock::{Clock, SystemClock, unix_millis};
use payments_mobilepay::sandbox::{Config, Sandbox, start};
use payments_mobilepay::types::{AllowedCardType, InitiatePayment, ListMerchants};
use payments_mobilepay::{Client, Currency, Error, Money, Test, TestCredentials};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match start_payment().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tell(&*error);
            ExitCode::FAILURE
        }
    }
}

/// Says what failed, whether money may have moved, and what to do then.
fn tell(error: &(dyn StdError + 'static)) {
    let told = error.to_string();
    eprintln!("error: {told}");
    let cause = successors(error.source(), |cause| (*cause).source()).last();
    if let Some(cause) = cause
        .map(ToString::to_string)
        .filter(|cause| !told.ends_with(cause))
    {
        eprintln!("cause: {cause}");
    }
    let Some(error) = error.downcast_ref::<Error>() else {
        return;
    };
    eprintln!("{}", error.money_moved());
    if let Error::Unknown(_) = error {
        eprintln!("there is no query: send the same payment again, with the same reference");
    }
}

async fn start_payment() -> Result<(), Box<dyn StdError>> {
    // The sandbox lives as long as this variable.
    let (base_url, credentials, pem, _sandbox) = service()?;
    let client = Client::builder(Test::at(base_url), credentials).build()?;

    // The key that cards are decrypted with, once they come: loaded now, so that a wrong file shows.
    let key_id = match std::env::var("MOBILEPAY_PUBLIC_KEY_ID") {
        Ok(id) => id.parse()?,
        Err(_) => i64::from(Config::FIRST_KEY_ID),
    };
    let _cards = Cards::new(private_keys::<AwsLc>().with_pem(key_id, &pem)?);

    let merchant_id = match std::env::var("MOBILEPAY_MERCHANT_ID") {
        Ok(id) => id,
        Err(_) => {
            let list = client
                .list_merchants(ListMerchants::builder().build()?)
                .await?;
            let first = list.merchants.as_deref().unwrap_or_default().first();
            let first = first.ok_or("there is no merchant: create one")?;
            first.merchant_id.clone()
        }
    };

    // Your own reference, unique: store it before anything is sent.
    let reference = format!("QS-{}", unix_millis(SystemClock::new().wall()));
    println!("reference={reference}");
    let card = AllowedCardType::builder()
        .name(CardType::Dankort)
        .encrypted_pan_callback_url("https://psp.example/mobilepay/card")
        .build()?;
    let payment = client
        .initiate_payment(
            InitiatePayment::builder()
                .merchant_id(merchant_id)
                .merchant_name("Aarhus Trading")
                .merchant_logo_url("https://no-logo.png")
                .merchant_order_id(&reference)
                .merchant_url("https://shop.example")
                .psp_reference_id(&reference)
                .amount(Money::from_minor(12_500, Currency::DKK))
                .allowed_card_types(vec![card])
                .public_key_id(key_id)
                .redirect_from_mobile_pay_url("https://shop.example/return")
                .build()?,
        )
        .await?;
    let page = payment.redirect_to_mobile_pay_url.as_deref();
    println!("pay_url={}", page.unwrap_or_default());

    // What the card callback is checked against: `examples/psp.rs` goes on from here.
    let _awaiting = Awaiting::new(&payment.payment_id, [CardType::Dankort]);
    Ok(())
}

/// A PEM file's text with the rest.
type Service = (String, TestCredentials, String, Option<Sandbox>);

/// The service that the environment names, or a sandbox if it names none.
fn service() -> Result<Service, Box<dyn StdError>> {
    let names = [
        "MOBILEPAY_BASE_URL",
        "MOBILEPAY_CLIENT_ID",
        "MOBILEPAY_CLIENT_SECRET",
        "MOBILEPAY_PRIVATE_KEY",
    ];
    let given = names.map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    match given {
        [Some(base_url), Some(id), Some(secret), Some(file)] => {
            let pem = std::fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?;
            Ok((base_url, TestCredentials::new(id, secret)?, pem, None))
        }
        [None, None, None, None] => {
            eprintln!("no {} is set: using a sandbox", names.join(", "));
            // The keys of the tests, of no value.
            let pem = include_str!("../tests/vectors/rsa/key.pem").to_owned();
            let public = include_str!("../tests/vectors/rsa/pub.pem");
            let sandbox = start(Config::new().public_key(public))?;
            let credentials = TestCredentials::new(Config::CLIENT_ID, Config::CLIENT_SECRET)?;
            let base_url = sandbox.base_url().to_owned();
            Ok((base_url, credentials, pem, Some(sandbox)))
        }
        given => {
            let missing = names.into_iter().zip(given);
            let missing: Vec<&str> = missing
                .filter_map(|(name, value)| value.is_none().then_some(name))
                .collect();
            Err(format!(
                "{} is not set: set all of {}, or none",
                missing.join(", "),
                names.join(", ")
            )
            .into())
        }
    }
}
