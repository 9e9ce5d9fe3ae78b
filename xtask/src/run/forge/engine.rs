//! The run over one scheme: forge, ask the verifier, ask the oracle.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::draw::Draw;
use super::layout::{Layout, Meaning};
use super::message::{Draft, Message};
use super::mutate::Forger;
use super::oracle::{Reading, read};

/// How many tries are told of at once.
const OFTEN: u64 = 100;

/// What a message says to the merchant under its signature, where it is accepted.
pub(super) type Verify = Box<dyn Fn(&Message) -> Option<Meaning> + Send + Sync>;

/// A scheme and who verifies it.
pub(super) struct Scheme {
    pub(super) name: &'static str,
    pub(super) layout: Layout,
    pub(super) verify: Verify,
}

/// What came of a scheme.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Row {
    pub(super) scheme: &'static str,
    pub(super) tried: u64,
    pub(super) forged_accepted: u64,
    pub(super) panics: u64,
    /// What went wrong first, for people.
    #[serde(skip)]
    pub(super) first: Option<String>,
    /// An original was not accepted: then refusing the rest proves nothing.
    #[serde(skip)]
    pub(super) deaf: bool,
    /// The digest of all that was tried.
    #[serde(skip)]
    pub(super) trace: String,
}

impl Row {
    pub(super) fn ok(&self) -> bool {
        self.forged_accepted == 0 && self.panics == 0 && !self.deaf
    }

    /// What is wrong, for people.
    pub(super) fn complaints(&self) -> Vec<String> {
        let deaf = self
            .deaf
            .then_some("an original is not accepted, so that nothing is proven");
        let all = deaf.into_iter().chain(self.first.as_deref());
        all.map(|what| format!("{}: {what}", self.scheme)).collect()
    }

    /// A line of the table.
    pub(super) fn line(&self) -> String {
        let Self {
            scheme,
            tried,
            forged_accepted,
            panics,
            ..
        } = self;
        format!("{scheme:36} {tried:>9} {forged_accepted:>15} {panics:>7}")
    }
}

/// Tries so many forgeries: first what was signed and has to be refused all the same, then what was made of
/// something signed, and differs from it in at least a byte. It is forged if it is accepted and does not read
/// as something that was signed and is to be believed, or tells the merchant something else. `tell` hears how
/// many more were tried.
pub(super) fn run(scheme: &Scheme, tries: u64, seed: u64, tell: impl Fn(u64)) -> Row {
    let Scheme {
        name,
        layout,
        verify,
    } = scheme;
    let drafts = layout.signed_originals();
    let tags: Vec<String> = drafts.iter().map(|draft| draft.tag(layout)).collect();
    let sent: Vec<Message> = drafts.iter().map(|draft| draft.write(layout)).collect();
    let readings: Vec<Option<Reading>> = sent.iter().map(|it| read(layout, it)).collect();
    let believed = |number: usize| {
        let original = layout.originals.get(number);
        original.is_some_and(|original| !original.is_blurred)
    };
    let signed: HashMap<&Reading, Meaning> = (readings.iter().zip(&drafts).enumerate())
        .filter(|(number, _)| believed(*number))
        .filter_map(|(_, (reading, draft))| Some((reading.as_ref()?, layout.meaning(draft))))
        .collect();
    let said = |reading: Option<&Reading>| reading.and_then(|reading| signed.get(reading));
    // Whether the verifier takes what it has to take, as what it is.
    let hears = || {
        let mut originals = sent.iter().zip(&readings).enumerate();
        originals.all(|(number, (message, reading))| {
            let expect = said(reading.as_ref());
            match believed(number) {
                true => expect.is_some() && verify(message).as_ref() == expect,
                // It is refused for what it says, and not because nobody can read it.
                false => expect.is_none() && reading.is_some(),
            }
        })
    };
    let mut row = Row {
        scheme: name,
        deaf: sent.is_empty() || !hears(),
        ..Row::default()
    };
    let (mut draw, mut trace) = (Draw::from_seed(seed), Sha256::new());
    let (believable, blurred): (Vec<usize>, Vec<usize>) =
        (0..drafts.len()).partition(|number| believed(*number));
    let mut unchanged = blurred.iter().copied();
    while row.tried < tries {
        let as_signed = unchanged.next();
        // Most are made of what is believed, or few would be refused for what was done to them alone.
        let at = match as_signed {
            Some(at) => at,
            None if blurred.is_empty() || draw.once_in(8) => draw.below(drafts.len()),
            None => draw.pick(&believable),
        };
        let (Some(draft), Some(original)) = (drafts.get(at), sent.get(at)) else {
            break;
        };
        let (message, kinds) = match as_signed {
            Some(_) => (original.clone(), ["as it was signed", ""]),
            None => Forger::new(layout, &tags, draft, &mut draw).forge(),
        };
        if as_signed.is_none() && message == *original {
            continue;
        }
        row.tried = row.tried.saturating_add(1);
        if row.tried.is_multiple_of(OFTEN) {
            tell(OFTEN);
        }
        trace.update(&message.text);
        message.header.iter().for_each(|tag| trace.update(tag));
        let verified = catch_unwind(AssertUnwindSafe(|| verify(&message)));
        let (count, what) = match verified {
            Ok(None) => continue,
            Ok(Some(found)) => {
                if said(read(layout, &message).as_ref()) == Some(&found) {
                    continue;
                }
                (&mut row.forged_accepted, format!("was read as {found:?}"))
            }
            Err(_) => (&mut row.panics, "made the verifier panic".to_owned()),
        };
        *count = count.saturating_add(1);
        row.first
            .get_or_insert_with(|| told(kinds, draft, &message, &what));
    }
    tell(row.tried.checked_rem(OFTEN).unwrap_or(0));
    row.deaf |= !hears();
    row.trace = const_hex::encode(trace.finalize());
    row
}

fn told(kinds: [&str; 2], draft: &Draft, message: &Message, what: &str) -> String {
    let text = String::from_utf8_lossy(&message.text);
    let tags: Vec<_> = message
        .header
        .iter()
        .map(|tag| String::from_utf8_lossy(tag))
        .collect();
    let fields = draft.fields.iter();
    let original: Vec<String> = fields
        .map(|field| format!("{}={}", field.name, field.value))
        .collect();
    format!("{kinds:?} of {original:?}: {text:?} {tags:?} {what}")
}
