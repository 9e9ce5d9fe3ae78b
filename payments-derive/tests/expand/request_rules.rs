//! Rules that fields have together.

use payments_core::Request;

payments_core::codes! {
    /// Why not.
    pub enum Reason {
        /// A step-up.
        StepUp = "1008" => Pending,
    }
}

/// A report.
#[derive(Clone, Request)]
#[request(when("succeeded", is("false")), needs("reasonCode", "note"))]
#[request(unless("succeeded", is("false")), lacks("reasonCode"))]
#[request(
    when("reasonCode", min = 1000, max = 1999, not("1009")),
    needs("acquirer")
)]
#[request(when("country", is("DK", "FI")), fits("age", min = -1, max = 5), fits("reasonCode", max = 2000))]
#[request(needs("items"), at_most("items", 50))]
#[request(fits("country", not("XX")))]
pub struct Report {
    /// Whether it succeeded.
    #[wire("succeeded")]
    succeeded: bool,
    /// Where.
    #[wire("country", min = 1)]
    country: String,
    /// Why not.
    #[wire("reasonCode", number)]
    reason_code: Option<Reason>,
    /// A note.
    #[wire("note")]
    note: Option<String>,
    /// The acquirer.
    #[wire("acquirer")]
    acquirer: Option<String>,
    /// The age.
    #[wire("age")]
    age: Option<i64>,
    /// What is bought.
    #[wire("items")]
    items: Vec<String>,
}
