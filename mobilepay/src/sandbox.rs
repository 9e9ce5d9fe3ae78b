//! MobilePay's own side of the protocol, to try things against: in process, on loopback, with a
//! memory.
//!
//! Written from the provider's documents and from nothing else. One server plays the API (with or
//! without `/cardpassthrough-restapi` in front), the simulation API and the landing page, and sends
//! the callbacks. All of it is plain http on this machine: no TLS, so no client certificate with the
//! provider's name, and none of its source addresses. Where MobilePay demands `https`, the sandbox
//! also takes `http` on this machine, and callbacks reach nothing else: those to an `https` address
//! go to [`Config::webhook`], or fail, are repeated, and count as failed.
//!
//! [`Edition`] selects between the last documents and the README of 2020; each period and spelling
//! can be set alone in [`Config`]. What is invented:
//!
//! | invented | what |
//! | --- | --- |
//! | HTTP status | 400 for what does not fit a schema ([`Config::invalid_status`]), 401 for wrong credentials ([`Config::unauthorized_status`]), both as `application/problem+json`; 404, 405, 415 |
//! | codes that no document has | `sandbox.…`: `merchant-unknown`, `merchant-deleted` (merchant calls), `public-key-unknown`, `request-fishing`, `order-exhausted`, `payment-unknown`, `payment-decided`, `payment-expired`, `attempt-unknown`, `attempt-decided`, `update-late`, `no-step-up`, `not-authorized`, `attempt-not-authorized`, `amount-exceeded`, `identifier-reused`, `card-unknown` |
//! | request fishing | the same `merchantId` and `pspReferenceId` with other content is refused for good; in the founding edition the same `merchantId` and `merchantOrderId`, while an earlier payment is undecided; a fourth payment on one order always |
//! | amounts | above 0 |
//! | a callback's repeats | three in all ([`Config::callback_attempts`]) |
//! | an update after its period | refused ([`Config::late_updates`]); the user may accept again |
//! | a 3-D step | suspends the period of the update until the next one |
//! | a capture of what was captured by itself | exceeds what is left |
//! | unknown `customerLanguageCode` | the page is in English |
//! | `vipps://?token=` | the payment's id |
//! | tokens | 07 and 02 as `eci`; a card of the other scheme than the amount's token gets that of "other" or of 2200 |
//! | codes of the message | going back 4; given up after a failed attempt, founding edition: 2; invalidated 4, founding edition 9 |
//! | `preferVisaPartOfVisaDankort`, `minimumMobilePayUserAge`, `deliveryLimitedTo` | checked, without effect |
//!
//! Left out: the credentials calls, whose answers have no schema, and HTTP 501 as an answer to a
//! token (withdrawn): it is a failure as any other.
//!
//! # Magic values
//!
//! | value | does |
//! | --- | --- |
//! | `pspReferenceId`, capture, cancel or refund identifier, `externalId`, `reasonMessage` `fail.<code>`, with or without `-anything` behind | that call is refused with the code: `fail.2040-17` |
//! | [`Config::MERCHANT_ID`] | a merchant to begin with |
//! | no such `merchantId`; [`Config::FOREIGN_MERCHANT_ID`]; [`Config::DELETED_MERCHANT_ID`] | 2000; 2010; 2020 |
//! | no `allowedCardTypes`; `VISA-DANKORT` among them; `currencyCode` `XYZ` | 2030; 2040; 2050 |
//! | invalidating an authorized payment; one whose attempt is not updated ([`Config::withdrawn`]) | 2100; 2101 |
//! | `amount` 2200, 3200, 4200, 4300, 4400, 5100, 5200; any other | the token of the provider's test page |
//! | `amount` 3100 | the card has no token |
//! | `tokenCallbackUrl` answered with other than 2xx, three times | the card follows |
//!
//! Over HTTP, with the header `sandbox-token`, beside what [`payments_core::sandbox`] has:
//! `POST /_sandbox/phone` (`payment`, `phone`), `accept` (`payment`, `card`: a type), `reject`,
//! `back`, `expire` (`payment`), `forge` (`payment`, `forgery`, `from`, `text`), `out-of-order`
//! (`on`), `fail` (`code`), `public-key` (`pem`). `payment` is the `pspReferenceId`. A `forgery` is `moved` (the
//! ciphertext of the payment `from`), `plain` (`text`, encrypted), `unknown-payment`, `unknown-attempt`,
//! `unknown-key`, `flipped`, `short`, `url-safe`, `pkcs1`, `cut-json`, `month-13` or `keys-twice`.
//!
//! ```
//! use payments_mobilepay::sandbox::{Config, start};
//!
//! let sandbox = start(Config::new())?;
//! assert!(sandbox.base_url().starts_with("http://127.0.0.1:"));
//! assert_eq!(sandbox.control().ledger().count("payment", "ORD-1"), 0);
//! # Ok::<(), payments_mobilepay::sandbox::StartError>(())
//! ```

mod callbacks;
mod calls;
mod cards;
mod checks;
mod cipher;
mod commands;
mod config;
mod control;
mod desk;
mod edition;
mod forgery;
mod gateway;
mod initiate;
mod merchants;
mod money;
mod page;
mod payments;
mod records;
mod refusal;
mod updates;
mod user;
mod words;

use payments_core::sandbox::{Server, check_callback_url};

pub use cards::Card;
pub use config::Config;
pub use control::{Control, ControlError};
pub use edition::{CardText, Edition, KeyCase, Periods};
pub use forgery::Forgery;
pub use payments_core::sandbox::{
    CallbackMode, Callbacks, Delivery, DeliveryState, Effect, Fault, Faults, Ledger, LogLine,
    SandboxClock, Seen, Settings, StartError,
};
pub use records::{Attempt, AttemptState, Merchant, Payment, PaymentState, Told};

use cipher::Keys;
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
/// When the port is in use, a credential is empty, the webhook is not `http://` on this machine, a
/// public key is none or too small, or a status is none of an error.
pub fn start(config: Config) -> Result<Sandbox, StartError> {
    let refuse = |text: String| Err(StartError::Configuration(text));
    if config.client_id.is_empty() || config.client_secret.is_empty() {
        return refuse("a credential is empty".to_owned());
    }
    let statuses = [config.invalid_status, config.unauthorized_status];
    if statuses.iter().any(|status| !(400..=599).contains(status)) {
        return refuse("a status is not between 400 and 599".to_owned());
    }
    if let Some(Err(error)) = config.webhook.as_deref().map(check_callback_url) {
        return refuse(format!("webhook: {error}"));
    }
    let mut keys = Keys::new(config.small_keys);
    for (id, pem) in &config.public_keys {
        if let Err(problem) = keys.add(*id, pem) {
            return refuse(format!("public key {id}: {problem}"));
        }
    }
    let server = Server::start(config.kit.clone(), Gateway::new(config, keys))?;
    let control = Control::new(server.control());
    Ok(Sandbox { server, control })
}
