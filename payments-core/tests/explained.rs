//! What explanations show of a message with a field that is sensitive.

use http::{HeaderMap, HeaderValue, Method};
use payments_core::error::Rejected;
use payments_core::incoming::{
    Fields, Inbound, KeyRing, Notice, Place, SignatureRule, Signed, Verifier,
};
use payments_core::signing::{Keys, Scheme, TagText};
use payments_core::{Canonical, Secret};

#[derive(Clone, Debug)]
struct MetKeys {
    secret: Secret<String>,
}

impl Keys for MetKeys {}

fn inbound(body: &str) -> Inbound {
    let mut headers = HeaderMap::new();
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");
    headers.insert("content-type", form);
    headers.insert("signature", HeaderValue::from_static("abc"));
    Inbound::new(Method::POST, "/callback", headers, body.to_owned())
}

/// An event with a buyer, who is shown to nobody.
#[derive(Clone, Canonical)]
#[canonical(keys = MetKeys, join = "|", order("orderNo", "buyer", "$secret"))]
struct Met {
    #[wire("orderNo")]
    order_no: String,
    #[wire("buyer", sensitive)]
    buyer: Option<String>,
}

impl Notice for Met {
    type Unsigned = ();
    const PROVIDER: &'static str = "toy";
    const NAME: &'static str = "met";

    fn read(fields: &Fields<'_>) -> Result<Self, Rejected> {
        Ok(Self {
            order_no: fields.required("orderNo")?,
            buyer: fields.optional("buyer")?,
        })
    }

    fn read_unsigned(_fields: &Fields<'_>) {}

    fn dedupe(&self) -> Vec<&str> {
        vec![&self.order_no]
    }

    fn reference(&self) -> &str {
        &self.order_no
    }
}

impl Signed for Met {
    const SIGNATURE: SignatureRule = SignatureRule {
        scheme: Scheme::Sha256,
        text: TagText::Hex,
        place: Place::Header("signature"),
    };
}

#[test]
fn explanations_show_nothing_that_is_sensitive() {
    let keys = MetKeys {
        secret: "a secret of more than sixteen bytes".into(),
    };
    let ring = KeyRing::new("2026", keys);
    let verifier = Verifier::<Met>::new("live", "shop", ring);
    for (body, shown) in [
        ("orderNo=A-1&buyer=Ada", "buyer = ***"),
        ("orderNo=A-1", "buyer = \"\""),
    ] {
        let explained = verifier.explain(&inbound(body));
        assert!(
            !format!("{explained} {explained:?}").contains("Ada"),
            "{explained}"
        );
        assert_eq!(explained.parts().get(2).map(String::as_str), Some(shown));
    }
}
