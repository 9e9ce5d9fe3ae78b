//! Every field that is missing is named.

use payments_core::{Money, Request};

/// An order.
#[derive(Request)]
pub struct CreateOrder {
    /// The merchant's number.
    #[wire("orderNo", min = 1)]
    order_no: String,
    /// What is paid.
    #[wire("amount", money = "minor", positive)]
    amount: Money,
    /// What is bought.
    #[wire("productName")]
    product_name: String,
    /// Anything else.
    #[wire("note")]
    note: Option<String>,
}

fn main() {
    let order = CreateOrder::builder().product_name("tea").note("hot").build();
    println!("{order:?}");
}
