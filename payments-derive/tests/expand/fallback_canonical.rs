//! After an error the trait is there all the same, and with the right keys.

#[derive(Canonical)]
#[canonical(keys = WebhookKeys, join = "|", order("orderNumber", "$secret"))]
pub struct Webhook {
    #[wire("orderNo")]
    pub order_no: String,
}

#[derive(Canonical)]
#[canonical(join = "|", order("a"))]
pub struct Generic<'a, T: Clone>
where
    T: Default,
{
    #[wire("a")]
    a: &'a T,
}
