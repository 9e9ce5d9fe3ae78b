//! A worker reads a row again.

use http::HeaderName;
use payments_core::incoming::{Endpoint, Message, Receiver, danger};
use payments_core::testing::Paid;

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

/// The row of a message, as a worker has it.
fn kept<M: Message>(message: &M) -> Row {
    let inbox = Inbox::in_memory();
    assert_eq!(inbox.accept(message), Accepted::New);
    inbox.claim().unwrap().row().clone()
}

/// Two kinds of messages may look alike, and be of one account: what was acted upon as one is not the other.
#[test]
fn a_row_of_another_kind_is_not_read_again() {
    let signed = signature("A-1", "paid", SECRET, TagText::Base64);
    let headers = [
        ("content-type", "application/json"),
        ("signature", &*signed),
    ];
    let body = r#"{"orderNo":"A-1","status":"paid","order":"A-1"}"#;
    let came = || inbound(&headers, body);
    let event = verifier().verify(&came()).unwrap();
    let receiver = Receiver::<Paid>::new("live", "shop", danger::authenticated_elsewhere());
    let receiver = receiver.with_body(BodyFormat::Json);
    let receiver = receiver.keeping([HeaderName::from_static("signature")]);
    let paid = receiver.receive(&came()).unwrap();
    let (event, paid) = (kept(&event), kept(&paid));
    assert_eq!(event.scope(), paid.scope());
    assert!(verifier().verify(paid.inbound().unwrap()).is_ok());
    assert!(verifier().reread(&event).is_ok() && receiver.reread(&paid).is_ok());
    assert!(verifier().reread(&paid).is_err());
    assert!(receiver.reread(&event).is_err());
}
