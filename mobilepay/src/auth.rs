//! How MobilePay knows the PSP, and how the PSP knows MobilePay.

use std::sync::Arc;
#[cfg(any(feature = "client", feature = "blocking"))]
use std::time::Duration;

use payments_core::call::Fault;
#[cfg(any(feature = "client", feature = "blocking"))]
use payments_core::client::RetryPolicy;
use payments_core::client::{NoLogin, Provider};
use payments_core::error::{Meaning, Misuse, Refused};
use payments_core::exchange::{Request, Response};
use payments_core::http::{HeaderName, StatusCode};
use payments_core::incoming::{BodyFormat, CallerAuth, Fields, Notice, Receiver};
use payments_core::{Currency, Secret, random_uuid};

use crate::calls::Credentials;
use crate::codes::{CURRENCIES, ErrorCode};
use crate::ext::Fishing;

/// The card passthrough API, with what this client remembers of the payments that it started: the
/// guard against request fishing. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Mobilepay {
    fishing: Arc<Fishing>,
}

impl Mobilepay {
    /// The same with a guard that other clients share.
    #[must_use]
    pub fn with_fishing_guard(mut self, guard: Arc<Fishing>) -> Self {
        self.fishing = guard;
        self
    }
}

impl Provider for Mobilepay {
    const NAME: &'static str = "mobilepay";
    const MOST_ATTEMPTS: u32 = 6;
    type Credentials = Credentials;
    type Login = NoLogin;

    fn currencies(&self) -> &[Currency] {
        CURRENCIES
    }

    /// No answer within two seconds is none, says MobilePay.
    #[cfg(any(feature = "client", feature = "blocking"))]
    fn timeouts() -> (Duration, Duration, Duration) {
        let two = Duration::from_secs(2);
        (two, two, two)
    }

    /// Two repeats, a second apart at least, as MobilePay suggests.
    #[cfg(any(feature = "client", feature = "blocking"))]
    fn retry() -> RetryPolicy {
        let mut policy = RetryPolicy::default();
        policy.attempts = 3;
        policy.least_pause = Duration::from_secs(1);
        policy
    }

    fn authorize(
        &self,
        request: &mut Request,
        credentials: &Credentials,
        _token: Option<&Secret<String>>,
    ) -> Result<(), Misuse> {
        if request.path() == "/api/v3/payments" {
            self.fishing.check(request)?;
        }
        let secret = credentials.client_secret().expose();
        for (name, value, is_secret) in [
            ("x-ibm-client-id", credentials.client_id(), false),
            ("x-ibm-client-secret", secret, true),
            ("correlationid", &random_uuid()?, false),
        ] {
            request.set_header(HeaderName::from_static(name), value, is_secret)?;
        }
        Ok(())
    }

    /// Reads a domain error for its correlation id too, and refusals that are none: a 409 without a
    /// body, and what looks like problem details beside 400 and 404 (inferred: the server is one
    /// that answers so). Where no documented code says that nothing happened, the outcome stays open.
    fn inspect(
        &self,
        _call: &'static str,
        response: &Response,
        _credentials: &Credentials,
    ) -> Result<(), Fault> {
        let fields = Fields::read(response.body(), BodyFormat::Json).ok();
        let text = |name| fields.as_ref()?.text(name).map(str::to_owned);
        let (code, is_problem) = (text("code"), text("title").is_some());
        let meaning = match response.status() {
            StatusCode::CONFLICT => ErrorCode::from(code.as_deref().unwrap_or("")).meaning(),
            StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND if is_problem => Meaning::Misuse,
            _ => return Ok(()),
        };
        let message = ["message", "detail", "title"].into_iter().find_map(text);
        let refused = Refused::new(code, message, meaning, response.clone());
        let refused = refused.with_request_id(text("correlationId"));
        Err(Fault::Refused(Box::new(refused)))
    }
}

/// The endpoint of callbacks of one kind. Nothing in them is signed: `caller` says how MobilePay is
/// known, by its client certificate (ask for its common name, which is not public) or by the
/// addresses that its hosts have. `environment` and `account` are the PSP's own names.
///
/// Bodies are JSON whatever their content type says, names come in any case (both were documented).
#[must_use]
pub fn callbacks<N: Notice>(environment: &str, account: &str, caller: CallerAuth) -> Receiver<N> {
    Receiver::new(environment, account, caller)
        .with_body(BodyFormat::Json)
        .in_any_case()
}
