//! The kit that the providers' sandboxes are built of.
//!
//! A sandbox is the provider's side of its protocol: a [`Provider`], which is a state machine
//! without I/O, run by a [`Server`] on 127.0.0.1. The kit gives it a [`SandboxClock`] that can be
//! moved, a [`Ledger`] of what really happened, [`Fault`]s between asking and being answered, and a
//! sender of [`Callback`]s with the provider's own [`RetryRules`]. What goes wrong before a request has
//! a path, up to the TLS handshake, is a [`Door`], a port of its own. A [`Control`] reaches all of it
//! from a test; `/_sandbox/` does the same over HTTP, for other languages and for people:
//!
//! | request | fields | does |
//! | --- | --- | --- |
//! | `GET /_sandbox/state` | | shows clock, ledger, callbacks, requests and the provider's state as JSON |
//! | `POST /_sandbox/advance` | `seconds` | moves the clock |
//! | `POST /_sandbox/fault` | `fault`, `path` (`*`), `times` (1) or `per-mille` | arms a [`Fault`] |
//! | `POST /_sandbox/fault/clear` | | disarms all |
//! | `POST /_sandbox/callback/mode` | `mode` (`now`, `after`, `twice`, `held`, `never`), `seconds` | sets the [`CallbackMode`] |
//! | `POST /_sandbox/callback/release` | `order` (`kept`, `reversed`) | sends what was held |
//! | `POST /_sandbox/callback/resend` | `id`, `times` (1) | sends copies at once |
//! | `POST /_sandbox/callback/enable` | `url` | enables an endpoint again |
//!
//! `fault` is one of these, most of them with a meaning of "it happened, and then":
//!
//! | before anything happened | it happened | in odd ways |
//! | --- | --- | --- |
//! | `close-before`, `status-before:CODE` | `close-after`, `status-after:CODE`, `html`, `content-type:TYPE`, `invalid-utf8`, `endless`, `redirect:CODE` | `slow-before:MS` (it happens late), `slow-after:MS` |
//! | | `cut-head`, `cut-body` (with its length), `cut-chunked`, `cut-unframed` (without any length) | `twice`, `reply-twice`, `other-reply` (that of another request), `stale` (a query that lags behind) |
//!
//! Fields are form-encoded in the body; the header `sandbox-token` carries [`Control::token`]. The
//! provider's own commands stand beside these.
//!
//! A sandbox neither listens beyond loopback nor sends beyond it, and refuses a `Host` that is not a
//! name of this machine.
//!
//! ```
//! use payments_core::sandbox::{Context, Provider, Reply, Request, Server, Settings};
//!
//! #[derive(Clone)]
//! struct Echo;
//!
//! impl Provider for Echo {
//!     fn handle(&mut self, request: &Request, context: &mut Context<'_>) -> Reply {
//!         context.record("echo", request.path(), None);
//!         Reply::new(200).content("text/plain", request.bytes().to_vec())
//!     }
//! }
//!
//! let server = Server::start(Settings::new(), Echo)?;
//! assert!(server.base_url().starts_with("http://127.0.0.1:"));
//! assert_eq!(server.control().ledger().count("echo", "/"), 0);
//! # Ok::<(), payments_core::sandbox::StartError>(())
//! ```

mod callback;
mod clock;
mod commands;
mod desk;
mod door;
mod fault;
mod form;
mod gate;
mod handles;
mod history;
mod inputs;
mod json;
mod kit;
mod ledger;
mod listed;
mod message;
mod outbox;
mod page;
mod plan;
mod post;
mod provider;
mod random;
mod restore;
mod seen;
mod serve;
mod server;
mod settings;
mod sides;
mod watch;
mod wire;

pub use callback::{
    Attempt, Callback, CallbackAnswer, CallbackMode, Delivery, DeliveryId, DeliveryState,
    RetryRules,
};
pub use clock::SandboxClock;
pub use desk::{Desk, NotDone};
pub use door::{Blocked, Door, UnknownDoor};
pub use fault::{Fault, UnknownFault};
pub use form::{Fields, FormError, encode_form, with_query};
pub use handles::{Callbacks, Faults, NoSuchCallback};
pub use history::{Event, Happening};
pub use json::{JsonNumber, JsonObject};
pub use kit::Control;
pub use ledger::{Effect, Ledger};
pub use listed::{Action, Actor, Input, Listed};
pub use message::{Reply, Request};
pub use page::{Form, Page};
pub use plan::Armed;
pub use post::{UrlError, check_callback_url};
pub use provider::{Context, Provider};
pub use random::Random;
pub use restore::NotRestored;
pub use seen::Seen;
pub use server::{Server, StartError};
pub use settings::{LogLine, Settings};
pub use watch::Watch;
