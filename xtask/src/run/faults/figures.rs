//! The figures: counted from the records, and held or not.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::record::{Record, Said, Settled, Why};
use crate::say;

/// All of them, in the order in which they are printed.
#[derive(Debug, Default, Serialize)]
pub(super) struct Figures {
    pub(super) ops: u64,
    pub(super) fault_kinds: u64,
    pub(super) double_effects: u64,
    pub(super) wrong_definite: u64,
    pub(super) unknown: u64,
    pub(super) unknown_settled: u64,
    pub(super) unknown_left: Vec<Left>,
    pub(super) unknown_before_first_byte: u64,
    pub(super) extra_attempts: u64,
    pub(super) idempotent_resends: u64,
    /// Calls that were made once more after a definite no, and those of them that went well.
    pub(super) retried: u64,
    pub(super) retried_done: u64,
    pub(super) trace_sha256: String,
    pub(super) providers: Vec<Part>,
}

/// Outcomes that stay unknown, and why.
#[derive(Debug, Serialize)]
pub(super) struct Left {
    call: String,
    fault: &'static str,
    count: u64,
    why: &'static str,
    /// Whether a query could have told.
    #[serde(skip)]
    is_excused: bool,
}

/// One provider's part.
#[derive(Debug, Default, Serialize)]
pub(super) struct Part {
    provider: &'static str,
    calls: BTreeSet<&'static str>,
    ops: u64,
    double_effects: u64,
    wrong_definite: u64,
    unknown: u64,
    unknown_settled: u64,
    extra_attempts: u64,
    idempotent_resends: u64,
}

impl Figures {
    pub(super) fn of(records: &[Record]) -> Self {
        let mut figures = Self::default();
        let (mut kinds, mut left) = (BTreeSet::new(), BTreeMap::new());
        let mut parts: BTreeMap<&'static str, Part> = BTreeMap::new();
        for record in records {
            kinds.insert(record.fault);
            if let Settled::Open(why) = record.settled {
                let call = format!("{}.{}", record.provider, record.call);
                let count: &mut u64 = left.entry((call, record.fault, why)).or_default();
                *count = count.saturating_add(1);
            }
            let part = parts.entry(record.provider).or_default();
            part.provider = record.provider;
            part.calls.insert(record.call);
            part.add(record);
            if let Some(again) = record.again {
                add(&mut figures.retried, 1);
                add(
                    &mut figures.retried_done,
                    u64::from(again.said == Said::Done),
                );
            }
            if record.stays_here && record.said == Said::Unknown {
                add(&mut figures.unknown_before_first_byte, 1);
            }
        }
        figures.fault_kinds = u64::try_from(kinds.len()).unwrap_or(u64::MAX);
        figures.unknown_left = left
            .into_iter()
            .map(|((call, fault, why), count)| Left {
                call,
                fault,
                count,
                why: why.text(),
                is_excused: why != Why::Unsettled,
            })
            .collect();
        for part in parts.into_values() {
            add(&mut figures.ops, part.ops);
            add(&mut figures.double_effects, part.double_effects);
            add(&mut figures.wrong_definite, part.wrong_definite);
            add(&mut figures.unknown, part.unknown);
            add(&mut figures.unknown_settled, part.unknown_settled);
            add(&mut figures.extra_attempts, part.extra_attempts);
            add(&mut figures.idempotent_resends, part.idempotent_resends);
            figures.providers.push(part);
        }
        figures.trace_sha256 = const_hex::encode(Sha256::digest(trace(records)));
        figures
    }

    /// Whether nothing happened twice or was said wrongly, and all is settled that could be.
    pub(super) fn are_held(&self) -> bool {
        let zeros = [
            self.double_effects,
            self.wrong_definite,
            self.unknown_before_first_byte,
            self.extra_attempts,
        ];
        zeros == [0; 4] && self.unsettled() == 0
    }

    /// How many outcomes a query could have settled and did not.
    fn unsettled(&self) -> u64 {
        let left = self.unknown_left.iter();
        let without = left.filter(|left| !left.is_excused).map(|left| left.count);
        without.fold(0, u64::saturating_add)
    }

    /// One JSON object.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn json(&self) -> Result<String, String> {
        serde_json::to_string(self).map_err(|error| error.to_string())
    }

    pub(super) fn print(&self) {
        say(&format!(
            "{:10} {:>7} {:>7} {:>6} {:>8} {:>8} {:>6} {:>7}  calls",
            "provider", "ops", "double", "wrong", "unknown", "settled", "extra", "resent"
        ));
        for part in &self.providers {
            let calls: Vec<_> = part.calls.iter().copied().collect();
            say(&format!(
                "{:10} {:>7} {:>7} {:>6} {:>8} {:>8} {:>6} {:>7}  {}",
                part.provider,
                part.ops,
                part.double_effects,
                part.wrong_definite,
                part.unknown,
                part.unknown_settled,
                part.extra_attempts,
                part.idempotent_resends,
                calls.join(", ")
            ));
        }
        say(&format!(
            "{:10} {:>7} {:>7} {:>6} {:>8} {:>8} {:>6} {:>7}  under {} kinds of faults",
            "all",
            self.ops,
            self.double_effects,
            self.wrong_definite,
            self.unknown,
            self.unknown_settled,
            self.extra_attempts,
            self.idempotent_resends,
            self.fault_kinds
        ));
        say("\nleft unknown:");
        for (why, count) in self.reasons() {
            say(&format!("{count:>7}  {why}"));
        }
        say(&format!(
            "\nmade once more after a definite no: {}, of them carried out: {}\n\
             unknown before the first byte: {}\ntrace: {}\n{}",
            self.retried,
            self.retried_done,
            self.unknown_before_first_byte,
            self.trace_sha256,
            if self.are_held() { "held" } else { "NOT HELD" }
        ));
    }

    fn reasons(&self) -> BTreeMap<&'static str, u64> {
        let mut reasons = BTreeMap::new();
        for left in &self.unknown_left {
            add(reasons.entry(left.why).or_default(), left.count);
        }
        reasons
    }
}

impl Part {
    fn add(&mut self, record: &Record) {
        add(&mut self.ops, 1);
        add(&mut self.double_effects, record.double_effects());
        add(&mut self.wrong_definite, u64::from(record.is_wrong()));
        add(&mut self.unknown, u64::from(record.said == Said::Unknown));
        let settled = matches!(record.settled, Settled::Happened | Settled::DidNot);
        add(&mut self.unknown_settled, u64::from(settled));
        let resent = if record.is_once {
            &mut self.extra_attempts
        } else {
            &mut self.idempotent_resends
        };
        add(resent, record.resends());
    }
}

/// A line for each call, in the order of the plan, whoever was first.
pub(super) fn trace(records: &[Record]) -> String {
    records.iter().map(|record| format!("{record}\n")).collect()
}

fn add(count: &mut u64, more: u64) {
    *count = count.saturating_add(more);
}
