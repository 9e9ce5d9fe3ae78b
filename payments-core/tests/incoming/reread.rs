//! A worker reads a row again.

use payments_core::incoming::Endpoint;

use super::*;

/// What a worker does with its row, whoever signs.
#[test]
fn a_row_is_verified_again() {
    let inbox = Inbox::in_memory();
    let signed = signature("A-1", "paid", SECRET, TagText::Base64);
    let headers = [
        ("content-type", "application/json"),
        ("signature", &*signed),
    ];
    let body = r#"{"orderNo":"A-1","status":"paid","note":"n"}"#;
    let message = verifier().verify(&inbound(&headers, body)).unwrap();
    assert_eq!(inbox.accept(&message), Accepted::New);
    assert_eq!(
        inbox.accept_found::<Event>(&scope("shop"), "A-2", &["A-2", "paid"]),
        Accepted::New
    );
    let claimed = inbox.claim().unwrap();
    let row = claimed.row();
    let read = verifier().reread(row).unwrap();
    assert_eq!(
        (&*read.order_no, read.unsigned().as_deref()),
        ("A-1", Some("n"))
    );
    fn by_any<E: Endpoint>(endpoint: &E, row: &Row) -> bool {
        endpoint.reread(row).is_ok()
    }
    assert!(by_any(&verifier(), row));
    let ring = || KeyRing::new("2026", Hook::new(SECRET));
    assert!(
        Verifier::<Event>::new("live", "other", ring())
            .reread(row)
            .is_err()
    );
    let rotated = KeyRing::new("2027", Hook::new("another secret of sixteen bytes"));
    assert!(
        Verifier::<Event>::new("live", "shop", rotated)
            .reread(row)
            .is_err()
    );
    // A payment that a query found has no request to read.
    let found = inbox.claim().unwrap();
    assert_eq!(found.row().reference(), "A-2");
    assert!(verifier().reread(found.row()).is_err());
}
