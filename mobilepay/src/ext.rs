//! What only MobilePay does: cards under RSA, attempts that are reported in time, payments that are
//! started in one way only, and pages in a frame.

mod attempt;
mod card;
mod cards;
pub mod frame;
mod initiation;
#[cfg(any(feature = "aws-lc", feature = "rustcrypto-rsa"))]
pub mod keys;
mod timing;

pub use attempt::{Attempt, LIVE_DONE, Report, TEST_DONE};
pub use card::CardData;
pub use cards::{Accepted, Awaiting, Cards, Refusal};
pub use initiation::{Fishing, initiate_from_json};
pub use timing::Timing;
