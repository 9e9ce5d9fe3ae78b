//! A message to be forged: its fields, and the bytes that are sent.

use super::layout::{Layout, Place};

/// How fields are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Format {
    /// As a form or a query, behind this.
    #[default]
    Form,
    /// As a JSON object.
    Json,
}

/// One field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) name: String,
    pub(super) value: String,
    /// In JSON, without quotes.
    pub(super) bare: bool,
    /// Name and value as they are sent, where that is unusual.
    pub(super) written: Option<Vec<u8>>,
}

impl Cell {
    pub(super) fn new(name: &str, value: &str) -> Self {
        Self {
            name: name.to_owned(),
            value: value.to_owned(),
            ..Self::default()
        }
    }

    fn write(&self, format: Format, out: &mut Vec<u8>) {
        match (&self.written, format) {
            (Some(bytes), _) => out.extend_from_slice(bytes),
            (None, Format::Form) => {
                escape(&self.name, out);
                out.push(b'=');
                escape(&self.value, out);
            }
            (None, Format::Json) => {
                quote(&self.name, out);
                out.push(b':');
                if self.bare {
                    out.extend_from_slice(self.value.as_bytes());
                } else {
                    quote(&self.value, out);
                }
            }
        }
    }
}

fn escape(text: &str, out: &mut Vec<u8>) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(byte);
        } else {
            out.extend_from_slice(format!("%{byte:02X}").as_bytes());
        }
    }
}

fn quote(text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(serde_json::Value::from(text).to_string().as_bytes());
}

/// A message before it is written.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) format: Format,
    pub(super) cells: Vec<Cell>,
    /// Tags in the header.
    pub(super) header: Vec<String>,
}

impl Draft {
    /// Sets the tag where the layout wants it.
    pub(super) fn set_tag(&mut self, layout: &Layout, tag: String) {
        match layout.place {
            Place::Header => self.header = vec![tag],
            Place::Field(name) => match self.cells.iter_mut().find(|cell| cell.name == name) {
                Some(cell) => (cell.value, cell.written) = (tag, None),
                None => self.cells.push(Cell::new(name, &tag)),
            },
        }
    }

    pub(super) fn tag(&self, layout: &Layout) -> String {
        let tag = match layout.place {
            Place::Header => self.header.first(),
            Place::Field(name) => self.cells.iter().find(|cell| cell.name == name).map(|c| &c.value),
        };
        tag.cloned().unwrap_or_default()
    }

    pub(super) fn write(&self, layout: &Layout) -> Message {
        let mut text = layout.prefix.as_bytes().to_vec();
        let (open, join, close) = match self.format {
            Format::Form => ("", "&", ""),
            Format::Json => ("{", ",", "}"),
        };
        text.extend_from_slice(open.as_bytes());
        for (index, cell) in self.cells.iter().enumerate() {
            if index > 0 {
                text.extend_from_slice(join.as_bytes());
            }
            cell.write(self.format, &mut text);
        }
        text.extend_from_slice(close.as_bytes());
        Message {
            format: self.format,
            text,
            header: self.header.iter().map(|tag| tag.as_bytes().to_vec()).collect(),
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

impl Message {
    /// A query or a link, which is text.
    pub(super) fn target(&self) -> Option<&str> {
        std::str::from_utf8(&self.text).ok()
    }
}
