//! What stands around messages.

use serde_saphyr::Spanned;

use super::super::load::node::{Node, Value};
use super::super::load::raw::{self, Statuses};
use super::super::model::{Codes, Envelope, EnvelopeKind, Success, Verdict};
use super::Lowering;

impl<'a> Lowering<'a> {
    pub(super) fn envelopes(&mut self, codes: &[Codes]) -> Vec<Envelope> {
        let mut envelopes = Vec::new();
        for (name, raw) in self.raw.components.envelopes.iter() {
            let message = self.message_names(raw.message.as_ref());
            let statuses = raw.statuses.as_ref().map(|statuses| statuses.value);
            let is = |wanted| statuses == Some(wanted);
            let kind = match (&raw.success, &raw.code, message.is_empty()) {
                (Some(success), _, _) => EnvelopeKind::Reply {
                    success: self.verdict_on(success),
                    inner: raw
                        .inner
                        .as_ref()
                        .map(|inner| self.inner(inner, raw, codes)),
                    any_status: is(Statuses::Any),
                    failed_beside_4xx: is(Statuses::Failures),
                },
                (None, None, true) => EnvelopeKind::Request,
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
            if let (None, Some(at)) = (&raw.success, raw.only_of_replies()) {
                self.problems.add(
                    at,
                    format!("the envelope `{}` is not one of replies", name.value),
                    "add `success`, or take `inner` and `statuses` out",
                );
            }
            envelopes.push(Envelope {
                name: name.value.clone(),
                doc: raw.description.trim().to_owned(),
                kind,
                code: raw.code.as_ref().map(|name| name.value.clone()),
                message,
                data: raw.data.as_ref().map(|name| name.value.clone()),
                others: raw.others.iter().map(|name| name.value.clone()).collect(),
                codes: self.codes_of(raw.codes.as_ref(), codes),
                refused: Vec::new(),
            });
        }
        envelopes
    }

    /// The verdict inside the data.
    fn inner(
        &mut self,
        inner: &'a Spanned<raw::Inner>,
        around: &raw::Envelope,
        codes: &[Codes],
    ) -> Verdict {
        if around.data.is_none() {
            self.problems.add(
                inner.referenced,
                "there is nothing that the second verdict could be in",
                "add `data:` with the field of the message",
            );
        }
        let inner = &inner.value;
        Verdict {
            success: self.verdict_on(&inner.success),
            code: inner.code.as_ref().map(|name| name.value.clone()),
            message: self.message_names(inner.message.as_ref()),
            codes: self.codes_of(inner.codes.as_ref(), codes),
        }
    }

    fn verdict_on(&mut self, raw: &'a raw::Success) -> Success {
        let field = raw.field.value.clone();
        let (values, except) = match (&raw.equals, &raw.except) {
            (Some(value), None) => (vec![self.value(value)], false),
            (None, Some(values)) => {
                let values = values.value.iter().map(|value| self.value(value));
                (values.collect(), true)
            }
            (Some(_), Some(_)) | (None, None) => {
                self.problems.add(
                    raw.field.referenced,
                    format!("it is not clear when `{field}` says success"),
                    "write `equals:` with the value of a success, or `except:` with a list of all others",
                );
                return Success {
                    field,
                    values: Vec::new(),
                    except: false,
                };
            }
        };
        let is_integer = |value: &Value| match value {
            Value::Number(digits) => digits.parse::<i64>().is_ok(),
            Value::Null | Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Object(_) => {
                false
            }
        };
        let is_text = |value: &Value| matches!(value, Value::Text(text) if !text.trim().is_empty());
        let same = values.iter().all(is_integer) || values.iter().all(is_text);
        let truth = !except && matches!(values.as_slice(), [Value::Bool(_)]);
        if values.is_empty() || !(same || truth) {
            self.problems.add(
                raw.except
                    .as_ref()
                    .map(|values| values.referenced)
                    .or_else(|| raw.equals.as_ref().map(|value| value.referenced))
                    .unwrap_or(raw.field.referenced),
                format!("these are no values that `{field}` can be compared with"),
                "write texts, or integers; `equals` may be true or false too",
            );
        }
        Success {
            field,
            values,
            except,
        }
    }

    /// One name, or several in the order in which they are looked at.
    fn message_names(&mut self, raw: Option<&'a Spanned<Node>>) -> Vec<String> {
        let Some(raw) = raw else {
            return Vec::new();
        };
        let mut names = Vec::new();
        match &raw.value {
            Node::Text(name) => names.push(name.clone()),
            Node::List(items) => {
                for item in items {
                    if let Node::Text(name) = &item.value {
                        names.push(name.clone());
                    }
                }
                if names.len() != items.len() {
                    names.clear();
                }
            }
            Node::Null | Node::Bool(_) | Node::Number | Node::Map(_) => {}
        }
        if names.is_empty() {
            self.problems.add(
                raw.referenced,
                "nothing says where the text is",
                "write the name of a field, or a list of names",
            );
        }
        names
    }

    fn codes_of(&mut self, name: Option<&'a Spanned<String>>, codes: &[Codes]) -> Option<String> {
        let name = name?;
        if !codes.iter().any(|known| known.name == name.value) {
            let known: Vec<&str> = codes.iter().map(|codes| codes.name.as_str()).collect();
            self.problems.unknown_name(name, "schema of codes", &known);
            return None;
        }
        Some(name.value.clone())
    }
}
