//! Creates a payment and asks for its status: against a sandbox of its own, or against the service
//! that `MOMO_BASE_URL`, `MOMO_PARTNER_CODE`, `MOMO_ACCESS_KEY` and `MOMO_SECRET_KEY` name.

#![expect(clippy::print_stdout, reason = "an example tells what it does")]

use std::error::Error as StdError;
use std::iter::successors;
use std::process::ExitCode;

use payments_momo::codes::RequestType;
use payments_momo::payments_core::call::Resolve;
use payments_momo::payments_core::clock::{Clock, SystemClock, unix_millis};
use payments_momo::sandbox::{Config, Sandbox, start};
use payments_momo::types::CreatePayment;
use payments_momo::{Client, Currency, Error, Money, Test, TestCredentials};

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
        eprintln!(
            "do not create it under another number: ask `payment_status` for this one, as `client.resolve` does"
        );
    }
}

async fn start_payment() -> Result<(), Box<dyn StdError>> {
    // The sandbox lives as long as this variable.
    let (base_url, credentials, _sandbox) = service()?;
    let client = Client::builder(Test::at(base_url), credentials).build()?;

    // Store the numbers before anything is sent: by them an unknown outcome is asked for.
    let order_id = format!("QS-{}", unix_millis(SystemClock::new().wall()));
    println!("reference={order_id}");
    let payment = client
        .create_payment(
            CreatePayment::builder()
                .request_id(format!("R-{order_id}"))
                .amount(Money::from_minor(33_000, Currency::VND))
                .order_id(&order_id)
                .order_info("Trà sữa trân châu")
                .redirect_url("https://shop.example/return")
                .ipn_url("https://shop.example/ipn")
                .request_type(RequestType::CaptureWallet)
                .build()?,
        )
        .await?;
    println!("pay_url={}", payment.pay_url.as_deref().unwrap_or_default());

    // Each question has a number of its own.
    let status = client
        .payment_status(CreatePayment::query(&order_id)?)
        .await?;
    println!("status={}", status.result_code);
    Ok(())
}

/// The service that the environment names, or a sandbox if it names none.
fn service() -> Result<(String, TestCredentials, Option<Sandbox>), Box<dyn StdError>> {
    let names = [
        "MOMO_BASE_URL",
        "MOMO_PARTNER_CODE",
        "MOMO_ACCESS_KEY",
        "MOMO_SECRET_KEY",
    ];
    let given = names.map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    match given {
        [Some(base_url), Some(partner), Some(access), Some(secret)] => Ok((
            base_url,
            TestCredentials::new(partner, access, secret)?,
            None,
        )),
        [None, None, None, None] => {
            eprintln!("no {} is set: using a sandbox", names.join(", "));
            let sandbox = start(Config::new())?;
            let credentials =
                TestCredentials::new(Config::PARTNER_CODE, Config::ACCESS_KEY, Config::SECRET_KEY)?;
            Ok((sandbox.base_url().to_owned(), credentials, Some(sandbox)))
        }
        given => {
            let missing: Vec<&str> = names
                .into_iter()
                .zip(given)
                .filter_map(|(name, value)| value.is_none().then_some(name))
                .collect();
            let missing = missing.join(", ");
            Err(format!(
                "{missing} is not set: set all of {}, or none",
                names.join(", ")
            )
            .into())
        }
    }
}
