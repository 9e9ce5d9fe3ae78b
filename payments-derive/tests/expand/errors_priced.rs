//! Mistakes in replies with amounts.

#[derive(Priced)]
pub struct Unspelt {
    #[priced("minor", by = currency)]
    amount: String,
}

#[derive(Priced)]
#[priced(spelling)]
pub struct Forms {
    #[priced("cents", by = currency)]
    amount: Money,
    #[priced("minor")]
    fee: Money,
    currency: String,
}

#[derive(Priced)]
#[priced(spelling = currency_of)]
pub enum Kind {}
