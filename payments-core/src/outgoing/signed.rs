//! Replies that carry a signature.

use std::any::Any;

use serde::Deserialize;

use crate::exchange::Response;
use crate::json::Object;
use crate::outgoing::call::Fault;
use crate::signing::{Keys, Place, Signed, Signer};

/// Which signature a reply carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplySignature {
    /// Over every field that the description lists.
    Full,
    /// Over those that it lists always: the others are not to be relied on.
    Short,
    /// None: the connection alone vouches for the reply.
    Absent,
}

/// The texts of a reply that its signature covers, as they came. Implemented by generated code.
pub trait SignedReply: Signed<Keys: Keys + Clone + 'static> + Sized {
    /// Takes them; `text` gives that of a field, where there is one.
    fn read(text: &dyn Fn(&str) -> Option<String>) -> Self;

    /// The same without the fields that the provider lists in one place and not in another; nothing
    /// where there are none.
    fn shorter(self) -> Option<Self>;
}

/// Checks the signature of a reply by the list of `R`. Called by generated code.
///
/// # Errors
/// [`Fault::Unreadable`] for a signature that does not hold, and for another provider's credentials.
pub fn check_signature<R: SignedReply>(response: &Response, keys: &dyn Any) -> Result<(), Fault> {
    let keys = keys
        .downcast_ref::<R::Keys>()
        .ok_or_else(|| Fault::unreadable("the credentials are another provider's"))?;
    reply_signature::<R>(response, keys).map(|_| ())
}

/// Which signature a reply carries, by the list of `R`. What is no JSON object carries none.
///
/// # Errors
/// [`Fault::Unreadable`] for a signature that does not hold.
pub fn reply_signature<R: SignedReply>(
    response: &Response,
    keys: &R::Keys,
) -> Result<ReplySignature, Fault> {
    let Ok(body) = Object::parse(response.body()) else {
        return Ok(ReplySignature::Absent);
    };
    let text = |name: &str| {
        let raw = body.get(name)?;
        match raw.get().as_bytes().first() {
            Some(b'"') => String::deserialize(raw).ok(),
            Some(b'{' | b'[') | None => None,
            Some(_) => Some(raw.get().to_owned()),
        }
    };
    let given = match R::SIGNATURE.place {
        Place::Field(name) => text(name),
        Place::Header(name) => {
            let header = response.headers().get(name);
            header.map(|text| text.to_str().unwrap_or_default().to_owned())
        }
    };
    let Some(given) = given else {
        return Ok(ReplySignature::Absent);
    };
    let signer = Signer::new(keys.clone());
    // A reply is tied to its request by the connection and by what it repeats, and a link in it may
    // well have parameters that are called as the parts are: that is no reason to take a payment
    // that was started for one that was not.
    let holds = |reply: &R| signer.matches(reply, R::SIGNATURE, &given);
    let full = R::read(&text);
    if holds(&full) {
        return Ok(ReplySignature::Full);
    }
    if full.shorter().is_some_and(|short| holds(&short)) {
        return Ok(ReplySignature::Short);
    }
    Err(Fault::unreadable(
        "the signature of the reply does not hold",
    ))
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};

    use super::*;
    use crate::signing::canonical::stream_value;
    use crate::signing::{
        Canonical, Refusal, Scheme, Secret, SignatureRule, Sink, TagText, tag_text,
    };

    #[derive(Clone)]
    struct Account(Secret<String>);

    impl Keys for Account {}

    /// `amount|message|secret`, or `amount|secret`.
    struct Paid {
        amount: Option<String>,
        message: Option<String>,
    }

    impl Canonical for Paid {
        type Keys = Account;

        fn stream<S: Sink>(&self, keys: &Account, sink: &mut S) -> Result<(), Refusal> {
            stream_value(sink, "amount", "|", &self.amount)?;
            sink.literal("|");
            if let Some(message) = &self.message {
                stream_value(sink, "message", "", message)?;
                sink.literal("|");
            }
            sink.secret("secret", keys.0.expose().as_bytes());
            Ok(())
        }
    }

    impl Signed for Paid {
        const SIGNATURE: SignatureRule = SignatureRule {
            scheme: Scheme::Sha256,
            text: TagText::Hex,
            place: Place::Field("proof"),
        };
    }

    impl SignedReply for Paid {
        fn read(text: &dyn Fn(&str) -> Option<String>) -> Self {
            Self {
                amount: text("amount"),
                message: Some(text("message").unwrap_or_default()),
            }
        }

        fn shorter(self) -> Option<Self> {
            let amount = self.amount;
            let message = None;
            Some(Self { amount, message })
        }
    }

    fn account() -> Account {
        Account("a secret of the tests".into())
    }

    fn answer(body: &str) -> Response {
        Response::new(StatusCode::OK, HeaderMap::new(), body.to_owned())
    }

    #[test]
    fn either_list_holds_and_nothing_else_does() {
        let proof = |amount: &str, message: Option<&str>| {
            let (amount, message) = (Some(amount.to_owned()), message.map(str::to_owned));
            tag_text(&Paid { amount, message }, &account(), Paid::SIGNATURE).unwrap()
        };
        let check = |amount: &str, message: &str, proof: &str, expect: Option<ReplySignature>| {
            let proof = format!(r#""proof":{proof},"#);
            let body = format!(r#"{{{proof}"amount":{amount},"message":{message},"b":{{}}}}"#);
            let found = reply_signature::<Paid>(&answer(&body), &account()).ok();
            assert_eq!(found, expect, "{body}");
            let checked = check_signature::<Paid>(&answer(&body), &account());
            assert_eq!(checked.is_ok(), expect.is_some(), "{body}");
        };
        let quoted = |text: String| format!("\"{text}\"");
        let full = quoted(proof("5", Some("a | b")));
        let empty = quoted(proof("5", Some("")));
        let short = quoted(proof("5", None));
        check("5", r#""a | b""#, &full, Some(ReplySignature::Full));
        check(r#""5""#, r#""a | b""#, &full, Some(ReplySignature::Full));
        check("5", r#""a \u007c b""#, &full, Some(ReplySignature::Full));
        check("5", r#""c""#, &full, None);
        check("6", r#""a | b""#, &full, None);
        check("5.0", r#""a | b""#, &full, None);
        check("5", "null", &empty, Some(ReplySignature::Full));
        check("5", r#""anything""#, &short, Some(ReplySignature::Short));
        check("6", r#""anything""#, &short, None);
        check("5", r#""c""#, "null", Some(ReplySignature::Absent));
        check("5", r#""c""#, r#""""#, None);
        check("5", r#""c""#, "{}", Some(ReplySignature::Absent));
    }

    #[test]
    fn what_is_no_object_is_left_to_the_calls_own_reading() {
        for body in ["", "[]", "<html>", r#"{"proof":"1","proof":"1"}"#] {
            let found = reply_signature::<Paid>(&answer(body), &account());
            assert_eq!(found.ok(), Some(ReplySignature::Absent), "{body}");
        }
        let stranger: Secret<String> = "somebody else's".into();
        assert!(check_signature::<Paid>(&answer("{}"), &stranger).is_err());
    }
}
