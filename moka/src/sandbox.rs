//! Moka's own side of the protocol, to try things against: in process, on loopback, with a memory.
//!
//! One server plays both hosts: `/Api/WebPos/CreateWebPosRequest` and the pages behind it, and the
//! services below `/PaymentDealer/`. Written from the provider's pages and from nothing else. Where
//! they are silent or contradict themselves, the sandbox has a switch in [`Config`]; where even a
//! switch has nothing to go by, it invents, and says so here:
//!
//! | invented | what |
//! | --- | --- |
//! | HTTP status | 200 for refusals ([`Config::error_status`]); 404 for no such path, 405 for another method than POST |
//! | wrong `CheckKey`, wrapper, JSON or media type | `…InvalidRequest` of the page service, and of the common list elsewhere; wrong credentials `…InvalidAccount` |
//! | other mistakes in a page request | a currency that is not `TL`, `USD`, `EUR` or `GBP` (so `TRY`), a language, a flag, a description over 200 characters: `InvalidRequest` |
//! | `ReturnHash` that is not the number 1 | `Data` is a bare string, and nobody gets the `CodeForHash` |
//! | a page before a card is given | no payment: the detail list answers as [`UnknownPayment`] has it |
//! | 3-D step | a code, `123456`; a wrong one and `cancel` decline with 001 |
//! | bank transfer, Maksimum Mobile, stored cards on the page | left out |
//! | same-day or otherwise impossible refund | `InvalidRequest`; an amount that cannot be captured `CaptureNotAvailable` |
//! | undoing a pool approval on a later day | `…UndoApprovePoolPayment.SandboxDayIsOver` |
//! | an approved pool payment in the lists | looks like any other |
//! | `DealerCommissionAmount`, `PaymentReason` | 0 |
//! | hours | Türkiye, UTC+3 |
//! | notifications | the fields of the return; a minute until the next attempt |
//!
//! # Magic values
//!
//! | value | does |
//! | --- | --- |
//! | `OtherTrxCode` `fail.<Code>`, with or without `-anything` behind | every service that lists this code refuses with it: `fail.InvalidAmount-17`, `fail.VirtualPosNotFound-17`, `fail.EX-17` |
//! | `OtherTrxCode` `fail.<Service>.<Code>…` | only that service does: `fail.DoVoid.EX-17` leaves the page, the payment and the capture alone |
//! | `OtherTrxCode` `fail.<Service>.<000 to 029>…` | that service processes the call and declines with the bank code (`IsSuccessful` false) |
//! | `OtherTrxCode` `fail.Page.<000 to 029>…` | the page declines every card with the bank code |
//! | test cards | 5127541122223332, 4183441122223339, 9792061122223337; expiry 12/2030, any other declines with 006; other cards are not taken |
//! | CVC `000` | the card pays |
//! | CVC `100` to `129` | declines with bank code 000 to 029 |
//! | CVC `200` to `229` | pays, and the return says that bank code all the same |
//! | any other CVC | declines with 015 |
//! | `SubMerchantName` `Örnek Dükkân`; products 1 `ÇAY-1`, 2 `KAHVE-2` | are registered |
//!
//! `GetPaymentList` and `GetPaymentTrxList` carry no `OtherTrxCode`: [`Control::fail_next`].
//!
//! Over HTTP, with the header `sandbox-token`, beside what [`payments_core::sandbox`] has:
//! `POST /_sandbox/pay`, `abandon`, `decline` and `pay-unnoticed` (`payment`, `code`), `return`
//! (`payment`: sends it again), `return/forged` (`payment`), `return/suppress` (`on`), `fail`
//! (`service`, `code`), `refund` and `refund/withdraw` (`payment`). `payment` is the `OtherTrxCode`.
//!
//! ```
//! use payments_moka::sandbox::{Config, start};
//!
//! let sandbox = start(Config::new())?;
//! assert!(sandbox.base_url().starts_with("http://127.0.0.1:"));
//! assert_eq!(sandbox.control().ledger().count("page", "ORD-1"), 0);
//! # Ok::<(), payments_moka::sandbox::StartError>(())
//! ```

mod amount;
mod body;
mod calendar;
mod calls;
mod cards;
mod codes;
mod commands;
mod config;
mod control;
mod create;
mod desk;
mod gateway;
mod hashes;
mod lists;
mod money;
mod page;
mod records;
mod refusal;
mod returns;
mod words;

use payments_core::sandbox::{Server, check_callback_url};

pub use config::{CaptureLimit, Config, Permission, RepeatedCode, UnknownPayment};
pub use control::{Control, ControlError};
pub use hashes::{check_key, return_hash};
pub use payments_core::sandbox::{
    CallbackMode, Callbacks, Delivery, DeliveryState, Effect, Fault, Faults, Ledger, LogLine,
    SandboxClock, Seen, Settings, StartError,
};
pub use records::{ExtraField, Payment, PaymentState};
pub use returns::Forgery;

use gateway::Gateway;

/// A running sandbox. Dropping it leaves nothing behind.
#[derive(Debug)]
pub struct Sandbox {
    server: Server<Gateway>,
    control: Control,
}

impl Sandbox {
    /// Where both hosts are reached, without a slash at the end.
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
/// When the port is in use, the notification is not `http://` on this machine, a credential is
/// empty, or the error status is not one.
pub fn start(config: Config) -> Result<Sandbox, StartError> {
    if let Some(url) = &config.notification {
        check_callback_url(url)
            .map_err(|error| StartError::Configuration(format!("notification: {error}")))?;
    }
    let credentials = [&config.dealer_code, &config.username, &config.password];
    if credentials.iter().any(|credential| credential.is_empty()) {
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
