//! A credential that the keys do not have.

use payments_core::{Canonical, Secret};

struct WebhookKeys {
    secret: Secret<String>,
}

#[derive(Canonical)]
#[canonical(keys = WebhookKeys, join = "|", order("orderNo", "$secret", "$accessKey"))]
struct Webhook {
    #[wire("orderNo")]
    order_no: String,
}

fn main() {}
