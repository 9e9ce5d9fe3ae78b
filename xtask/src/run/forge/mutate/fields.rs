//! Forgeries of what the fields are.

use super::super::layout::Canonical;
use super::super::message::Field;
use super::Forger;

impl Forger<'_> {
    /// Two neighbours, and what joins them moved from one to the other.
    pub(super) fn moved(&mut self) {
        let values = self.layout.meaning(&self.draft).0;
        let at = self.draw.below(values.len().saturating_sub(1));
        let Some([(first, left), (second, right)]) = values.get(at..).and_then(<[_]>::first_chunk)
        else {
            return;
        };
        let joint = match self.layout.canonical {
            Canonical::Joined(with) => with.to_owned(),
            Canonical::Pairs(_) | Canonical::SecretFirst | Canonical::Letter => {
                format!("&{second}=")
            }
        };
        let whole = format!("{left}{joint}{right}");
        let bare = format!("{left}{right}");
        let (left, right) = match self.draw.below(5) {
            0 => (whole, None),
            1 => (whole, Some(String::new())),
            2 => (String::new(), Some(whole)),
            3 => {
                let (left, right) = bare.split_at(self.draw.cut(&bare));
                (left.to_owned(), Some(right.to_owned()))
            }
            _ => {
                let (over, rest) = right.split_at(self.draw.cut(right));
                (format!("{left}{joint}{over}"), Some(rest.to_owned()))
            }
        };
        self.draft.set(first, left);
        match right {
            Some(right) => self.draft.set(second, right),
            None => self.draft.fields.retain(|field| field.name != *second),
        }
    }

    /// The same signed text, taken apart in another way.
    pub(super) fn split(&mut self) {
        let canonical = self.layout.canonical;
        let values = self.layout.meaning(&self.draft).0;
        let (joint, signed) = match canonical {
            Canonical::Joined("") | Canonical::Letter => return,
            Canonical::Joined(with) => (with, values.as_slice()),
            Canonical::Pairs(_) => ("&", values.as_slice()),
            // Without the path.
            Canonical::SecretFirst => ("&", values.get(1..).unwrap_or_default()),
        };
        let named = !matches!(canonical, Canonical::Joined(_));
        let in_order = !matches!(canonical, Canonical::SecretFirst);
        let texts = signed.iter().map(|(name, value)| match named {
            true => format!("{name}={value}"),
            false => value.clone(),
        });
        let whole = texts.collect::<Vec<_>>().join(joint);
        let mut found: Vec<Field> = Vec::new();
        for part in whole.split(joint) {
            let next = signed.get(found.len()).map(|(name, _)| name.as_str());
            let (name, value) = match part.split_once('=').filter(|_| named) {
                Some((name, value)) if !in_order || next == Some(name) => (Some(name), value),
                _ => (next.filter(|_| !named), part),
            };
            let name = name.filter(|_| found.is_empty() || !self.draw.once_in(8));
            match (name, found.last_mut()) {
                (Some(name), _) => found.push(Field::new(name, value)),
                (None, Some(last)) => {
                    last.value.push_str(joint);
                    last.value.push_str(part);
                }
                (None, None) => return,
            }
        }
        if in_order {
            for Field { name, value, .. } in found {
                self.draft.set(&name, value);
            }
        } else {
            self.draft.fields = found;
        }
    }

    pub(super) fn doubled(&mut self) {
        let at = self.draw.below(self.draft.fields.len());
        let Some(mut again) = self.draft.fields.get(at).cloned() else {
            return;
        };
        match self.draw.below(4) {
            0 => {}
            1 => again.value = self.draw.pick(&["", "0", "success", "x"]).to_owned(),
            2 => again.value.push('0'),
            _ => {
                let names = [again.name.to_uppercase(), format!("{}[]", again.name)];
                again.name = self.draw.pick(&names);
            }
        }
        let at = self.draw.below(self.draft.fields.len().saturating_add(1));
        self.draft.fields.insert(at, again);
        let header = self.draft.header.first().filter(|_| self.draw.once_in(4));
        self.draft.header.extend(header.cloned());
    }

    pub(super) fn left_out(&mut self) {
        let at = self.draw.below(self.draft.fields.len().saturating_add(1));
        if at < self.draft.fields.len() {
            self.draft.fields.remove(at);
        } else {
            self.draft.header.clear();
        }
    }

    pub(super) fn changed(&mut self) {
        let fields = self.draft.fields.iter();
        let values: Vec<String> = fields.map(|field| field.value.clone()).collect();
        self.rewrite(|text, draw| match draw.below(5) {
            0 => draw
                .pick(&["", "0", "1", "9000", "success", "failed", "true"])
                .to_owned(),
            1 => draw.pick(&values),
            2 => format!("{text}0"),
            3 => text.chars().rev().collect(),
            _ => draw.number().to_string(),
        });
    }
}
