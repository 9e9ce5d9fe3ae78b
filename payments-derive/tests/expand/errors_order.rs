//! Mistakes in an order: all are told at once.

#[derive(Canonical)]
#[canonical(
    join = "|",
    order(
        "orderNumber",
        "order_no",
        "somethingElse",
        "txStatus",
        "txStatus",
        "$secret",
        "$secret",
        "$",
        "$not an ident",
        "rate",
        "rates",
        "items",
        "amount",
        skip_absent("note"),
        free("$secret2"),
        free(lit("x")),
        frei("note"),
        17,
        lit(3),
    )
)]
pub struct Webhook {
    #[wire("orderNo")]
    pub order_no: String,
    #[wire("txStatus")]
    pub tx_status: String,
    #[wire("rate")]
    pub rate: f64,
    #[wire("rates")]
    pub rates: Option<f32>,
    #[wire("items")]
    pub items: Vec<String>,
    #[wire("amount")]
    pub amount: Money,
    #[wire("note")]
    pub note: Option<String>,
}

#[derive(Canonical)]
#[canonical(pairs = "", order(lit("x"), skip_absent("a", "a", "b")))]
pub struct Pairs {
    #[wire("a")]
    pub a: String,
}

#[derive(Canonical)]
#[canonical(join = "|", order("a"))]
pub struct Nameless {
    pub a: String,
}
