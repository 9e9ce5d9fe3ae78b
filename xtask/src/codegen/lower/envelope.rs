//! What stands around messages.

use super::super::load::raw;
use super::super::model::{Codes, Envelope, EnvelopeKind};
use super::Lowering;

impl<'a> Lowering<'a> {
    pub(super) fn envelopes(&mut self, codes: &[Codes]) -> Vec<Envelope> {
        let mut envelopes = Vec::new();
        for (name, raw) in self.raw.components.envelopes.iter() {
            let kind = match (&raw.success, &raw.code, &raw.message) {
                (Some(success), _, _) => EnvelopeKind::Reply {
                    field: success.field.value.clone(),
                    equals: self.value(&success.equals).json(),
                },
                (None, None, None) => EnvelopeKind::Request,
                (None, _, _) => EnvelopeKind::Refusal,
            };
            if kind == EnvelopeKind::Request && raw.data.is_none() {
                self.problems.add(
                    name.referenced,
                    format!("the envelope `{}` says nothing", name.value),
                    "give it `success` and more for replies, `code` or `message` for refusals, `data` for requests",
                );
            }
            if let (EnvelopeKind::Refusal, Some(data)) = (&kind, &raw.data) {
                self.problems.add(
                    data.referenced,
                    "a refusal carries no message",
                    "take `data` out, or add `success`",
                );
            }
            envelopes.push(Envelope {
                name: name.value.clone(),
                doc: raw.description.trim().to_owned(),
                kind,
                code: raw.code.as_ref().map(|name| name.value.clone()),
                message: raw.message.as_ref().map(|name| name.value.clone()),
                data: raw.data.as_ref().map(|name| name.value.clone()),
                others: raw.others.iter().map(|name| name.value.clone()).collect(),
                codes: self.codes_of(raw, codes),
                refused: Vec::new(),
            });
        }
        envelopes
    }

    fn codes_of(&mut self, raw: &'a raw::Envelope, codes: &[Codes]) -> Option<String> {
        let name = raw.codes.as_ref()?;
        if !codes.iter().any(|known| known.name == name.value) {
            let known: Vec<&str> = codes.iter().map(|codes| codes.name.as_str()).collect();
            self.problems.unknown_name(name, "schema of codes", &known);
            return None;
        }
        Some(name.value.clone())
    }
}
