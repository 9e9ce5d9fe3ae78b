//! The wing of what comes in: callbacks, whether to believe them, and acting once.

mod ack;
#[cfg(feature = "axum")]
pub mod axum;
mod caller;
mod confirmed;
mod explain;
mod failures;
mod fields;
mod inbound;
mod inbox;
mod intake;
mod message;
mod notice;
mod opener;
mod progress;
mod raw;
mod replays;
mod returns;
mod ring;
mod standing;
mod taken;
mod verified;
mod verifier;

pub use crate::signing::Explanation;
pub use crate::signing::{Place, SignatureRule, Signed};
pub use ack::Ack;
pub use caller::{CallerAuth, Network, Receiver, danger};
pub use confirmed::{AmountClaim, Basis, Confirmation, Confirmed, Expected};
pub use failures::Failures;
pub use fields::{BodyFormat, Claim, Claimable, Fields, MAX_BODY, Names};
pub use inbound::Inbound;
#[cfg(feature = "postgres")]
pub use inbox::Acting;
pub use inbox::{
    Accepted, Answer, Claimed, End, Entry, Inbox, InboxOptions, InboxStore, Key, Lease, Memory,
    Outcome, Purged, Retention, Row, Terms, Worked,
};
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use inbox::{Finished, Next, sql};
pub use intake::{Begun, Intake, Turn};
pub use message::{Endpoint, Message};
pub use notice::{AckRule, Acknowledged, Answered, Notice};
pub use opener::{Opener, Sealed, Unopened};
pub use progress::{Operation, Progress};
pub use raw::RawFields;
pub use replays::{Replays, Seen};
pub use returns::{Kept, Returns};
pub use ring::KeyRing;
pub use standing::Standing;
pub use taken::Taken;
#[cfg(feature = "testing")]
pub(crate) use verified::Headers;
pub use verified::{Scope, Unverified, Verified};
pub use verifier::Verifier;
