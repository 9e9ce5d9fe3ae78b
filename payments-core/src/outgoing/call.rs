//! A call: a request and the reading of its reply, both pure.

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use http::Uri;

use crate::error::{Misuse, Refused};
use crate::exchange::{Request, Response};
use crate::money::Money;

pub use crate::outgoing::encode::fill_path;
pub use crate::outgoing::envelope::{Envelope, Refusals, Success, Verdict};
pub use crate::outgoing::signed::{ReplySignature, SignedReply, check_signature, reply_signature};
use crate::signing::{Keys, Place, Signed, tag_text};

/// What sending a call twice does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// Nothing: it only reads.
    Read,
    /// The same as sending it once, as long as these fields (wire names) are the same.
    Idempotent {
        /// The identifying fields.
        by: &'static [&'static str],
    },
    /// Perhaps a second payment: it is never sent again once its first byte may have left.
    Once,
}

impl Effect {
    /// Whether the same bytes may be sent again without harm.
    #[must_use]
    pub fn may_repeat(self) -> bool {
        match self {
            Self::Read | Self::Idempotent { .. } => true,
            Self::Once => false,
        }
    }
}

/// One operation of a provider.
pub trait Call: Send + Sync {
    /// Its name, in snake case: `create_order`.
    const NAME: &'static str;

    /// What sending it twice does.
    const EFFECT: Effect;

    /// Whether something in it is new each time it is sent, so that the provider would refuse the same
    /// bytes: they are not sent again once they may have arrived.
    const FRESH: bool = false;

    /// Whether a journal may keep what the provider answers: not where a secret or personal data are
    /// in it.
    const KEEPS_REPLY: bool = true;

    /// What the reference is called, as the provider spells it.
    const REFERENCE: &'static str = "reference";

    /// What the provider answers.
    type Reply: Send;

    /// The merchant's own reference, by which the call can be found again.
    fn reference(&self) -> Option<&str> {
        None
    }

    /// What makes it one of its kind: two calls of a name with the same identity are one, sent twice.
    /// The reference unless told; where the provider counts it within something, both ([`identity`]).
    fn identity(&self) -> Option<Cow<'_, str>> {
        self.reference().map(Cow::Borrowed)
    }

    /// The amount that the call is about, with the name of its field.
    fn amount(&self) -> Option<(&'static str, Money)> {
        None
    }

    /// The request, without what authorizes it: the same bytes each time it is asked for, so that ids and
    /// times are drawn where the call is made.
    ///
    /// # Errors
    /// [`Misuse`] for what cannot be written to the wire.
    fn request(&self) -> Result<Request, Misuse>;

    /// Signs the request, where the description says that this call carries a signature: where it
    /// goes and its text. `keys` are the provider's credentials.
    ///
    /// # Errors
    /// [`Misuse`] for a value that cannot be signed unambiguously.
    fn signature(&self, _keys: &dyn Any) -> Result<Option<(Place, String)>, Misuse> {
        Ok(None)
    }

    /// Checks the signature of a reply or a refusal, where the description says that it may carry one.
    /// `keys` are the provider's credentials. A client does so before it reads: what a signature that
    /// does not hold is over is not believed.
    ///
    /// # Errors
    /// [`Fault::Unreadable`] for a signature that does not hold.
    fn check_signature(_response: &Response, _keys: &dyn Any) -> Result<(), Fault> {
        Ok(())
    }

    /// Reads the provider's reply.
    ///
    /// # Errors
    /// [`Fault::Refused`] for the provider's own refusal, [`Fault::Unreadable`] for anything that is
    /// not as described.
    fn reply(&self, response: &Response) -> Result<Self::Reply, Fault>;
}

/// Several values as one text, and different ones as different texts. Called by generated code.
///
/// ```
/// use payments_core::call::identity;
///
/// assert_eq!(identity(&["payment-7", "1"]), r#"["payment-7","1"]"#);
/// ```
#[must_use]
pub fn identity(parts: &[&str]) -> String {
    serde_json::Value::from(parts.to_vec()).to_string()
}

/// Signs a message with the credentials that its description names. Called by generated code.
///
/// # Errors
/// [`Misuse`] for a value that cannot be signed unambiguously, and for another provider's
/// credentials.
pub fn sign<M: Signed>(message: &M, keys: &dyn Any) -> Result<Option<(Place, String)>, Misuse>
where
    M::Keys: Keys + Sized + 'static,
{
    let keys = keys
        .downcast_ref::<M::Keys>()
        .ok_or_else(|| Misuse::new("call", "is another provider's"))?;
    let text = tag_text(message, keys, M::SIGNATURE)?;
    Ok(Some((M::SIGNATURE.place, text)))
}

/// A call whose outcome can be asked for with another call.
#[diagnostic::on_unimplemented(
    message = "the outcome of `{Self}` cannot be asked for",
    label = "the provider documents no query for this call",
    note = "keep the record: a person has to settle it with the provider"
)]
pub trait Resolve: Call {
    /// The call that asks.
    type Query: Call;

