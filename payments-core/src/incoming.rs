//! The wing of what comes in: callbacks, whether to believe them, and acting once.

mod notice;

pub use notice::{AckRule, Notice};
