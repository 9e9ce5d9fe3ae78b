//! How MoMo's gateway knows the merchant, and how the merchant knows MoMo.

use payments_core::call::{Call, Fault};
use payments_core::client::{NoLogin, Provider};
use payments_core::error::Misuse;
use payments_core::exchange::{Request, Response};
use payments_core::incoming::{BodyFormat, Fields, KeyRing, Verifier};
use payments_core::signing::{Signed, Signer};
use payments_core::{Canonical, Currency, Secret};

use crate::calls::Credentials;
use crate::inbound::{Ipn, IpnKeys, RedirectResult, RedirectResultKeys};
use crate::types::CreatePayment;

/// The gateway. It has no switches: what MoMo leaves open is decided call by call.
#[derive(Clone, Debug, Default)]
pub struct Momo {}

impl Provider for Momo {
    const NAME: &'static str = "momo";
    type Credentials = Credentials;
    type Login = NoLogin;

    fn currencies(&self) -> &[Currency] {
        &[Currency::VND]
    }

    fn authorize(
        &self,
        request: &mut Request,
        credentials: &Credentials,
        _token: Option<&Secret<String>>,
    ) -> Result<(), Misuse> {
        request.add_field("partnerCode", credentials.partner_code())
    }

    fn inspect(
        &self,
        call: &'static str,
        response: &Response,
        credentials: &Credentials,
    ) -> Result<(), Fault> {
        // What cannot be read at all is told by the call's own reading.
        let Ok(fields) = Fields::read(response.body(), BodyFormat::Json) else {
            return Ok(());
        };
        let partner = fields.text("partnerCode");
        if partner.is_some_and(|code| code != credentials.partner_code()) {
            return Err(Fault::unreadable(
                "the reply is about another `partnerCode`",
            ));
        }
        if call == CreatePayment::NAME {
            reply_signature(response, credentials)?;
        }
        Ok(())
    }
}

/// Which list of fields the signature of a create reply covers. MoMo's pages contradict each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplySignature {
    /// Without `message`: the text is not to be relied on.
    ListA,
    /// With `message`.
    ListB,
    /// There is none: the connection alone vouches for the reply.
    Absent,
}

/// What a create reply is signed over.
#[derive(Canonical)]
#[canonical(
    keys = Credentials,
    pairs = "&",
    order("$accessKey", "amount", skip_absent(free("message")), "orderId", "$partnerCode", free("payUrl"), "requestId", "responseTime", "resultCode"),
)]
struct SignedReply {
    #[wire("amount")]
    amount: Option<String>,
    #[wire("message")]
    message: Option<String>,
    #[wire("orderId")]
    order_id: Option<String>,
    #[wire("payUrl")]
    pay_url: Option<String>,
    #[wire("requestId")]
    request_id: Option<String>,
    #[wire("responseTime")]
    response_time: Option<String>,
    #[wire("resultCode")]
    result_code: Option<String>,
}

/// Which signature the reply to [`CreatePayment`] carries: the client has checked it already.
///
/// # Errors
/// [`Fault::Unreadable`] for a reply that cannot be read, and for a signature that is neither.
pub fn reply_signature(
    response: &Response,
    credentials: &Credentials,
) -> Result<ReplySignature, Fault> {
    let fields = Fields::read(response.body(), BodyFormat::Json)
        .map_err(|_| Fault::unreadable("the reply is no JSON object"))?;
    let Some(given) = fields.text("signature") else {
        return Ok(ReplySignature::Absent);
    };
    let text = |name| fields.text(name).map(str::to_owned);
    let mut reply = SignedReply {
        amount: text("amount"),
        message: Some(text("message").unwrap_or_default()),
        order_id: text("orderId"),
        pay_url: text("payUrl"),
        request_id: text("requestId"),
        response_time: text("responseTime"),
        result_code: text("resultCode"),
    };
    let signer = Signer::new(credentials.clone());
    if signer.verify(&reply, CreatePayment::SIGNATURE, given) {
        return Ok(ReplySignature::ListB);
    }
    reply.message = None;
    if signer.verify(&reply, CreatePayment::SIGNATURE, given) {
        return Ok(ReplySignature::ListA);
    }
    Err(Fault::unreadable(
        "the signature of the reply does not hold",
    ))
}

/// The verifier of an endpoint's IPNs. `environment` and `account` are the merchant's own names;
/// they keep two accounts with the same order numbers apart.
#[must_use]
pub fn ipns(environment: &str, account: &str, keys: KeyRing<IpnKeys>) -> Verifier<Ipn> {
    Verifier::new(environment, account, keys)
}

/// The verifier of what a buyer's browser brings back to `redirectUrl`: for display only.
#[must_use]
pub fn redirect_results(
    environment: &str,
    account: &str,
    keys: KeyRing<RedirectResultKeys>,
) -> Verifier<RedirectResult> {
    Verifier::new(environment, account, keys)
}
