//! What the builder does not ask for: constants, and currencies by their amounts.

use payments_core::{Canonical, Currency, Money, Request};

fn currency_text(currency: Currency) -> Option<&'static str> {
    (currency == Currency::PHP).then_some("P")
}

/// A payment.
#[derive(Clone, Request, Canonical)]
#[canonical(join = "|", order("Currency", "requestType", "version", "amount"))]
pub struct Pay {
    /// What is asked.
    #[wire("requestType", always = "capture")]
    request_type: &'static str,
    /// The version.
    #[wire("version", always = 2)]
    version: i64,
    /// Whether it is final.
    #[wire("final", always = true)]
    is_final: bool,
    /// What is paid.
    #[wire("amount", money = "decimal_number")]
    amount: Money,
    /// What it costs.
    #[wire("fee", money = "decimal_number")]
    fee: Option<Money>,
    /// The currency of both.
    #[wire("Currency", currency_of("fee", "amount"), spelling = currency_text)]
    currency: &'static str,
}

/// Prices.
#[derive(Clone, Request)]
pub struct Prices {
    /// Without tax.
    #[wire("net", money = "trimmed_number")]
    net: Option<Money>,
    /// With tax.
    #[wire("gross", money = "trimmed_number")]
    gross: Option<Money>,
    /// The currency of both.
    #[wire("Currency", currency_of("net", "gross"), spelling = self::currency_text)]
    currency: Option<&'static str>,
}
