//! One type parameter per required field; how each kind of type is taken in and given out.

use payments_core::{Currency, Decimal, Money, Request, Secret};

payments_core::codes! {
    /// A language.
    pub enum Lang {
        /// Vietnamese.
        Vi = "vi" => Done,
    }
}

/// A payment.
#[derive(Clone, Request)]
pub struct Pay {
    /// The merchant's number.
    ///
    /// Never use one twice.
    #[wire("orderNo")]
    order_no: String,
    /// The password.
    #[wire("password")]
    password: Secret<String>,
    /// What is paid.
    #[wire("amount", money = "minor")]
    amount: Money,
    /// How often.
    #[wire("count")]
    count: u32,
    /// How much of it.
    #[wire("share")]
    share: Decimal,
    /// Which language.
    #[wire("lang")]
    lang: Lang,
}

/// Types that stand for themselves.
pub fn takes(_: Currency) {}
