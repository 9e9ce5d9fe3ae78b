//! A provider with a token and one call of each effect.

use std::any::Any;
use std::time::Duration;

use http::HeaderName;
use payments_core::call::{Call, Effect, Fault, Resolve, echo};
use payments_core::client::{self, Grant, Provider};
use payments_core::error::{Meaning, Misuse, Refused};
use payments_core::exchange::{Body, Request, Response};
use payments_core::signing::Place;
use payments_core::{Currency, Money, Secret};
use serde::Deserialize;

pub(crate) const TOKEN_TEXT: &str = "token-that-nobody-may-see";
pub(crate) const SECRET: &str = "secret-that-nobody-may-see";
pub(crate) const LIFETIME: Duration = Duration::from_secs(60);

pub(crate) const TOKEN: &str = r#"{"ok":true,"value":"token-that-nobody-may-see"}"#;
pub(crate) const OK: &str = r#"{"ok":true,"value":"A-1"}"#;
pub(crate) const REFUSED: &str = r#"{"ok":false,"code":"NO"}"#;
pub(crate) const NOT_FOUND: &str = r#"{"ok":false,"code":"NOT_FOUND"}"#;
pub(crate) const STALE: &str = r#"{"ok":false,"code":"STALE"}"#;

#[derive(Clone)]
pub(crate) struct Credentials {
    user: String,
    secret: Secret<String>,
}

impl Credentials {
    pub(crate) fn new(user: &str) -> Self {
        Self {
            user: user.to_owned(),
            secret: SECRET.into(),
        }
    }

    pub(crate) fn user(&self) -> &str {
        &self.user
    }
}

#[derive(Clone)]
pub(crate) struct Toy;

impl Provider for Toy {
    const NAME: &'static str = "toy";
    type Credentials = Credentials;
    type Login = Login;

    fn currencies(&self) -> &[Currency] {
        &[Currency::PHP]
    }

    fn authorize(
        &self,
        request: &mut Request,
        credentials: &Credentials,
        token: Option<&Secret<String>>,
    ) -> Result<(), Misuse> {
        let token = token.ok_or_else(|| Misuse::new("token", "is missing"))?;
        request.set_header(HeaderName::from_static("x-user"), &credentials.user, false)?;
        request.set_header(HeaderName::from_static("x-token"), token.expose(), true)
    }

    fn is_stale_token(&self, refused: &Refused) -> bool {
        matches!(refused.code(), Some("STALE" | "STALE_OR_NOT"))
    }
}

impl client::Login<Toy> for Login {
    fn of(_: &Toy, credentials: &Credentials) -> Result<Option<Self>, Misuse> {
        Ok(Some(Self(credentials.clone())))
    }

    fn authorize(_: &Toy, request: &mut Request, credentials: &Credentials) -> Result<(), Misuse> {
        request.set_header(HeaderName::from_static("x-user"), &credentials.user, false)
    }

