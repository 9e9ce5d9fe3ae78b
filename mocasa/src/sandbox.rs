//! Mocasa's own side of the protocol, to try things against: in process, on loopback, with a memory.
//!
//! Written from the provider's page and from nothing else. Where the page is silent or contradicts
//! itself, the sandbox has a switch in [`Config`]; where even a switch has nothing to go by, it
//! invents, and says so here:
//!
//! | invented | what |
//! | --- | --- |
//! | `code` | `SANDBOX_OK`, and for refusals `SANDBOX_…` as below |
//! | HTTP status | 200 for `success: false` ([`Config::error_status`]); 404 for no such path, 405 for another method than POST |
//! | `txStatus` of an order | `unpaid` and `refunded` beside the documented two ([`Config::unpaid_text`], [`Config::refunded_text`]) |
//! | `txStatus` of a transfer, `refundStatus`, `status` of a beneficiary | `success` or `failed`, `success`, `active` |
//! | `orderNo` | letters, digits, `_` and `-`: what the signature of a webhook, which joins it with `\|`, cannot confuse |
//! | `amount` | plain positive decimals, at most two behind the point |
//! | webhook retries | every minute, after three failures every hour; disabled after more than five failures in a row |
//! | settlement | a day after payment ([`Config::settle_delay`]) |
//! | `returnUrl` | an http or https address; the browser is sent there without parameters |
//! | payout events | any fields given to [`Control::send_payout_event`], unsigned |
//!
//! | code | when |
//! | --- | --- |
//! | `SANDBOX_WRONG_METHOD`, `SANDBOX_NO_SUCH_CALL` | not a POST; no such path |
//! | `SANDBOX_WRONG_CONTENT_TYPE`, `SANDBOX_BODY_MALFORMED` | not a form; a form that cannot be decoded |
//! | `SANDBOX_FIELD_MISSING`, `SANDBOX_FIELD_REPEATED` | a required field is missing or empty; a field stands twice |
//! | `SANDBOX_WRONG_CREDENTIALS` | wrong `clientKey` or `clientSecret` |
//! | `SANDBOX_BASIC_AUTH` | a login without basic authentication where [`Config::basic_login`] demands it |
//! | `SANDBOX_TOKEN_MISSING`, `SANDBOX_TOKEN_UNKNOWN`, `SANDBOX_TOKEN_EXPIRED` | no token where [`TokenHeader`] says; never issued; expired |
//! | `SANDBOX_ORDER_NO`, `SANDBOX_AMOUNT`, `SANDBOX_RETURN_URL`, `SANDBOX_CONTACT_MISSING` | another character in it; not an amount; no address of the web; neither phone nor email ([`Config::beneficiary_needs_contact`]) |
//! | `SANDBOX_ORDER_EXISTS`, `SANDBOX_ORDER_NOT_FOUND`, `SANDBOX_ORDER_NOT_PAID`, `SANDBOX_ORDER_REFUNDED`, `SANDBOX_ORDER_SETTLED` | as they say |
//! | `SANDBOX_BENEFICIARY_NOT_FOUND`, `SANDBOX_TRANSFER_EXISTS`, `SANDBOX_TRANSFER_NOT_FOUND` | as they say |
//!
//! Tokens, links and numbers are drawn from a seed, the same in each run unless another is given
//! ([`Settings::seed`]): a test that is run again sees what it saw. Who keeps them in a database for longer
//! than a run gives a new one, as `cargo xtask sandbox` does.
//!
//! Fields beyond the page's are accepted and listed by [`Control::extra_fields`].
//!
//! Over HTTP, with the header `sandbox-token`, beside what [`payments_core::sandbox`] has:
//! `POST /_sandbox/pay`, `decline`, `settle` (`order`), `expire-tokens`, `webhook` (`order`, `times`:
//! sends it again), `webhook/forged` (`order`) and `payout` (any fields).
//!
//! ```
//! use payments_mocasa::sandbox::{Config, start};
//!
//! let sandbox = start(Config::new())?;
//! assert!(sandbox.base_url().starts_with("http://127.0.0.1:"));
//! assert_eq!(sandbox.control().ledger().count("order", "ORDER-1001"), 0);
//! # Ok::<(), payments_mocasa::sandbox::StartError>(())
//! ```

mod amount;
mod calls;
mod config;
mod control;
mod desk;
mod gateway;
mod page;
mod records;
mod refusal;
mod webhook;

use payments_core::sandbox::{Server, check_callback_url};

pub use config::{
    Config, DigestForm, ExpireTime, RepeatedOrder, RepeatedTransfer, TokenHeader, TransferOutcome,
    WebhookEncoding,
};
pub use control::{Control, ControlError, Forgery};
pub use payments_core::sandbox::{
    CallbackMode, Callbacks, Delivery, DeliveryState, Effect, Fault, Faults, Ledger, LogLine,
    SandboxClock, Seen, Settings, StartError,
};
pub use records::{ExtraField, Order, OrderState, Transfer};
pub use webhook::webhook_signature;

use gateway::Gateway;

/// A running sandbox. Dropping it leaves nothing behind.
#[derive(Debug)]
pub struct Sandbox {
    server: Server<Gateway>,
    control: Control,
}

impl Sandbox {
    /// Where it is reached, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.server.base_url()
    }

    /// The port it listens on.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.server.port()
    }

    /// A handle for tests and people.
    #[must_use]
    pub fn control(&self) -> Control {
        self.control.clone()
    }

    /// The value of the header `sandbox-token` that `/_sandbox/` asks for.
    #[must_use]
    pub fn control_token(&self) -> &str {
        self.control.token()
    }
}

/// Starts a sandbox on 127.0.0.1, from synchronous or asynchronous code.
///
/// # Errors
///
/// When the port is in use, the webhook is not `http://` on this machine, a credential is empty, or
/// the error status is not one.
pub fn start(config: Config) -> Result<Sandbox, StartError> {
    if let Some(url) = &config.webhook {
        check_callback_url(url)
            .map_err(|error| StartError::Configuration(format!("webhook: {error}")))?;
    }
    if config.client_key.is_empty()
        || config.client_secret.is_empty()
        || config.signing_secret().is_empty()
    {
        return Err(StartError::Configuration(
            "a credential is empty".to_owned(),
        ));
    }
    if !(200..=599).contains(&config.error_status) {
        return Err(StartError::Configuration(
            "the error status is not between 200 and 599".to_owned(),
        ));
    }
    let server = Server::start(config.kit.clone(), Gateway::new(config))?;
    let control = Control::new(server.control());
    Ok(Sandbox { server, control })
}
