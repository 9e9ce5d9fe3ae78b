//! Starts a payment and asks what became of it: against a sandbox of its own, or against the service
//! that `MOCOPAY_BASE_URL`, `MOCOPAY_API_KEY` and `MOCOPAY_API_SECRET` name, for the product
//! `MOCOPAY_PID`.

#![expect(clippy::print_stdout, reason = "an example tells what it does")]

use std::error::Error as StdError;
use std::iter::successors;
use std::process::ExitCode;

use payments_mocopay::payments_core::clock::{Clock, SystemClock, unix_millis};
use payments_mocopay::sandbox::{Config, Sandbox, start};
use payments_mocopay::types::{InitPayment, VerifyBy, VerifyPayment};
use payments_mocopay::{Client, Credentials, Environment, Error};

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
            "do not start it again: ask `verify_payment` for the buyer's id, which no other payment has"
        );
    }
}

async fn start_payment() -> Result<(), Box<dyn StdError>> {
    // The sandbox lives as long as this variable.
    let (base_url, credentials, _sandbox) = service()?;
    let client = Client::builder(Environment::At(base_url), credentials).build()?;

    // Store both before the payment is started. A buyer's id that is used for one payment only finds
    // its session even if the reply is lost.
    let reference = format!("QS-{}", unix_millis(SystemClock::new().wall()));
    let user_id = format!("buyer-of-{reference}");
    println!("reference={reference}");
    let pid = std::env::var("MOCOPAY_PID").unwrap_or_else(|_| Config::ONE_TIME.to_owned());
    let payment = InitPayment::builder()
        .pid(pid)
        .user_id(&user_id)
        .reference_id(&reference)
        .build()?;
    let started = client.init_payment(payment).await?;
    println!("pay_url={}", started.redirect_url);

    let query = VerifyPayment::builder()
        .by(VerifyBy::UserId(user_id))
        .build()?;
    let session = client.verify_payment(query).await?;
    let status = session.status.as_ref();
    println!(
        "status={}",
        status.map_or("unknown", |status| status.as_str())
    );
    println!("charged={}", session.is_charged());
    Ok(())
}

/// The service that the environment names, or a sandbox if it names none.
fn service() -> Result<(String, Credentials, Option<Sandbox>), Box<dyn StdError>> {
    let names = ["MOCOPAY_BASE_URL", "MOCOPAY_API_KEY", "MOCOPAY_API_SECRET"];
    let given = names.map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    match given {
        [Some(base_url), Some(key), Some(secret)] => {
            Ok((base_url, Credentials::new(key, secret)?, None))
        }
        [None, None, None] => {
            eprintln!("no {} is set: using a sandbox", names.join(", "));
            let sandbox = start(Config::new())?;
            let base_url = sandbox.base_url().to_owned();
            let credentials = Credentials::new(Config::API_KEY, Config::API_SECRET)?;
            Ok((base_url, credentials, Some(sandbox)))
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
