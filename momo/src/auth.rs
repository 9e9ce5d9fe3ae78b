//! How MoMo's gateway knows the merchant, and how the merchant knows MoMo.

use payments_core::call::Fault;
#[cfg(any(feature = "client", feature = "blocking"))]
use payments_core::client::RetryPolicy;
use payments_core::client::{NoLogin, Provider};
use payments_core::error::Misuse;
use payments_core::exchange::{Request, Response};
use payments_core::incoming::{BodyFormat, Fields};
use payments_core::{Currency, Secret};

use crate::calls::Credentials;

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

    /// Only what got no answer is sent again with the same `requestId`.
    #[cfg(any(feature = "client", feature = "blocking"))]
    fn retry() -> RetryPolicy {
        let mut policy = RetryPolicy::default();
        policy.repeat_overload = false;
        policy
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
        _call: &'static str,
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
        Ok(())
    }
}
