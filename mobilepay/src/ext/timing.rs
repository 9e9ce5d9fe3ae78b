//! MobilePay's deadlines, which it changed over the years.

use std::time::Duration;

/// How long things may take. Nothing is refused here because it is late: MobilePay decides that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timing {
    /// From the card to the report of the attempt.
    pub report: Duration,
    /// From the start of a payment to its end, reports included.
    pub payment: Duration,
    /// How long MobilePay repeats a callback that was not acknowledged, at least: so long a queue may
    /// be down. After that the payer may accept again, which is another attempt. Nothing here counts it.
    pub repeats: Duration,
}

impl Timing {
    /// The shortest that were documented, and the current ones: 20 seconds and 10 minutes since
    /// 2024-05-29, "more than 5 seconds" of 2019.
    pub const SHORTEST: Self = Self {
        report: Duration::from_secs(20),
        payment: Duration::from_secs(600),
        repeats: Duration::from_secs(5),
    };

    /// Those of the README of 2020-04-03: 32 seconds, 35 minutes, "more than 5 seconds".
    pub const README_2020: Self = Self {
        report: Duration::from_secs(32),
        payment: Duration::from_secs(2100),
        repeats: Duration::from_secs(5),
    };
}

impl Default for Timing {
    fn default() -> Self {
        Self::SHORTEST
    }
}
