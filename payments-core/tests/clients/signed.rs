//! Calls whose signature goes into their body: what is sent is not what the caller said.

use std::any::Any;

use payments_core::call::{Effect, Fault};
use payments_core::error::Misuse;
use payments_core::exchange::Response;
use payments_core::signing::Place;

use super::*;

/// A call with a signature in its body, which reads or moves money.
struct Signed<const READS: bool>;

impl<const READS: bool> Call for Signed<READS> {
    const NAME: &'static str = "signed";
    const EFFECT: Effect = if READS { Effect::Read } else { Effect::Once };
    type Reply = ();

    fn reference(&self) -> Option<&str> {
        Some("A-1")
    }

    fn request(&self) -> Result<Request, Misuse> {
        let body = Body::Form("reference=A-1".to_owned());
        Ok(Request::post("/signed").with_body(body))
    }

    fn signature(&self, _: &dyn Any) -> Result<Option<(Place, String)>, Misuse> {
        Ok(Some((Place::Field("signature"), "proof".to_owned())))
    }

    fn reply(&self, response: &Response) -> Result<(), Fault> {
        Status::of("A-1").reply(response).map(drop)
    }
}

fn bodies(desk: &Desk) -> Vec<String> {
    let seen = desk.transport.seen().into_iter();
    let signed = seen.filter(|request| request.uri().path() == "/signed");
    signed
        .map(|request| String::from_utf8(request.body().to_vec()).unwrap())
        .collect()
}

#[test]
fn the_record_of_what_was_sent_is_that_of_what_was_said() {
    let desk = desk(once_each(), [Act::Cut]);
    let prepared = desk.client.prepare(Signed::<false>).unwrap();
    let said = prepared.record();
    let Err(Error::Unknown(unknown)) = finish(desk.client.send(prepared)) else {
        panic!("it may have arrived");
    };
    assert_eq!(unknown.record().digest(), said.digest());
    assert_eq!(bodies(&desk), ["reference=A-1&signature=proof"]);
}

#[test]
fn a_request_is_signed_once_for_each_token() {
    let desk = desk(
        RetryPolicy::default(),
        [Act::json(STALE), Act::Cut, Act::json(OK)],
    );
    finish(desk.client.call(Signed::<true>)).unwrap();
    assert_eq!(bodies(&desk), ["reference=A-1&signature=proof"; 3]);
}
