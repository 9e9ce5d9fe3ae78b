//! What is printed: what the senders and the provider know against what the merchant has.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use serde::Serialize;

use super::callback::{Callback, Effect};
use super::kills::Victim;
use super::traffic::Told;
use crate::say;

/// All figures.
#[derive(Debug, Default, Serialize)]
pub(super) struct Figures {
    pub(super) kills: u64,
    /// Callbacks that were to be sent, repeats among them.
    pub(super) callbacks: u64,
    /// How many of those were acknowledged.
    pub(super) acknowledged: u64,
    /// Different callbacks that were acknowledged, had no effect, and are not set aside either.
    pub(super) lost: u64,
    /// Effects beyond the first of a callback.
    pub(super) processed_twice: u64,
    /// Callbacks that their sender gave up, or that the inbox set aside.
    pub(super) abandoned: u64,
    /// Payouts that the payer wanted.
    pub(super) calls: u64,
    /// Payouts beyond the first of a call.
    pub(super) double_effects: u64,
    /// Callbacks that were committed when the receiver was killed, and not acknowledged.
    pub(super) committed_unacknowledged: u64,
    /// Payouts of which the provider said for good that a try never happened, so that they were made again.
    pub(super) retried: u64,
    /// How many of those were carried out once and are known to be.
    pub(super) retried_done: u64,
    /// How many had been carried out when that was said.
    pub(super) wrongly_never: u64,
    #[serde(skip)]
    pub(super) beside: Beside,
}

/// What shows that the kills hit something; for people.
#[derive(Clone, Debug, Default)]
pub(super) struct Beside {
    pub(super) victims: BTreeMap<Victim, u64>,
    /// Claims that were open whenever a receiver began again.
    pub(super) begun: u64,
    /// Calls that were open whenever a payer began again.
    pub(super) open_calls: u64,
    /// Calls that were settled by hand.
    pub(super) by_hand: u64,
    /// Tries of the senders after the first.
    pub(super) resent: u64,
    /// Effects that no callback was sent for, and payouts that nobody wanted.
    pub(super) strangers: u64,
    /// Calls that were not carried out, or are not known to be.
    pub(super) unpaid: u64,
    pub(super) took: Duration,
}

/// When each payout was made, in milliseconds since 1970-01-01 UTC: by till and number.
pub(super) type Payouts = BTreeMap<(String, String), Vec<i64>>;

/// What two clocks' milliseconds may be apart in the same moment.
const ROUNDING: i64 = 2;

/// A payout that the merchant wanted.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub(super) till: String,
    pub(super) number: String,
    /// Whether the merchant knows that it was made.
    pub(super) is_known: bool,
    /// Where it was told for good that a try never happened, when the one after it was sent, in milliseconds since
    /// 1970-01-01 UTC: what was paid before is of one that never happened.
    pub(super) never_at: Option<i64>,
}

impl Figures {
    /// Compares what was acknowledged with the effects, and with what was set aside: nothing of that which
    /// cannot be read any more.
    pub(super) fn receive(&mut self, told: &Told, effects: Vec<Effect>, dead: Vec<Option<Effect>>) {
        let aside = u64::try_from(dead.len()).unwrap_or(u64::MAX);
        let dead: HashSet<Effect> = dead.into_iter().flatten().collect();
        let mut found: HashMap<Effect, u64> = HashMap::new();
        for effect in effects {
            add(found.entry(effect).or_default(), 1);
        }
        for (number, is_acknowledged) in (0_u64..).zip(&told.known) {
            let effect = Callback(number).effect();
            match found.remove(&effect) {
                Some(count) => add(&mut self.processed_twice, count.saturating_sub(1)),
                // What is set aside is listed, and can be tried again.
                None if dead.contains(&effect) => {}
                None => add(&mut self.lost, u64::from(*is_acknowledged)),
            }
        }
        self.acknowledged = told.acknowledged;
        self.abandoned = told.given_up.saturating_add(aside);
        self.beside.resent = told.resent;
        found
            .into_values()
            .for_each(|count| add(&mut self.beside.strangers, count));
    }

    /// Compares what was wanted with the providers' payouts, by till and number.
    pub(super) fn pay(&mut self, wanted: Vec<Wish>, mut payouts: Payouts) {
        for wish in wanted {
            let Wish {
                till,
                number,
                is_known,
                never_at,
            } = wish;
            let is_retried = never_at.is_some();
            add(&mut self.calls, 1);
            let made = payouts.remove(&(till, number)).unwrap_or_default();
            let count = how_many(&made);
            add(&mut self.double_effects, count.saturating_sub(1));
            let is_before = |at: i64| made.iter().any(|made| made.saturating_add(ROUNDING) < at);
            let is_wrong = never_at.is_some_and(is_before);
            add(&mut self.wrongly_never, u64::from(is_wrong));
            let is_paid = is_known && count > 0;
            add(&mut self.beside.unpaid, u64::from(!is_paid));
            add(&mut self.retried, u64::from(is_retried));
            let is_done = is_retried && is_known && count == 1;
            add(&mut self.retried_done, u64::from(is_done));
        }
        payouts
            .into_values()
            .for_each(|made| add(&mut self.beside.strangers, how_many(&made)));
    }

    /// Whether nothing was lost and nothing was done twice.
    pub(super) fn are_held(&self) -> bool {
        let zeros = [
            self.lost,
            self.processed_twice,
            self.abandoned,
            self.double_effects,
            self.wrongly_never,
            self.beside.strangers,
            self.beside.unpaid,
        ];
        zeros == [0; 7] && self.acknowledged == self.callbacks
    }

    /// One JSON object.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn json(&self) -> Result<String, String> {
        serde_json::to_string(self).map_err(|error| error.to_string())
    }

    pub(super) fn print(&self) {
        for (name, count) in [
            ("kills", self.kills),
            ("callbacks", self.callbacks),
            ("acknowledged", self.acknowledged),
            ("lost", self.lost),
            ("processed twice", self.processed_twice),
            ("abandoned", self.abandoned),
            ("calls", self.calls),
            ("double effects", self.double_effects),
            (
                "committed at a kill, not acknowledged",
                self.committed_unacknowledged,
            ),
            ("told that it never happened", self.retried),
            ("and paid once in the end", self.retried_done),
            ("and had happened all the same", self.wrongly_never),
        ] {
            say(&format!("{name:37} {count:>9}"));
        }
        say("");
        self.beside.lines().iter().for_each(|line| say(line));
        say(if self.are_held() { "held" } else { "NOT HELD" });
    }
}

impl Beside {
    /// A line for each.
    pub(super) fn lines(&self) -> Vec<String> {
        let victims = self.victims.iter();
        let victims: Vec<_> = victims
            .map(|(victim, count)| format!("{count} × {}", victim.name()))
            .collect();
        let mut lines = vec![format!("killed: {}", victims.join(", "))];
        for (count, what) in [
            (self.begun, "claims were open when a receiver began again"),
            (self.open_calls, "calls were open when a payer began again"),
            (self.by_hand, "calls were settled by hand at the end"),
            (
                self.resent,
                "times a callback was sent again for want of an answer",
            ),
            (self.strangers, "effects or payouts that nobody asked for"),
            (self.unpaid, "calls that are not known to be carried out"),
        ] {
            lines.push(format!("{count:>9} {what}"));
        }
        lines.push(format!("{:>9} seconds", self.took.as_secs()));
        lines
    }
}

fn how_many(made: &[i64]) -> u64 {
    u64::try_from(made.len()).unwrap_or(u64::MAX)
}

fn add(count: &mut u64, more: u64) {
    *count = count.saturating_add(more);
}
