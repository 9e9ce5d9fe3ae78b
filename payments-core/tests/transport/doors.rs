//! The doors of the sandbox kit, and what either transport makes of them.

use payments_core::sandbox::{Blocked, Door};

use super::kit::{assert_error, both, options};

#[test]
fn only_what_let_a_request_leave_may_have_arrived() {
    let options = options(|options| {
        options
            .root_certificates
            .push(Door::root_certificate().to_vec());
    });
    for kind in Blocked::ALL {
        let door = Door::open(kind).unwrap();
        both(&options, |client| {
            let sent = client.post(&format!("{}/x", door.url()));
            let arrived = kind.lets_a_request_leave();
            let what = if arrived {
                "the exchange was cut"
            } else {
                "no connection"
            };
            assert_error(client, sent, arrived, what);
        });
        let expect = if kind == Blocked::Refuse { 0 } else { 2 };
        assert_eq!(door.connections(), expect, "{}", kind.name());
    }
}

#[test]
fn each_certificate_is_refused_for_what_it_is() {
    for (kind, why) in [
        (Blocked::TlsExpired, "expired"),
        (Blocked::TlsSelfSigned, "UnknownIssuer"),
    ] {
        let door = Door::open(kind).unwrap();
        let options = options(|options| {
            options
                .root_certificates
                .push(Door::root_certificate().to_vec());
        });
        both(&options, |client| {
            let error = client.post(&format!("{}/x", door.url())).unwrap_err();
            let text = format!("{error:?}").to_lowercase();
            assert!(
                text.contains(&why.to_lowercase()),
                "{}: {text}",
                client.name
            );
        });
    }
}
