//! Messages in the query of a link: written in the described order, read back as they were.
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use payments_core::error::Misuse;
use payments_core::link::{Linked, Links, Pairs};
use payments_core::money::wire::Form;
use payments_core::signing::{Keys, Place, Scheme, SignatureRule, Signed, TagText};
use payments_core::{Canonical, Currency, Link, Money, Request, Secret};

#[derive(Clone)]
struct BillKeys {
    partner: String,
    secret: Secret<String>,
}

impl Keys for BillKeys {}

/// A bill.
#[derive(Request, Canonical)]
#[canonical(keys = BillKeys, pairs = "&", order("$partner", "bill", "amount", "$secret"))]
struct Bill {
    /// The number.
    #[wire("bill", min = 1)]
    bill: String,
    /// A text.
    #[wire("note")]
    note: Option<String>,
    /// Where the buyer comes back to.
    #[wire("back")]
    back: Option<String>,
    /// How much.
    #[wire("amount", money = "minor", only = "VND", positive)]
    amount: Money,
}

impl Signed for Bill {
    const SIGNATURE: SignatureRule = SignatureRule {
        scheme: Scheme::Sha256,
        text: TagText::Hex,
        place: Place::Field("proof"),
    };
}

impl Linked for Bill {
    const SCHEME: &'static str = "wallet";
    const FIELDS: &'static [(&'static str, Option<&'static str>)] = &[
        ("amount", None),
        ("partner", None),
        ("look", Some("light")),
        ("note", None),
        ("bill", None),
        ("back", Some("")),
    ];
    const ADDRESSES: &'static [&'static str] = &["back"];

    fn of_keys<'k>(keys: &'k BillKeys, name: &str) -> Option<&'k str> {
        (name == "partner").then_some(&keys.partner)
    }

    fn read(pairs: &Pairs) -> Result<Self, Misuse> {
        let mut builder = Self::builder()
            .bill(pairs.required("bill")?)
            .amount(pairs.money("amount", Form::Minor, Currency::VND)?);
        if let Some(note) = pairs.other_than("note", None) {
            builder = builder.note(note);
        }
        if let Some(back) = pairs.other_than("back", Some("")) {
            builder = builder.back(back);
        }
        builder.build()
    }
}

fn links_of(partner: &str) -> Links<Bill> {
    let (partner, secret) = (partner.to_owned(), "a secret of tests".into());
    Links::new(BillKeys { partner, secret })
}

fn links() -> Links<Bill> {
    links_of("P-1").address_host("shop.example")
}

fn bill(back: &str) -> Bill {
    let amount = Money::from_minor(33_000, Currency::VND);
    let bill = Bill::builder().bill("B-1").amount(amount).note("a & b");
    bill.back(back).build().unwrap()
}

/// Link and text, but for the proof.
fn unsigned(link: &Link) -> &str {
    link.as_str().split_once("&proof=").unwrap().0
}

/// The fields at fault, of reading what was written after a change.
fn fault(links: &Links<Bill>, old: &str, new: &str) -> Option<String> {
    let written = links.write("wallet://", &bill("")).unwrap().to_string();
    let changed = written.replacen(old, new, 1);
    assert_ne!(changed, written, "{old}");
    let misuse = links.read(&changed).err()?;
    Some(misuse.field().to_owned())
}

#[test]
fn fields_of_message_and_account_stand_in_the_described_order() {
    let link = links().write("wallet://", &bill("")).unwrap();
    let expect = "wallet://?amount=33000&partner=P-1&look=light&note=a+%26+b&bill=B-1&back=";
    assert_eq!(unsigned(&link), expect);
    let plain = links().percent_blanks().without("look").without("back");
    let link = plain.write("wallet://x?y=1", &bill("")).unwrap();
    let expect = "wallet://x?y=1&amount=33000&partner=P-1&note=a%20%26%20b&bill=B-1&back=";
    assert_eq!(unsigned(&link), expect);
    let read = plain.read(link.as_str()).unwrap();
    assert_eq!((read.bill(), read.note()), ("B-1", Some("a & b")));
    assert_eq!(
        plain
            .write("wallet://x?y=1", &read)
            .unwrap()
            .pairs()
            .unwrap()
            .len(),
        6
    );
    for taken in ["wallet://?proof=1", "wallet://?bill=B-1", "wallet://?look="] {
        assert!(links().write(taken, &bill("")).is_err(), "{taken}");
    }
}

