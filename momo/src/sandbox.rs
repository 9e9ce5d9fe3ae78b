//! MoMo's own side of the protocol, to try things against: in process, on loopback, with a memory.
//!
//! Written from the provider's pages and samples and from nothing else. Both families are in one
//! server and share nothing but it: the gateway ("AIO v2") below `/v2/gateway/api/`, and the
//! one-payment family, which calls the partner. Where the pages are silent or contradict each other
//! there is a switch in [`Config`] or [`Partner`]; what is invented:
//!
//! | invented | what |
//! | --- | --- |
//! | HTTP status | 400 for what is the caller's fault (11 to 13, 20 to 22, 40 to 45, 47, 2019), 422 in flight, else 200; 404 and 405 without a body |
//! | wrong `partnerCode` | 13, as a wrong signature |
//! | a transId that is none | 42 |
//! | confirm where nothing is held | 47; after `cancel` the payment is 1017 |
//! | IPN | at every end of a payment, and when it is authorised; none after capture or cancel, none while pending |
//! | expiry | 1005 after [`Config::payment_lifetime`] |
//! | `refund/query` | answered as the refund was |
//! | `transId` before the buyer decides | 0 |
//! | the app | stands at `/app?link=` for browsers that cannot open `momo://`; takes a link with the documented parameters, each once, with the values given at integration |
//! | return to `callbackUrl` | without parameters |
//!
//! A `requestId` is remembered for 31 days: the same request gets its final result again, 422 and
//! 7000 while the first is in flight ([`Control::set_in_flight`]), and 40 otherwise.
//!
//! Result codes are asked for by words in a text, each `what=CODE`:
//!
//! | word | in | does |
//! | --- | --- | --- |
//! | `create=CODE` | `orderInfo` | create is refused with it |
//! | `pay=CODE` | `orderInfo` | the buyer's approval comes to it: 7000, 7002 and 8000 stay pending until [`Control::settle`], 9000 holds the amount, others fail |
//! | `query=CODE` | `orderInfo` | queries are answered with it |
//! | `confirm=CODE` | `description` | the confirmation is refused with it; nothing happens |
//! | `refund=CODE` | `description` | the refund ends with it (1080), stays pending (7002), or is refused (10, 43) |
//!
//! The page behind `payUrl` takes any code too. 0, 13, 20, 21, 22, 40, 41, 42, 45, 47, 1000, 1005,
//! 1006, 1017, 1081, 1088, 7000 and 9000 also come as they come at MoMo.
//!
//! Over HTTP, with the header `sandbox-token`, beside what [`payments_core::sandbox`] has:
//! `POST /_sandbox/pay`, `expire`, `settle`, `ipn/forged` (`order`), `decline`, `settle-refund`
//! (`order`, `code`), `ipn` (`order`, `times`), `init` (`user`), `open-link` (`link`), `charge`,
//! `notification` (`bill`) and `fail` (`bill`, `code`).
//!
//! ```
//! use payments_momo::sandbox::{Config, start};
//!
//! let sandbox = start(Config::new())?;
//! assert!(sandbox.base_url().starts_with("http://127.0.0.1:"));
//! assert_eq!(sandbox.control().ledger().count("order", "ORDER-1001"), 0);
//! # Ok::<(), payments_momo::sandbox::StartError>(())
//! ```

mod app;
mod body;
mod calls;
mod codes;
mod config;
mod control;
mod desk;
mod gateway;
mod ipn;
mod one_payment;
mod orders;
mod page;
mod records;
mod refunds;
mod signing;

use payments_core::sandbox::{Server, check_callback_url};

pub use config::{Config, InitReader, Partner, ReplySignature};
pub use control::{Control, ControlError};
pub use ipn::Forgery;
pub use one_payment::{Account, Bill, BillState, FalseNotice, Init, LinkError, read_init_answer};
pub use payments_core::sandbox::{
    CallbackMode, Callbacks, Delivery, DeliveryState, Effect, Fault, Faults, Ledger, LogLine,
    SandboxClock, Seen, Settings, StartError,
};
pub use records::{Payment, PaymentState, Refund};
pub use signing::hmac_sha256;

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
/// When the port is in use, the partner is not `http://` on this machine, or a credential is empty.
pub fn start(config: Config) -> Result<Sandbox, StartError> {
    let refuse = |text: String| Err(StartError::Configuration(text));
    for (name, url) in [
        ("init", &config.partner.init_url),
        ("notify_url", &config.partner.notify_url),
    ] {
        if let Some(Err(error)) = url.as_deref().map(check_callback_url) {
            return refuse(format!("{name}: {error}"));
        }
    }
    for credential in [
        &config.partner_code,
        &config.access_key,
        &config.secret_key,
        &config.partner.secret_key,
    ] {
        if credential.is_empty() {
            return refuse("a credential is empty".to_owned());
        }
    }
    let server = Server::start(config.kit.clone(), Gateway::new(config))?;
    let control = Control::new(server.control());
    Ok(Sandbox { server, control })
}
