//! Amounts, against rust_decimal.

use std::fmt::Write as _;
use std::hint::black_box;

use payments_core::money::wire::Form;
use payments_core::{Currency, Money};
use rust_decimal::Decimal;

use super::pace::{Limit, against};
use super::row::Row;

const PRICE: &str = "14990.50";
const FEE: &str = "15.25";

/// Read, add and print.
///
/// # Errors
/// Never, unless one of the two libraries refuses a plain amount.
pub(super) fn rows() -> Result<Vec<Row>, String> {
    let theirs = |text: &str| text.parse::<Decimal>().map_err(|error| error.to_string());
    let ours =
        |text: &str| Money::from_decimal(text, Currency::PHP).map_err(|error| error.to_string());
    let (their_price, their_fee) = (theirs(PRICE)?, theirs(FEE)?);
    let (our_price, our_fee) = (ours(PRICE)?, ours(FEE)?);
    let mut buffer = String::with_capacity(64);
    let printed = Form::Decimal
        .print(our_price)
        .map_err(|error| error.to_string())?;
    if printed.as_str() != their_price.to_string() {
        return Err("the two libraries print an amount differently".to_owned());
    }
    let limit = |name, hold| Limit { name, hold };
    Ok(vec![
        against(
            &limit("money: read, against rust_decimal", 1.0),
            || black_box(PRICE).parse::<Decimal>(),
            || Money::from_decimal(black_box(PRICE), Currency::PHP),
            None,
        ),
        against(
            &limit("money: add, against rust_decimal", 0.5),
            || black_box(their_price).checked_add(black_box(their_fee)),
            || black_box(our_price).checked_add(black_box(our_fee)),
            None,
        ),
        against(
            &limit("money: print, against rust_decimal", 0.4),
            || {
                buffer.clear();
                // Into memory that is already there: their best case.
                let written = write!(buffer, "{}", black_box(their_price));
                black_box(buffer.as_str());
                written
            },
            || Form::Decimal.print(black_box(our_price)),
            None,
        ),
    ])
}
