//! What really happened at the provider, in order.

use std::time::Duration;

/// One thing that happened: an order came into being, a payment was made, money was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    kind: String,
    reference: String,
    amount: Option<String>,
    at: Duration,
}

impl Effect {
    /// What happened, in the provider sandbox's own word (`order`, `payment`, `refund`, …).
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The merchant's reference.
    #[must_use]
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// The amount as the merchant wrote it, where there is one.
    #[must_use]
    pub fn amount(&self) -> Option<&str> {
        self.amount.as_deref()
    }

    /// When, on the sandbox's clock.
    #[must_use]
    pub const fn at(&self) -> Duration {
        self.at
    }
}

/// Everything that happened, in order. What a client believes is compared with this.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    effects: Vec<Effect>,
}

impl Ledger {
    /// Everything, oldest first.
    #[must_use]
    pub fn effects(&self) -> &[Effect] {
        &self.effects
    }

    /// How often `kind` happened to `reference`. More than one for a payout is money lost.
    #[must_use]
    pub fn count(&self, kind: &str, reference: &str) -> usize {
        self.effects
            .iter()
            .filter(|effect| effect.kind == kind && effect.reference == reference)
            .count()
    }

    pub(super) fn record(
        &mut self,
        kind: &str,
        reference: &str,
        amount: Option<&str>,
        at: Duration,
    ) {
        self.effects.push(Effect {
            kind: kind.to_owned(),
            reference: reference.to_owned(),
            amount: amount.map(str::to_owned),
            at,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_order_and_counts_by_reference() {
        let mut ledger = Ledger::default();
        ledger.record("order", "A", Some("10.00"), Duration::ZERO);
        ledger.record("payment", "A", Some("10.00"), Duration::from_secs(1));
        ledger.record("order", "B", None, Duration::from_secs(2));
        ledger.record("order", "A", Some("10.00"), Duration::from_secs(3));
        assert_eq!(ledger.count("order", "A"), 2);
        assert_eq!(ledger.count("payment", "A"), 1);
        assert_eq!(ledger.count("payment", "B"), 0);
        let kinds: Vec<&str> = ledger.effects().iter().map(Effect::kind).collect();
        assert_eq!(kinds, ["order", "payment", "order", "order"]);
    }
}
