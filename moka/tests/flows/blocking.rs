//! The blocking client: the same calls, the same confirmation.

use payments_core::incoming::{Confirmation, Expected};
use payments_core::{Currency, Money};
use payments_moka::blocking::Client;
use payments_moka::calls::Test;
use payments_moka::ext::Taking;
use payments_moka::sandbox::{Config, Fault, SandboxClock, start};

use crate::shop::{DETAILS, PageDraft, VOID, credentials, expected, kind, void, word};

#[test]
fn a_payment_is_confirmed_and_voided() {
    let sandbox = start(Config::new().kit(|kit| kit.clock(SandboxClock::still()))).unwrap();
    let control = sandbox.control();
    let client = Client::builder(Test::at(sandbox.base_url()), credentials());
    let client = client.build().unwrap();
    let page = client.create_page(PageDraft::of("ORD-1").build()).unwrap();
    assert!(page.url.starts_with(sandbox.base_url()));
    let standing = |expected: &Expected, taking| {
        let found = client.confirm(None, expected, taking).unwrap();
        word(&found)
    };
    assert_eq!(standing(&expected("ORD-1"), Taking::Contracted), "open");
    control.suppress_returns(true);
    control.pay("ORD-1").unwrap();
    assert_eq!(standing(&expected("ORD-1"), Taking::Contracted), "paid");
    assert_eq!(standing(&expected("ORD-1"), Taking::Pool), "held");
    let other = Expected::new("ORD-1", Money::from_minor(1, Currency::TRY));
    assert_eq!(standing(&other, Taking::Contracted), "differs");
    control.faults().next(VOID, Fault::CloseAfter);
    let lost = client.void(void("ORD-1")).unwrap_err();
    assert_eq!(kind(&lost), "unknown, moved: Maybe");
    assert_eq!(standing(&expected("ORD-1"), Taking::Contracted), "voided");
    control.faults().next(DETAILS, Fault::CutBody);
    let found = client.confirm(None, &expected("ORD-1"), Taking::Contracted);
    assert!(
        matches!(found, Ok(Confirmation::Voided(_))),
        "a read is asked again"
    );
    assert_eq!(control.ledger().count("void", "ORD-1"), 1);
}