    /// Whether the query also answers where the call was not carried out, so that only what stands in
    /// the answer can tell: it asks for something that was there before the call, or says "nothing
    /// found" as a success.
    const ANSWERS_ANYWAY: bool = false;

    /// The query for the call that carried `reference`.
    ///
    /// # Errors
    /// [`Misuse`] if the reference is not one that the query takes.
    fn query(reference: &str) -> Result<Self::Query, Misuse>;

    /// Whether a refusal of the query is the provider's documented "there is no such thing".
    fn is_not_found(_refused: &Refused) -> bool {
        false
    }
}

/// Why a reply is not the reply that was hoped for.
#[derive(Debug)]
#[non_exhaustive]
pub enum Fault {
    /// The provider refused.
    Refused(Box<Refused>),
    /// Not as described; the text says what is wrong, without repeating the content.
    Unreadable(String),
}

impl Fault {
    /// Not as described, because `why`.
    #[must_use]
    pub fn unreadable(why: impl Into<String>) -> Self {
        Self::Unreadable(why.into())
    }
}

/// Checks that a reply speaks of the request: where the provider repeats a field, it must match.
///
/// # Errors
/// [`Fault::Unreadable`] if the field is there and differs.
pub fn echo(field: &'static str, sent: &str, received: Option<&str>) -> Result<(), Fault> {
    match received {
        Some(received) if received != sent => Err(Fault::unreadable(format!(
            "the reply is about another `{field}`"
        ))),
        Some(_) | None => Ok(()),
    }
}

/// Checks that a reply speaks of the amount of the request.
///
/// # Errors
/// [`Fault::Unreadable`] if the amount is there and differs.
pub fn echo_money(field: &'static str, sent: Money, received: Option<Money>) -> Result<(), Fault> {
    match received {
        Some(received) if received != sent => Err(Fault::unreadable(format!(
            "the reply is about another `{field}`"
        ))),
        Some(_) | None => Ok(()),
    }
}

/// Checks that an answer says something under `field`: without it, it is none.
///
/// # Errors
/// [`Fault::Unreadable`] for a text without anything but blanks.
pub fn expect_given(field: &'static str, received: &str) -> Result<(), Fault> {
    if received.trim().is_empty() {
        return Err(Fault::unreadable(format!("`{field}` is empty")));
    }
    Ok(())
}

/// Checks that an answer gives an absolute address of the web: http or https, with a host and without
/// a user.
///
/// # Errors
/// [`Fault::Unreadable`] for anything else.
pub fn expect_web(field: &'static str, received: &str) -> Result<(), Fault> {
    let url = received.parse::<Uri>().ok();
    // Before the host stands who it is for, in `https://shop.example@other.example/`: nobody reads that.
    let url = url.filter(|url| {
        !url.authority()
            .is_some_and(|host| host.as_str().contains('@'))
    });
    match url.as_ref().and_then(Uri::scheme_str) {
        Some("http" | "https") => Ok(()),
        Some(_) | None => Err(Fault::unreadable(format!(
            "`{field}` is no address of the web"
        ))),
    }
}

/// A call with fields that its description does not know yet.
#[derive(Clone, Debug)]
pub struct Extended<C> {
    call: C,
    extra: Vec<(String, String)>,
}

/// Adds undescribed fields to any call.
pub trait Extend: Call + Sized {
    /// The call with one more text field, written after the described ones.
    fn with_extra(self, name: impl Into<String>, value: impl Into<String>) -> Extended<Self> {
        Extended {
            call: self,
            extra: vec![(name.into(), value.into())],
        }
    }
}

impl<C: Call> Extend for C {}

impl<C> Extended<C> {
    /// The call with one more text field.
    #[must_use]
    pub fn and_extra(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.extra.push((name.into(), value.into()));
        self
    }
}

impl<C: Call> Call for Extended<C> {
    const NAME: &'static str = C::NAME;
    const EFFECT: Effect = C::EFFECT;
    const FRESH: bool = C::FRESH;
    const KEEPS_REPLY: bool = C::KEEPS_REPLY;
    const REFERENCE: &'static str = C::REFERENCE;
    type Reply = C::Reply;

    fn reference(&self) -> Option<&str> {
        self.call.reference()
    }

    fn identity(&self) -> Option<Cow<'_, str>> {
        self.call.identity()
    }

    fn amount(&self) -> Option<(&'static str, Money)> {
        self.call.amount()
    }

    fn request(&self) -> Result<Request, Misuse> {
        let mut request = self.call.request()?;
        for (name, value) in &self.extra {
            request.add_field(name, value)?;
        }
        Ok(request)
    }

    fn signature(&self, keys: &dyn Any) -> Result<Option<(Place, String)>, Misuse> {
        self.call.signature(keys)
    }

    fn check_signature(response: &Response, keys: &dyn Any) -> Result<(), Fault> {
        C::check_signature(response, keys)
    }

    fn reply(&self, response: &Response) -> Result<Self::Reply, Fault> {
        self.call.reply(response)
    }
}

