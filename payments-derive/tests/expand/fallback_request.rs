//! After an error everything that other code may call is there all the same.

#[derive(Request)]
pub struct Pay {
    /// The merchant's number.
    #[wire("orderNo", mim = 1)]
    order_no: String,
    /// What is paid.
    #[wire("amount")]
    amount: Money,
    /// How much of it.
    #[wire("share")]
    share: Option<f64>,
}

#[derive(Request)]
pub struct Tuple(String);
