//! `cargo xtask demo`: every provider's whole flow against the sandboxes.

mod mobilepay;
mod mocasa;
mod mocopay;
mod moka;
mod momo;
mod report;

use report::ProviderReport;

/// How to go about it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Print one JSON object instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
    /// Run one provider only.
    #[arg(long, value_name = "NAME", value_parser = ["mobilepay", "mocasa", "mocopay", "moka", "momo"])]
    pub(crate) provider: Option<String>,
}

/// Runs it; gives the exit code: 1 if a step failed or a ledger disagrees.
///
/// # Errors
/// What kept the demo from running at all.
pub(crate) fn run(arguments: &Arguments) -> Result<u8, String> {
    let Arguments { json, provider } = arguments;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("no runtime: {error}"))?;
    let wanted = |name: &str| provider.as_deref().is_none_or(|only| only == name);
    let mut providers = Vec::new();
    if wanted("mobilepay") {
        providers.push(runtime.block_on(mobilepay::run()));
    }
    if wanted("mocasa") {
        providers.push(runtime.block_on(mocasa::run()));
    }
    if wanted("mocopay") {
        providers.push(runtime.block_on(mocopay::run()));
    }
    if wanted("moka") {
        providers.push(runtime.block_on(moka::run()));
    }
    if wanted("momo") {
        providers.push(runtime.block_on(momo::run()));
    }
    let ok = providers.iter().all(ProviderReport::ok);
    if *json {
        report::print_json(&providers, ok);
    } else {
        report::print_table(&providers, ok);
    }
    Ok(u8::from(!ok))
}