    fn grant(_: &Toy, reply: Answer) -> Grant {
        Grant {
            token: reply.value.into(),
            lifetime: LIFETIME,
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Answer {
    pub(crate) value: String,
}

fn read(response: &Response) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Envelope {
        ok: bool,
        code: Option<String>,
        text: Option<String>,
    }

    let broken = |_| Fault::unreadable("not as described");
    let envelope: Envelope = serde_json::from_slice(response.body()).map_err(broken)?;
    if !envelope.ok {
        let (code, text) = (envelope.code, envelope.text);
        let meaning = match code.as_deref() {
            Some("WRONG") => Meaning::Misuse,
            Some("WAIT" | "STALE_OR_NOT") => Meaning::Pending,
            Some("DONE") => Meaning::Done,
            Some("ODD") | None => Meaning::Unknown,
            Some(_) => Meaning::Declined,
        };
        let refused = Refused::new(code, text, meaning, response.clone());
        return Err(Fault::Refused(Box::new(refused)));
    }
    serde_json::from_slice(response.body()).map_err(broken)
}

pub(crate) struct Login(pub(crate) Credentials);

impl Call for Login {
    const NAME: &'static str = "login";
    const EFFECT: Effect = Effect::Read;
    type Reply = Answer;

    fn request(&self) -> Result<Request, Misuse> {
        let body = format!("secret={}", self.0.secret.expose());
        Ok(Request::post("/login").with_body(Body::Form(body)))
    }

    fn reply(&self, response: &Response) -> Result<Answer, Fault> {
        read(response)
    }
}

/// Asks for a payment.
pub(crate) struct Status {
    reference: String,
}

impl Status {
    pub(crate) fn of(reference: &str) -> Self {
        Self {
            reference: reference.to_owned(),
        }
    }
}

impl Call for Status {
    const NAME: &'static str = "status";
    const EFFECT: Effect = Effect::Read;
    type Reply = Answer;

    fn reference(&self) -> Option<&str> {
        Some(&self.reference)
    }

    fn request(&self) -> Result<Request, Misuse> {
        Ok(Request::get("/status").with_query(format!("reference={}", self.reference)))
    }

    fn reply(&self, response: &Response) -> Result<Answer, Fault> {
        let answer = read(response)?;
        echo("value", "A-1", Some(&answer.value))?;
        Ok(answer)
    }
}

/// Sets a state: the same however often it is sent.
pub(crate) struct SetState {
    reference: String,
}

impl SetState {
    pub(crate) fn of(reference: &str) -> Self {
        Self {
            reference: reference.to_owned(),
        }
    }
}

impl Call for SetState {
    const NAME: &'static str = "set_state";
    const EFFECT: Effect = Effect::Idempotent { by: &["reference"] };
    type Reply = Answer;

    fn reference(&self) -> Option<&str> {
        Some(&self.reference)
    }

    fn request(&self) -> Result<Request, Misuse> {
        let body = format!(r#"{{"reference":"{}"}}"#, self.reference);
        Ok(Request::post("/state").with_body(Body::Json(body)))
    }

    fn reply(&self, response: &Response) -> Result<Answer, Fault> {
        let answer = read(response)?;
        echo("value", "A-1", Some(&answer.value))?;
        Ok(answer)
    }
}

/// Pays.
pub(crate) struct Pay {
    pub(crate) reference: String,
    pub(crate) amount: Money,
}

impl Pay {
    pub(crate) fn new(reference: &str) -> Self {
        Self {
            reference: reference.to_owned(),
            amount: Money::from_minor(149_900, Currency::PHP),
        }
    }
}

impl Call for Pay {
    const NAME: &'static str = "pay";
    const EFFECT: Effect = Effect::Once;
    type Reply = Answer;

    fn reference(&self) -> Option<&str> {
        Some(&self.reference)
    }

    fn amount(&self) -> Option<(&'static str, Money)> {
        Some(("amount", self.amount))
    }

    fn request(&self) -> Result<Request, Misuse> {
        if self.reference.is_empty() {
            return Err(Misuse::new("reference", "must not be empty"));
        }
        let body = format!(
            "reference={}&amount={}",
            self.reference,
            self.amount.minor()
        );
        Ok(Request::post("/pay").with_body(Body::Form(body)))
    }

    fn reply(&self, response: &Response) -> Result<Answer, Fault> {
        let answer = read(response)?;
        echo("value", "A-1", Some(&answer.value))?;
        Ok(answer)
    }
}

/// A call with a value that cannot be signed.
pub(crate) struct Unsignable;

impl Call for Unsignable {
    const NAME: &'static str = "unsignable";
    const EFFECT: Effect = Effect::Once;
    type Reply = Answer;

    fn request(&self) -> Result<Request, Misuse> {
        Ok(Request::post("/unsignable"))
    }

    fn signature(&self, _: &dyn Any) -> Result<Option<(Place, String)>, Misuse> {
        Err(Misuse::new("order", "must not hold what joins"))
    }

    fn reply(&self, response: &Response) -> Result<Answer, Fault> {
        read(response)
    }
}

impl Resolve for Pay {
    type Query = Status;

    fn query(reference: &str) -> Result<Status, Misuse> {
        Ok(Status::of(reference))
    }

    fn is_not_found(refused: &Refused) -> bool {
        refused.code() == Some("NOT_FOUND")
    }
}
