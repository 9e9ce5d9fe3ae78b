//! Groups of which exactly one is given.

use payments_core::Request;

/// A query.
#[derive(Request)]
#[request(exactly_one("PaymentId", "OtherTrxCode"))]
#[request(exactly_one("a", "b", "c"))]
pub struct Query {
    /// The provider's number.
    #[wire("PaymentId")]
    payment_id: Option<i64>,
    /// The merchant's number.
    #[wire("OtherTrxCode", min = 1)]
    other_trx_code: Option<String>,
    /// A.
    #[wire("a")]
    a: Option<bool>,
    /// B.
    #[wire("b")]
    b: Option<bool>,
    /// C.
    #[wire("c")]
    c: Option<bool>,
}