impl<C: Resolve> Resolve for Extended<C> {
    type Query = C::Query;
    const ANSWERS_ANYWAY: bool = C::ANSWERS_ANYWAY;

    fn query(reference: &str) -> Result<Self::Query, Misuse> {
        C::query(reference)
    }

    fn is_not_found(refused: &Refused) -> bool {
        C::is_not_found(refused)
    }
}

/// A request of the user's own, sent with the client's authorization. `READ` says whether it only
/// reads; one that does not is treated as [`Effect::Once`].
#[derive(Clone, Debug)]
pub struct Raw<const READ: bool>(Request);

impl<const READ: bool> Raw<READ> {
    /// Wraps the request.
    #[must_use]
    pub fn new(request: Request) -> Self {
        Self(request)
    }
}

impl<const READ: bool> Call for Raw<READ> {
    const NAME: &'static str = "raw";
    const EFFECT: Effect = if READ { Effect::Read } else { Effect::Once };
    /// Nobody knows what is in it.
    const KEEPS_REPLY: bool = false;
    type Reply = Response;

    fn request(&self) -> Result<Request, Misuse> {
        Ok(self.0.clone())
    }

    fn reply(&self, response: &Response) -> Result<Response, Fault> {
        if response.status().is_success() {
            Ok(response.clone())
        } else {
            Err(Fault::unreadable("the status is not a success"))
        }
    }
}

/// A reply together with the response that it was read from.
#[derive(Clone)]
pub struct Reply<T> {
    value: T,
    response: Response,
}

impl<T> Reply<T> {
    #[cfg(any(feature = "client", feature = "blocking"))]
    pub(crate) fn new(value: T, response: Response) -> Self {
        Self { value, response }
    }

    /// The reply alone.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// Status, headers and body as they came: fields that the description does not know are there.
    pub fn response(&self) -> &Response {
        &self.response
    }
}

impl<T> Deref for Reply<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Reply<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Reply")
            .field("value", &self.value)
            .field("response", &self.response)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Currency;
    use crate::exchange::Body;

    #[test]
    fn what_is_repeated_must_match() {
        let why = |checked: Result<(), Fault>| match checked {
            Err(Fault::Unreadable(why)) => Some(why),
            Err(Fault::Refused(_)) | Ok(()) => None,
        };
        let other = Some("the reply is about another `amount`".to_owned());
        assert_eq!(why(echo("amount", "1", Some("1"))), None);
        assert_eq!(why(echo("amount", "1", None)), None);
        assert_eq!(why(echo("amount", "1", Some("2"))), other);
        let php = |minor| Money::from_minor(minor, Currency::PHP);
        let vnd = Money::from_minor(1, Currency::VND);
        assert_eq!(why(echo_money("amount", php(1), Some(php(1)))), None);
        assert_eq!(why(echo_money("amount", php(1), None)), None);
        assert_eq!(why(echo_money("amount", php(1), Some(php(2)))), other);
        assert_eq!(why(echo_money("amount", php(1), Some(vnd))), other);
    }

    #[test]
    fn an_answer_without_what_it_is_for_is_none() {
        for empty in ["", "  ", "\t"] {
            assert!(expect_given("id", empty).is_err(), "{empty:?}");
        }
        assert!(expect_given("id", "7").is_ok());
        for url in ["https://pay.example/form/1?a=b", "http://127.0.0.1:80"] {
            assert!(expect_web("url", url).is_ok(), "{url}");
        }
        for other in [
            "",
            "/form/1",
            "pay.example",
            "https:",
            "https://",
            "ftp://a/",
            "wallet://?a=b",
            "https://a b/",
            "https://buyer@pay.example/form/1",
            "https://pay.example:secret@other.example/",
        ] {
            let found = expect_web("url", other);
            assert!(
                matches!(&found, Err(Fault::Unreadable(why)) if why == "`url` is no address of the web"),
                "{other}"
            );
        }
    }

    #[test]
    fn extra_fields_follow_the_described_ones() {
        let sent = |body: Body| {
            let call = Raw::<true>::new(Request::post("/").with_query("q=1").with_body(body));
            let request = call.with_extra("a", "1 2").and_extra("b", "").request()?;
            let body = String::from_utf8_lossy(request.body().bytes()).into_owned();
            Ok::<_, Misuse>(format!("{}#{body}", request.query()))
        };
        let check = |body: Body, expect: &str| assert_eq!(sent(body).as_deref(), Ok(expect));
        check(Body::Empty, "q=1&a=1+2&b=#");
        check(Body::Form("x=y".to_owned()), "q=1#x=y&a=1+2&b=");
        check(Body::Json("{}".to_owned()), r#"q=1#{"a":"1 2","b":""}"#);
        assert!(sent(Body::Form("a=3".to_owned())).is_err());
    }
}
