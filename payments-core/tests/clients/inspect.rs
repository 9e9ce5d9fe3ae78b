//! A provider that looks at responses before they are read.

use http::HeaderName;
use payments_core::Secret;
use payments_core::call::Fault;
use payments_core::client::{self, Grant, Provider};
use payments_core::error::{Meaning, Misuse, Refused};
use payments_core::exchange::Response;

use super::toy::Answer;
use super::*;

/// A toy whose answers have to name the user.
#[derive(Clone)]
struct Proving;

impl Provider for Proving {
    const NAME: &'static str = "proving";
    type Credentials = Credentials;
    type Login = Login;

    fn authorize(
        &self,
        request: &mut Request,
        credentials: &Credentials,
        token: Option<&Secret<String>>,
    ) -> Result<(), Misuse> {
        Toy.authorize(request, credentials, token)
    }

    fn inspect(
        &self,
        call: &'static str,
        response: &Response,
        credentials: &Credentials,
    ) -> Result<(), Fault> {
        if response.status() == 418 {
            let refused = Refused::new(None, None, Meaning::Declined, response.clone());
            return Err(Fault::Refused(Box::new(refused)));
        }
        let proof = response.headers().get(HeaderName::from_static("x-proof"));
        if proof.is_some_and(|proof| *proof == *format!("{call} of {}", credentials.user())) {
            Ok(())
        } else {
            Err(Fault::unreadable("the proof does not hold"))
        }
    }
}

impl client::Login<Proving> for Login {
    fn of(_: &Proving, credentials: &Credentials) -> Result<Option<Self>, Misuse> {
        Self::of(&Toy, credentials)
    }

    fn grant(_: &Proving, reply: Answer) -> Grant {
        Self::grant(&Toy, reply)
    }
}

/// An answer with a proof for this call.
fn proved(call: &str, body: &str) -> Act {
    let Act::Answer(answer) = Act::json(body) else {
        panic!("no answer");
    };
    let mut headers = answer.headers().clone();
    let proof = format!("{call} of shop").parse().unwrap();
    headers.insert("x-proof", proof);
    Act::Answer(Response::new(
        answer.status(),
        headers,
        answer.body().clone(),
    ))
}

fn transport(acts: impl IntoIterator<Item = Act>) -> ScriptedTransport {
    ScriptedTransport::new(acts).always("/login", proved("login", TOKEN))
}

fn client(transport: &ScriptedTransport) -> Client<Proving> {
    let base = "https://pay.example".to_owned();
    Builder::new(Proving, base, Credentials::new("shop"))
        .transport(Arc::new(transport.clone()))
        .retry(once_each())
        .build()
        .unwrap()
}

/// What a read, and what a payment comes to.
fn check(act: impl Fn(&str) -> Act, read: &str, write: &str) {
    let desk = client(&transport([act("status"), act("pay")]));
    let found = outcome(finish(desk.call(Status::of("A-1"))));
    assert_eq!(found, read, "a read");
    let found = outcome(finish(desk.call(Pay::new("A-1"))));
    assert_eq!(found, write, "a payment");
}

#[test]
fn what_is_found_counts_as_the_calls_own_reading() {
    check(|call| proved(call, OK), "ok", "ok");
    check(|_| proved("raw", OK), "malformed", "unknown");
    check(|_| Act::json(OK), "malformed", "unknown");
    check(|_| Act::json(REFUSED), "malformed", "unknown");
    check(|_| Act::status(418, OK), "refused", "refused");
    check(|call| proved(call, REFUSED), "refused", "refused");
}

#[test]
fn the_login_is_inspected_too() {
    let transport = ScriptedTransport::default().always("/login", Act::json(TOKEN));
    let error = finish(client(&transport).call(Pay::new("A-1"))).unwrap_err();
    assert_eq!(variant(&error), "not sent");
    assert_eq!(transport.count("/pay"), 0);
}

#[cfg(feature = "blocking")]
#[test]
fn the_blocking_client_inspects_as_well() {
    let transport = transport([Act::json(OK)]);
    let base = "https://pay.example".to_owned();
    let client: payments_core::client::blocking::Client<Proving> =
        Builder::new(Proving, base, Credentials::new("shop"))
            .blocking_transport(Arc::new(transport.clone()))
            .build()
            .unwrap();
    let error = client.call(Pay::new("A-1")).unwrap_err();
    assert_eq!(variant(&error), "unknown");
    assert_eq!(transport.count("/pay"), 1);
}
