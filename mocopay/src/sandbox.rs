//! MoCoPay's own side of the protocol, to try things against: in process, on loopback, with a memory.
//!
//! Written from the provider's pages and from nothing else; it builds the signed string and its MD5 by
//! itself, sorting by the first character alone as the pages have it. Where the pages are silent, it
//! has a switch in [`Config`], or it invents, and says so here:
//!
//! | invented | what |
//! | --- | --- |
//! | refusals | `{"error": …, "text": …}` with the status 400, 401, 404 or 405 |
//! | `status` | `Initialized`, `Authorized` (documented), `Canceled` |
//! | operators | the test operator alone: mcc `999`, mnc `99`, currency `TES` |
//! | products | `12000` (once) and `CHMIBSUB` (subscription), 10 each ([`Config::product`]) |
//! | `series` | 1 from the first charge on; one more with each renewal, also one that fails |
//! | a renewal that fails | the session stays `Authorized`, with a `failedAmount` and no `chargedAmount` in its series; the transaction is told as `Failed` |
//! | a secret that is changed | the one before it is taken until the change is ended ([`Control::change_secret`]) |
//! | `expiresIn` | seconds until 30 days after the last charge; negative when they are over |
//! | `userId` in `verifyPayment` | the latest session of that buyer |
//! | notifications | one attempt; 200 acknowledges |
//! | transaction notification | a GET with `transactionId`, `sessionId`, `status`, `amount` |
//! | times | UTC |
//!
//! | error | when |
//! | --- | --- |
//! | `SANDBOX_SIGNATURE` | missing, in two places, of the form of 2014, wrong, or over what cannot be signed: a parameter that is empty, stands twice, holds a control character, or reads as two |
//! | `SANDBOX_PARAMETER` | unknown or missing |
//! | `SANDBOX_PRODUCT`, `SANDBOX_OPERATOR`, `SANDBOX_URL` | none of ours; not `http(s)://` |
//! | `SANDBOX_SESSION` | no such session |
//! | `SANDBOX_METHOD`, `SANDBOX_PATH` | another method; another path, or another slash at its end |
//!
//! Over HTTP, with the header `sandbox-token`, beside what [`payments_core::sandbox`] has:
//! `POST /_sandbox/authorize`, `charge`, `cancel`, `renew`, `fail-renewal`, `notify` (`reference`, `times`: sends the
//! last notifications again).
//!
//! ```
//! use payments_mocopay::sandbox::{Config, start};
//!
//! let sandbox = start(Config::new())?;
//! assert!(sandbox.base_url().ends_with("/v1/payment"));
//! assert_eq!(sandbox.control().ledger().count("session", "ORDER-1001"), 0);
//! # Ok::<(), payments_mocopay::sandbox::StartError>(())
//! ```

mod calls;
mod config;
mod control;
mod desk;
mod gateway;
mod page;
mod records;
mod signature;

use payments_core::sandbox::{Server, check_callback_url};

pub use config::{Billing, Config, SignedValues};
pub use control::{Control, NoSuchSession};
pub use payments_core::sandbox::{
    CallbackMode, Callbacks, Delivery, DeliveryState, Effect, Fault, Faults, Ledger, LogLine,
    SandboxClock, Seen, Settings, StartError,
};
pub use records::Session;
pub use signature::{
    PARAMETERS, Signature, SignatureError, SignedRequest, Signer, request_signature,
};

use gateway::Gateway;

/// A running sandbox. Dropping it leaves nothing behind.
#[derive(Debug)]
pub struct Sandbox {
    server: Server<Gateway>,
    control: Control,
    base_url: String,
}

impl Sandbox {
    /// Where the calls are, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
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

    /// Where `/_sandbox/` is.
    #[must_use]
    pub fn control_url(&self) -> String {
        format!("{}/_sandbox", self.server.base_url())
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
/// When the port is in use, an address for notifications is not `http://` on this machine, or a
/// credential is empty.
pub fn start(config: Config) -> Result<Sandbox, StartError> {
    for url in [&config.notify_url, &config.transaction_url]
        .into_iter()
        .flatten()
    {
        check_callback_url(url)
            .map_err(|error| StartError::Configuration(format!("notifications: {error}")))?;
    }
    if config.api_key.is_empty() || config.api_secret.is_empty() {
        return Err(StartError::Configuration(
            "a credential is empty".to_owned(),
        ));
    }
    let server = Server::start(config.kit.clone(), Gateway::new(config))?;
    let control = Control::new(server.control());
    let base_url = format!("{}/v1/payment", server.base_url());
    Ok(Sandbox {
        server,
        control,
        base_url,
    })
}
