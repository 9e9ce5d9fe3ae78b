//! Who is killed when: drawn from a seed, spread over the run.

use std::time::Duration;

use payments_core::sandbox::Random;

/// Who is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Victim {
    /// The process that takes callbacks in.
    Receiver,
    /// The process that pays.
    Payer,
    /// A connection of the receiver's, by the server's own means.
    Connection,
    /// A process of the server's that serves the receiver: all of the server crashes and recovers.
    Backend,
    /// The server itself.
    Postmaster,
}

impl Victim {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Receiver => "receiver",
            Self::Payer => "payer",
            Self::Connection => "connection",
            Self::Backend => "backend",
            Self::Postmaster => "postmaster",
        }
    }
}

/// One kill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kill {
    /// When so many callbacks are acknowledged,
    pub(super) at: u64,
    /// and so long after that.
    pub(super) after: Duration,
    pub(super) victim: Victim,
}

/// So many kills while so many callbacks are sent. Each of `victims` has its turn before any has a
/// second one.
pub(super) fn plan(
    kills: u64,
    callbacks: u64,
    victims: &[Victim],
    random: &mut Random,
) -> Vec<Kill> {
    const LONGEST: u64 = 20_000;
    let mut left = Vec::new();
    let share = |part: u64| {
        let whole = u128::from(callbacks).saturating_mul(u128::from(part));
        let share = whole.checked_div(u128::from(kills)).unwrap_or_default();
        u64::try_from(share).unwrap_or(callbacks)
    };
    (0..kills)
        .map(|number| {
            if left.is_empty() {
                left = victims.to_vec();
            }
            let among = u64::try_from(left.len()).unwrap_or(1);
            let which = usize::try_from(random.below(among)).unwrap_or_default();
            let victim = if which < left.len() {
                left.swap_remove(which)
            } else {
                Victim::Receiver
            };
            let (from, to) = (share(number), share(number.saturating_add(1)));
            let within = random.below(to.saturating_sub(from));
            Kill {
                at: from.saturating_add(within),
                after: Duration::from_micros(random.below(LONGEST)),
                victim,
            }
        })
        .collect()
}
