//! Mistakes in `#[request(…)]`, and in what a field of a request is.

#[derive(Request)]
#[request(exactly_one("PaymentID", "OtherTrxCode"), exactly_one("a"))]
#[request(exactly_one("always", "a", "a", "payment_id"), exactly_on("a", "b"), exactly_one = "a")]
#[request]
pub struct Query {
    #[wire("PaymentId")]
    payment_id: Option<i64>,
    #[wire("OtherTrxCode")]
    other_trx_code: Option<String>,
    #[wire("a")]
    pub a: Option<String>,
    #[wire("always")]
    pub(crate) always: String,
    #[wire("builder")]
    builder: String,
    #[wire("build")]
    build: String,
}
