//! A name in the order that no field has, told once, without errors that follow from it.

use payments_core::signing::{Canonical as _, Refusal, Sink};
use payments_core::{Canonical, Request, Secret};

struct CreateKeys {
    access_key: Secret<String>,
}

#[derive(Request, Canonical)]
#[canonical(keys = CreateKeys, pairs = "&", order("$accessKey", "orderID", "lang"))]
struct Create {
    #[wire("orderId", mim = 1)]
    order_id: String,
    #[wire("lang")]
    lang: Option<String>,
}

fn sign<S: Sink>(keys: &CreateKeys, sink: &mut S) -> Result<(), Refusal> {
    let create = Create::builder().order_id("1").lang("vi").build().unwrap();
    create.stream(keys, sink)
}

fn main() {}
