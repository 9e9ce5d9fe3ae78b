//! A float in a signed message.

use payments_core::Canonical;

#[derive(Canonical)]
#[canonical(join = "|", order("amount"))]
struct Float {
    #[wire("amount")]
    amount: f64,
}

fn main() {}
