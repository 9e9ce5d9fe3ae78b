//! One forged message out of a signed one.

mod fields;
mod spelling;
mod tags;

use super::draw::Draw;
use super::layout::Layout;
use super::message::{Draft, Message};

/// A kind of forgery, and what is done to the message.
type Kind = (&'static str, fn(&mut Forger<'_>));

const KINDS: [Kind; 18] = [
    ("bit flip", |_| {}),
    ("moved separator", |it| it.moved()),
    ("split elsewhere", |it| it.split()),
    ("doubled key", |it| it.doubled()),
    ("field left out", |it| it.left_out()),
    ("another value", |it| it.changed()),
    ("case", |it| it.case()),
    ("white space or control character", |it| it.inserted()),
    ("percent-encoding or escape", |it| it.respelt()),
    ("number form", |it| it.number()),
    ("look-alike letter", |it| it.look_alike()),
    ("truncated tag", |it| it.truncated()),
    ("extended tag", |it| it.extended()),
    ("tag in another form", |it| it.reformed()),
    ("length extension", |it| it.lengthened()),
    ("another tenant's key", |it| it.other_key()),
    ("empty key", |it| it.empty_key()),
    ("another message's tag", |it| it.other_tag()),
];

/// Somebody who knows the document of a scheme and messages that were signed, and has no key of theirs.
pub(super) struct Forger<'a> {
    layout: &'a Layout,
    /// The tags of all that was signed.
    tags: &'a [String],
    draft: Draft,
    draw: &'a mut Draw,
}

impl<'a> Forger<'a> {
    pub(super) fn new(
        layout: &'a Layout,
        tags: &'a [String],
        signed: &Draft,
        draw: &'a mut Draw,
    ) -> Self {
        Self {
            layout,
            tags,
            draft: signed.clone(),
            draw,
        }
    }

    /// Forges it in one way or in two, and says which.
    pub(super) fn forge(mut self) -> (Message, [&'static str; 2]) {
        if let Some(name) = self.layout.fresh.filter(|_| !self.draw.once_in(8)) {
            let value = format!("attempt-{}", self.draw.number());
            self.draft.set(name, value);
        }
        let mut kinds = [""; 2];
        let ways = if self.draw.once_in(4) { 2 } else { 1 };
        for kind in kinds.iter_mut().take(ways) {
            if let Some((name, forge)) = KINDS.get(self.draw.below(KINDS.len())) {
                forge(&mut self);
                *kind = name;
            }
        }
        let mut message = self.draft.write(self.layout);
        if kinds.contains(&"bit flip") {
            let header = message.header.first_mut();
            let header = header.filter(|_| self.draw.once_in(3));
            let bytes = header.unwrap_or(&mut message.text);
            let at = self.draw.below(bytes.len());
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= self.draw.pick(&[1, 2, 4, 8, 16, 32, 64, 128]);
            }
        }
        (message, kinds)
    }

    /// Rewrites a value, a name or a tag.
    fn rewrite(&mut self, change: impl FnOnce(&str, &mut Draw) -> String) {
        let Self {
            layout,
            draft,
            draw,
            ..
        } = self;
        let header = draft.header.first_mut();
        let header = header.filter(|_| layout.tag_field.is_none() && draw.once_in(4));
        let text = header.or_else(|| {
            let at = draw.below(draft.fields.len());
            let field = draft.fields.get_mut(at)?;
            Some(if draw.once_in(6) {
                &mut field.name
            } else {
                &mut field.value
            })
        });
        if let Some(text) = text {
            *text = change(text, draw);
        }
    }
}