#[test]
fn explanations_show_what_is_signed_and_no_secret() {
    let written = links().write("wallet://", &bill("")).unwrap().to_string();
    let proof = written.split_once("&proof=").unwrap().1;
    let explain = |old: &str, new: &str| {
        let explained = links().explain(&written.replacen(old, new, 1));
        let printed = format!("{explained} {explained:?}");
        assert!(!printed.contains("a secret of tests"), "{printed}");
        // Neither the proof, with which a changed link would hold.
        assert!(!printed.contains(proof), "{printed}");
        explained
    };
    let parts = |bill: &str| {
        [
            "\"partner=\"",
            "partner = ***",
            "\"&bill=\"",
            bill,
            "\"&amount=\"",
            "amount = \"33000\"",
            "\"&secret=\"",
            "secret = ***",
        ]
        .map(str::to_owned)
    };
    let whole = explain("", "");
    assert_eq!(whole.parts(), parts("bill = \"B-1\""));
    assert_eq!(whole.verdict(), "verified");
    let other = explain("bill=B-1", "bill=B-2");
    assert_eq!(other.parts(), parts("bill = \"B-2\""));
    let verdict =
        "the signature does not match: another secret, or one of the parts above was changed";
    assert_eq!(other.verdict(), verdict);
    let short = explain("&proof=", "&proof=abc&x=");
    assert_eq!(
        short.verdict(),
        "the signature has 3 characters, which no text form has"
    );
    let joined = explain("bill=B-1", "bill=B%261");
    assert!(
        joined
            .verdict()
            .starts_with("`bill` holds a character that joins"),
        "{joined}"
    );
    for (old, new, names) in [
        ("partner=P-1", "partner=P-2", "partner"),
        ("look=light&", "", "look"),
        ("&proof=", "&proved=", "proof"),
        ("wallet:", "other:", "link"),
    ] {
        let explained = explain(old, new);
        assert!(explained.parts().is_empty(), "{explained}");
        assert!(explained.verdict().contains(names), "{explained}");
    }
}

#[test]
fn what_would_not_be_written_is_not_read() {
    let fault = |old, new| fault(&links(), old, new);
    assert_eq!(fault("light", "dark"), None);
    assert_eq!(fault("a+%26+b", "c"), None);
    for (old, new, field) in [
        ("look=light&", "", "look"),
        ("back=&", "", "back"),
        ("bill=B-1&", "", "bill"),
        ("bill=B-1", "bill=", "bill"),
        ("bill=B-1", "bill=B-2", "proof"),
        ("bill=B-1", "bill=B%261", "proof"),
        ("bill=B-1", "bill=B-1&bill=B-1", "link"),
        ("amount=33000", "amount=+33000", "amount"),
        ("amount=33000", "amount=0", "amount"),
        ("amount=33000", "amount=3300", "proof"),
        ("partner=P-1", "partner=P-2", "partner"),
        ("partner=P-1&", "", "partner"),
        ("note=a", "note=%00a", "note"),
        ("&proof=", "&proved=", "proof"),
        ("wallet:", "other:", "link"),
    ] {
        assert_eq!(fault(old, new).as_deref(), Some(field), "{new}");
    }
    let written = links().write("wallet://", &bill("")).unwrap();
    let other = links_of("P-2").read(written.as_str());
    assert_eq!(other.err().unwrap().field(), "partner");
    let (partner, secret) = ("P-1".to_owned(), "another secret".into());
    let other = Links::<Bill>::new(BillKeys { partner, secret }).read(written.as_str());
    assert_eq!(other.err().unwrap().field(), "proof");
}

#[test]
fn prefixes_and_addresses_are_allowed_by_name() {
    let good = "https://shop.example/back?a=1";
    for (back, taken) in [
        ("", true),
        (good, true),
        ("https://evil.example/", false),
        ("http://shop.example/", false),
        ("wallet://x", false),
    ] {
        let found = links().write("wallet://", &bill(back));
        assert_eq!(found.is_ok(), taken, "{back}");
        if let Err(misuse) = found {
            assert_eq!(misuse.field(), "back");
        }
    }
    let link = links().write("wallet://", &bill(good)).unwrap();
    assert_eq!(links().read(link.as_str()).unwrap().back(), Some(good));
    let misuse = links_of("P-1").read(link.as_str()).err().unwrap();
    assert_eq!(misuse.field(), "back");
    for (prefix, by_host, by_scheme) in [
        ("https://pay.example/open", true, false),
        ("https://pay.example.evil.example/", false, false),
        ("test://", false, true),
        ("javascript://pay.example/", false, false),
    ] {
        let written = |links: Links<Bill>| links.write(prefix, &bill("")).is_ok();
        assert!(!written(links()), "{prefix}");
        assert_eq!(
            written(links().https_host("pay.example")),
            by_host,
            "{prefix}"
        );
        assert_eq!(
            written(links().danger_scheme("test")),
            by_scheme,
            "{prefix}"
        );
    }
    assert!(!format!("{:?}", links()).contains("secret of"));
}
