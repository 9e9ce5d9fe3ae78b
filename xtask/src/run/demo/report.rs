//! What the demo did: a bar or a line per step while it runs, a table or one JSON object at the end.

#![expect(
    clippy::print_stdout,
    reason = "the table and the object are the command's output"
)]

use std::fmt::Display;
use std::future::Future;
use std::time::Duration;

use payments_core::clock::{Clock, SystemClock};
use serde::Serialize;

use crate::run::progress;

/// One provider's steps.
#[derive(Debug, Serialize)]
pub(super) struct ProviderReport {
    provider: &'static str,
    steps: Vec<Step>,
    ledger_agrees: bool,
    #[serde(skip)]
    clock: SystemClock,
}

#[derive(Debug, Serialize)]
struct Step {
    name: &'static str,
    ok: bool,
    #[serde(serialize_with = "as_millis")]
    ms: Duration,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip)]
    note: String,
}

/// Milliseconds with one digit, as a JSON number from its text.
fn as_millis<S: serde::Serializer>(time: &Duration, out: S) -> Result<S::Ok, S::Error> {
    let raw = serde_json::value::RawValue::from_string(millis(*time))
        .map_err(serde::ser::Error::custom)?;
    raw.serialize(out)
}

fn millis(time: Duration) -> String {
    let tenths = time.as_micros().checked_div(100).unwrap_or(0);
    let whole = tenths.checked_div(10).unwrap_or(0);
    let rest = tenths.checked_rem(10).unwrap_or(0);
    format!("{whole}.{rest}")
}

impl ProviderReport {
    pub(super) fn new(provider: &'static str) -> Self {
        Self {
            provider,
            steps: Vec::new(),
            ledger_agrees: false,
            clock: SystemClock::new(),
        }
    }

    /// Whether every step went well and the ledger agrees.
    pub(super) fn ok(&self) -> bool {
        self.ledger_agrees && self.steps.iter().all(|step| step.ok)
    }

    /// Runs one step. `note` says for people what came of it.
    pub(super) async fn step<T>(
        &mut self,
        name: &'static str,
        work: impl Future<Output = Result<(T, String), String>>,
    ) -> Option<T> {
        progress::show(&format!("{}: {name}", self.provider));
        let start = self.clock.monotonic();
        let result = work.await;
        let ms = self.clock.monotonic().saturating_sub(start);
        let (value, error, note) = match result {
            Ok((value, note)) => (Some(value), None, note),
            Err(error) => (None, Some(error.clone()), error),
        };
        let ok = error.is_none();
        progress::told(&format!(
            "{:10} {name:20} {:>8} ms  {} {note}",
            self.provider,
            millis(ms),
            if ok { "ok    " } else { "FAILED" },
        ));
        self.steps.push(Step {
            name,
            ok,
            ms,
            error,
            note,
        });
        value
    }

    pub(super) fn ledger(&mut self, agrees: bool) {
        self.ledger_agrees = agrees;
    }
}

/// A check that is not met fails its step.
pub(super) fn ensure(holds: bool, otherwise: impl Display) -> Result<(), String> {
    if holds {
        Ok(())
    } else {
        Err(otherwise.to_string())
    }
}

pub(super) fn print_json(providers: &[ProviderReport], ok: bool) {
    #[derive(Serialize)]
    struct Report<'a> {
        providers: &'a [ProviderReport],
        ok: bool,
    }

    match serde_json::to_string(&Report { providers, ok }) {
        Ok(text) => println!("{text}"),
        Err(error) => eprintln!("the report cannot be written: {error}"),
    }
}

pub(super) fn print_table(providers: &[ProviderReport], ok: bool) {
    println!(
        "\n{:10} {:20} {:>8}  {:6} what",
        "provider", "step", "ms", "ok"
    );
    for report in providers {
        for step in &report.steps {
            println!(
                "{:10} {:20} {:>8}  {:6} {}",
                report.provider,
                step.name,
                millis(step.ms),
                if step.ok { "ok" } else { "FAILED" },
                step.note
            );
        }
        println!(
            "{:10} the sandbox's ledger {} what the client believes",
            report.provider,
            if report.ledger_agrees {
                "agrees with"
            } else {
                "DISAGREES with"
            }
        );
    }
    println!("{}", if ok { "all is well" } else { "NOT WELL" });
}
