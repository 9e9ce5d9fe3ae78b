//! `cargo xtask demo`: every provider's whole flow against the sandboxes.

mod browser;
mod mobilepay;
mod mocasa;
mod mocopay;
mod moka;
mod momo;
mod report;
pub(super) mod sandboxes;

use super::interrupt::unless_interrupted;
use super::progress;
use report::ProviderReport;

/// All five.
const PROVIDERS: [&str; 5] = ["mobilepay", "mocasa", "mocopay", "moka", "momo"];

/// How to go about it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Print one JSON object instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
    /// Run one provider only.
    #[arg(long, value_name = "NAME", value_parser = PROVIDERS)]
    pub(crate) provider: Option<String>,
    /// Drive the shop, the payer's pages and the dashboard in Chromium, with screenshots in target/demo.
    #[arg(long)]
    pub(crate) browser: bool,
}

/// Runs it; gives the exit code: 1 if a step failed or a ledger disagrees.
///
/// # Errors
/// What kept the demo from running at all.
pub(crate) fn run(arguments: &Arguments) -> Result<u8, String> {
    let Arguments {
        json,
        provider,
        browser,
    } = arguments;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("no runtime: {error}"))?;
    let wanted = |name: &str| provider.as_deref().is_none_or(|only| only == name);
    let work = async {
        if *browser {
            browser::run(wanted).await
        } else {
            Ok(flows(wanted).await)
        }
    };
    let providers = runtime.block_on(unless_interrupted(work))?;
    Ok(report(&providers, *json))
}

/// The flows of the providers that are wanted.
async fn flows(wanted: impl Fn(&str) -> bool) -> Vec<ProviderReport> {
    let names = PROVIDERS.into_iter().filter(|name| wanted(name));
    let names: Vec<&str> = names.collect();
    let parts = progress::parts(u64::try_from(names.len()).unwrap_or_default());
    let mut providers = Vec::new();
    for name in names {
        let report = match name {
            "mobilepay" => mobilepay::run().await,
            "mocasa" => mocasa::run().await,
            "mocopay" => mocopay::run().await,
            "moka" => moka::run().await,
            _ => momo::run().await,
        };
        providers.push(parts.done(report));
    }
    providers
}

/// Prints what was done; gives the exit code.
fn report(providers: &[ProviderReport], json: bool) -> u8 {
    let ok = all_is_well(providers);
    if json {
        report::print_json(providers, ok);
    } else {
        report::print_table(providers, ok);
    }
    u8::from(!ok)
}

fn all_is_well(providers: &[ProviderReport]) -> bool {
    providers.iter().all(ProviderReport::ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_failed_step_or_a_ledger_that_disagrees_is_not_well() {
        let check = async |step: Result<((), String), String>, agrees: bool, expect: bool| {
            let mut report = ProviderReport::new("toy");
            let _ = report.step("pay", async { step }).await;
            report.ledger(agrees);
            assert_eq!(all_is_well(&[report]), expect);
        };
        let done = || Ok(((), "paid".to_owned()));
        check(done(), true, true).await;
        check(done(), false, false).await;
        check(Err("declined".to_owned()), true, false).await;
    }
}
