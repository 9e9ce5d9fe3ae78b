//! A message to be forged: its fields, and the bytes that are sent.

use super::layout::Layout;

/// How fields are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// As a form or a query.
    Form,
    /// As a JSON object.
    Json,
}

/// One field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) value: String,
    /// In JSON, without quotes.
    pub(super) bare: bool,
    /// Name and value as they are sent, where that is unusual.
    pub(super) written: Option<String>,
}

impl Field {
    pub(super) fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            ..Self::default()
        }
    }

    fn write(&self, format: Format, out: &mut String) {
        match (&self.written, format) {
            (Some(text), _) => out.push_str(text),
            (None, Format::Form) => {
                escape(&self.name, out);
                out.push('=');
                escape(&self.value, out);
            }
            (None, Format::Json) => {
                out.push_str(&quoted(&self.name));
                out.push(':');
                if self.bare {
                    out.push_str(&self.value);
                } else {
                    out.push_str(&quoted(&self.value));
                }
            }
        }
    }
}

fn escape(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A message before it is written.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) format: Format,
    pub(super) fields: Vec<Field>,
    /// The tag, where it stands in a header; none or several in some forgeries.
    pub(super) header: Vec<String>,
    /// What is signed in the place of the fields, where no field is.
    pub(super) letter: &'static str,
}

impl Draft {
    pub(super) fn tag(&self, layout: &Layout) -> String {
        let tag = match layout.tag_field {
            None => self.header.first(),
            Some(name) => {
                let mut fields = self.fields.iter();
                fields
                    .find(|field| field.name == name)
                    .map(|field| &field.value)
            }
        };
        tag.cloned().unwrap_or_default()
    }

    pub(super) fn set_tag(&mut self, layout: &Layout, tag: String) {
        match layout.tag_field {
            None => self.header = vec![tag],
            Some(name) => self.set(name, tag),
        }
    }

    /// Sets the first field of this name, or adds one.
    pub(super) fn set(&mut self, name: &str, value: String) {
        match self.fields.iter_mut().find(|field| field.name == name) {
            Some(field) => (field.value, field.written) = (value, None),
            None => self.fields.push(Field::new(name, value)),
        }
    }

    pub(super) fn write(&self, layout: &Layout) -> Message {
        let mut text = layout.prefix.to_owned();
        let (open, join, close) = match self.format {
            Format::Form => ("", "&", ""),
            Format::Json => ("{", ",", "}"),
        };
        text.push_str(open);
        for (index, field) in self.fields.iter().enumerate() {
            if index > 0 {
                text.push_str(join);
            }
            field.write(self.format, &mut text);
        }
        text.push_str(close);
        Message {
            format: self.format,
            text: text.into_bytes(),
            header: self.header.iter().cloned().map(Into::into).collect(),
        }
    }
}

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) format: Format,
    /// The body; for a GET or a link, all of it.
    pub(super) text: Vec<u8>,
    pub(super) header: Vec<Vec<u8>>,
}
