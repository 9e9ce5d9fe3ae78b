//! The run over one scheme: forge, ask the verifier, ask the oracle.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::layout::Layout;
use super::message::{Draft, Message};
use super::mutate::mutate;
use super::oracle::{Meaning, read, same};
use super::random::Random;

/// What it says under its signature, where it is accepted.
pub(super) type Verify = Box<dyn FnMut(&Message) -> Option<Meaning> + Send>;

/// A scheme and who verifies it.
pub(super) struct Scheme {
    pub(super) name: &'static str,
    /// Tried less often, because it takes milliseconds.
    pub(super) slow: bool,
    pub(super) layout: Layout,
    pub(super) verify: Verify,
}

/// After how many forgeries the originals are verified again.
const AGAIN: u64 = 16;

/// What came of a scheme.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Row {
    pub(super) scheme: &'static str,
    pub(super) tried: u64,
    pub(super) forged_accepted: u64,
    pub(super) panics: u64,
    /// Forgeries that say the same as the original.
    #[serde(skip)]
    pub(super) same: u64,
    /// How often an original was not accepted: then refusing the rest proves nothing.
    #[serde(skip)]
    pub(super) refused: u64,
    /// The first forgery that was accepted, for people.
    #[serde(skip)]
    pub(super) first: Option<String>,
    /// The digest of all that was tried.
    #[serde(skip)]
    pub(super) trace: String,
}

impl Row {
    pub(super) fn ok(&self) -> bool {
        self.forged_accepted == 0 && self.panics == 0 && self.refused == 0 && self.tried > 0
    }
}

/// A message that is validly signed.
struct Base {
    draft: Draft,
    message: Message,
    reading: (Meaning, String),
    holds: bool,
}

/// Tries so many forgeries.
pub(super) fn run(scheme: &mut Scheme, callbacks: u64, seed: u64) -> Row {
    let Scheme { name, slow, layout, verify } = scheme;
    let tries = if *slow { (callbacks / 50).max(200) } else { callbacks };
    let mut row = Row { scheme: name, ..Row::default() };
    let (mut draw, mut trace) = (Random::from_seed(seed), Sha256::new());
    let bases: Vec<Base> = layout.originals.iter().filter_map(|original| {
        let draft = layout.signed(original);
        let message = draft.write(layout);
        let reading = read(layout, &message)?;
        Some(Base { draft, message, reading, holds: original.holds })
    }).collect();
    if bases.len() != layout.originals.len() {
        row.refused = 1;
    }
    for number in 0..tries {
        if number.checked_rem(AGAIN) == Some(0) {
            for base in bases.iter().filter(|base| base.holds) {
                if verify(&base.message).as_ref() != Some(&base.reading.0) {
                    row.refused = row.refused.saturating_add(1);
                }
            }
        }
        let Some(base) = bases.get(draw.below(bases.len())) else {
            continue;
        };
        let (message, kinds) = mutate(layout, &base.draft, &mut draw);
        trace.update(&message.text);
        message.header.iter().for_each(|tag| trace.update(tag));
        row.tried = row.tried.saturating_add(1);
        let is_same = same(layout, &base.reading, &message);
        row.same = row.same.saturating_add(u64::from(is_same));
        match catch_unwind(AssertUnwindSafe(|| verify(&message))) {
            Ok(None) => {}
            Ok(Some(found)) if is_same && found == base.reading.0 => {}
            Ok(Some(found)) => {
                row.forged_accepted = row.forged_accepted.saturating_add(1);
                row.first.get_or_insert_with(|| told(kinds, &message, &found));
            }
            Err(_) => row.panics = row.panics.saturating_add(1),
        }
    }
    row.trace = const_hex::encode(trace.finalize());
    row
}

fn told(kinds: [&str; 2], message: &Message, found: &Meaning) -> String {
    let text = String::from_utf8_lossy(&message.text);
    format!("by {kinds:?}: {text} was read as {found:?}")
}
