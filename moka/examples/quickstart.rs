//! Makes a payment page and asks how the payment stands: against a sandbox of its own, or against the
//! service that `MOKA_BASE_URL`, `MOKA_PAGE_BASE_URL`, `MOKA_DEALER_CODE`, `MOKA_USERNAME` and
//! `MOKA_PASSWORD` name.

#![expect(clippy::print_stdout, reason = "an example tells what it does")]

use std::error::Error as StdError;
use std::iter::successors;
use std::process::ExitCode;

use payments_moka::codes::PageKind;
use payments_moka::ext::{Started, Taking, returns};
use payments_moka::payments_core::clock::{Clock, SystemClock, unix_millis};
use payments_moka::payments_core::incoming::{Confirmation, Expected};
use payments_moka::sandbox::{Config, Sandbox, start};
use payments_moka::types::CreatePage;
use payments_moka::{Client, Currency, Error, Money, Test, TestCredentials, unguessable};

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
            "do not make another page: ask `payment_details` for the reference, as `client.resolve` does"
        );
    }
}

async fn start_payment() -> Result<(), Box<dyn StdError>> {
    // The sandbox lives as long as this variable.
    let (environment, credentials, _sandbox) = service()?;
    let client = Client::builder(environment, credentials).build()?;

    // Store the code before the page is asked for: an unknown outcome is asked for by it.
    let reference = format!("QS-{}", unix_millis(SystemClock::new().wall()));
    println!("reference={reference}");
    let amount = Money::from_decimal("27.50", Currency::TRY)?;
    let token = unguessable()?;
    let page = client
        .create_page(
            CreatePage::builder()
                .amount(amount)
                .other_trx_code(&reference)
                .kind(PageKind::CommonPaymentPage)
                .three_d(true)
                .redirect_url(
                    returns("test", "main-shop").url("https://shop.example/moka/return", &token)?,
                )
                .build()?,
        )
        .await?;
    // Store this on the server, under the token; the return is verified against it.
    let _started = Started::new(&reference, &page.code_for_hash);
    println!("pay_url={}", page.url);

    let expected = Expected::new(&reference, amount);
    let standing = client.confirm(None, &expected, Taking::Contracted).await?;
    println!(
        "status={}",
        match standing {
            Confirmation::Open(_) => "open",
            Confirmation::Confirmed(_) => "paid",
            Confirmation::Declined(_) => "declined",
            _ => "another: look at it",
        }
    );
    Ok(())
}

/// The service that the environment names, or a sandbox if it names none. The page's host is that of
/// the services unless `MOKA_PAGE_BASE_URL` names another.
fn service() -> Result<(Test, TestCredentials, Option<Sandbox>), Box<dyn StdError>> {
    let names = [
        "MOKA_BASE_URL",
        "MOKA_DEALER_CODE",
        "MOKA_USERNAME",
        "MOKA_PASSWORD",
    ];
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let page = variable("MOKA_PAGE_BASE_URL");
    match names.map(variable) {
        [Some(base_url), Some(dealer), Some(user), Some(password)] => {
            let page = page.unwrap_or_else(|| base_url.clone());
            let credentials = TestCredentials::new(dealer, user, password)?;
            Ok((Test::at(base_url).page(page), credentials, None))
        }
        [None, None, None, None] if page.is_none() => {
            eprintln!("no {} is set: using a sandbox", names.join(", "));
            let (dealer, user, password) = ("1730", "quickstart", "quickstart-of-no-value");
            let sandbox = start(Config::new().credentials(dealer, user, password))?;
            let environment = Test::at(sandbox.base_url());
            let credentials = TestCredentials::new(dealer, user, password)?;
            Ok((environment, credentials, Some(sandbox)))
        }
        _ => {
            let missing = names.into_iter().filter(|name| variable(name).is_none());
            let missing: Vec<&str> = missing.collect();
            Err(format!(
                "{} is not set: set it, or take every other MOKA_ variable away",
                missing.join(", ")
            )
            .into())
        }
    }
}
