//! Creates an order and asks for its status: against a sandbox of its own, or against the service
//! that `MOCASA_BASE_URL`, `MOCASA_CLIENT_KEY` and `MOCASA_CLIENT_SECRET` name.

#![expect(clippy::print_stdout, reason = "an example tells what it does")]

use std::error::Error as StdError;
use std::iter::successors;
use std::process::ExitCode;

use payments_mocasa::payments_core::clock::{Clock, SystemClock, unix_millis};
use payments_mocasa::sandbox::{Config, Sandbox, start};
use payments_mocasa::types::{CreateOrder, OrderStatus};
use payments_mocasa::{Client, Credentials, Currency, Environment, Error, Money};

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
            "do not create the order again: ask `order_status` for its number, as `client.resolve` does"
        );
    }
}

async fn start_payment() -> Result<(), Box<dyn StdError>> {
    // The sandbox lives as long as this variable.
    let (base_url, credentials, _sandbox) = service()?;
    let client = Client::builder(Environment::At(base_url), credentials).build()?;

    // Store the number before the order is sent: it is what an unknown outcome is asked for by.
    let order_no = format!("QS-{}", unix_millis(SystemClock::new().wall()));
    println!("order_no={order_no}");
    let order = client
        .create_order(
            CreateOrder::builder()
                .order_no(&order_no)
                .amount(Money::from_decimal("1499.00", Currency::PHP)?)
                .product_name("Rice cooker")
                .customer_id("customer-7")
                .return_url("https://shop.example/return")
                .build()?,
        )
        .await?;
    println!("payment_link={}", order.payment_link);

    let status = client
        .order_status(OrderStatus::builder().order_no(&order_no).build()?)
        .await?;
    println!("status={}", status.tx_status);
    Ok(())
}

/// The service that the environment names, or a sandbox if it names none.
fn service() -> Result<(String, Credentials, Option<Sandbox>), Box<dyn StdError>> {
    let names = [
        "MOCASA_BASE_URL",
        "MOCASA_CLIENT_KEY",
        "MOCASA_CLIENT_SECRET",
    ];
    let given = names.map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    match given {
        [Some(base_url), Some(key), Some(secret)] => {
            Ok((base_url, Credentials::new(key, secret)?, None))
        }
        [None, None, None] => {
            eprintln!("no {} is set: using a sandbox", names.join(", "));
            let (key, secret) = ("quickstart-key", "quickstart-secret-of-no-value");
            let sandbox = start(Config::new().credentials(key, secret))?;
            let base_url = sandbox.base_url().to_owned();
            Ok((base_url, Credentials::new(key, secret)?, Some(sandbox)))
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
