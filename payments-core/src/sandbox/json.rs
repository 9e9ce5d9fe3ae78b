//! JSON written as text, so that a number is exactly the digits it was given.

/// A JSON object, written field by field in the order given.
///
/// ```
/// use payments_core::sandbox::{JsonNumber, JsonObject};
///
/// let amount = JsonNumber::parse("100.50").ok_or("not a number")?;
/// let object = JsonObject::new()
///     .text("orderNo", "A-\"1\"")
///     .number("amount", &amount)
///     .boolean("success", true);
/// assert_eq!(object.finish(), r#"{"orderNo":"A-\"1\"","amount":100.50,"success":true}"#);
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct JsonObject {
    fields: String,
}

impl JsonObject {
    /// An object without fields.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            fields: String::new(),
        }
    }

    /// Adds a string.
    #[must_use]
    pub fn text(self, name: &str, value: &str) -> Self {
        self.raw(name, |out| write_text(out, value))
    }

    /// Adds a number, digit for digit.
    #[must_use]
    pub fn number(self, name: &str, value: &JsonNumber) -> Self {
        self.raw(name, |out| out.push_str(&value.text))
    }

    /// Adds a whole number.
    #[must_use]
    pub fn integer(self, name: &str, value: u64) -> Self {
        self.raw(name, |out| out.push_str(&value.to_string()))
    }

    /// Adds `true` or `false`.
    #[must_use]
    pub fn boolean(self, name: &str, value: bool) -> Self {
        self.raw(name, |out| {
            out.push_str(if value { "true" } else { "false" });
        })
    }

    /// Adds `null`.
    #[must_use]
    pub fn null(self, name: &str) -> Self {
        self.raw(name, |out| out.push_str("null"))
    }

    /// Adds an object.
    #[must_use]
    pub fn object(self, name: &str, value: Self) -> Self {
        self.raw(name, |out| out.push_str(&value.finish()))
    }

    /// Adds a list of objects.
    #[must_use]
    pub fn objects(self, name: &str, values: impl IntoIterator<Item = Self>) -> Self {
        self.raw(name, |out| {
            write_list(out, values, |out, value| out.push_str(&value.finish()));
        })
    }

    /// Adds a list of strings.
    #[must_use]
    pub fn texts<'a>(self, name: &str, values: impl IntoIterator<Item = &'a str>) -> Self {
        self.raw(name, |out| write_list(out, values, write_text))
    }

    /// The text of the object.
    #[must_use]
    pub fn finish(self) -> String {
        format!("{{{}}}", self.fields)
    }

    fn raw(mut self, name: &str, write: impl FnOnce(&mut String)) -> Self {
        if !self.fields.is_empty() {
            self.fields.push(',');
        }
        write_text(&mut self.fields, name);
        self.fields.push(':');
        write(&mut self.fields);
        self
    }
}

/// The text of a JSON number: never a float.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonNumber {
    text: String,
}

impl JsonNumber {
    /// Takes plain decimals only: `-?(0|[1-9][0-9]*)(.[0-9]+)?`, no exponent.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = match digits.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (digits, None),
        };
        let all_digits =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let plain = all_digits(whole)
            && (whole == "0" || !whole.starts_with('0'))
            && fraction.is_none_or(all_digits);
        plain.then(|| Self {
            text: text.to_owned(),
        })
    }
}

fn write_list<T>(
    out: &mut String,
    values: impl IntoIterator<Item = T>,
    write: impl Fn(&mut String, T),
) {
    out.push('[');
    for (index, value) in values.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(out, value);
    }
    out.push(']');
}

fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\u{0}'..='\u{1f}' | '\u{7f}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_serde_json_reads() {
        let text = JsonObject::new()
            .text("nasty", "\u{0}\"\\\n\u{1f}é🦀</script>")
            .objects("list", [JsonObject::new().null("a"), JsonObject::new()])
            .texts("names", ["x", "y"])
            .object("inner", JsonObject::new().integer("n", u64::MAX))
            .finish();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["nasty"], "\u{0}\"\\\n\u{1f}é🦀</script>");
        assert_eq!(value["list"].as_array().unwrap().len(), 2);
        assert_eq!(value["names"][1], "y");
        assert_eq!(value["inner"]["n"], u64::MAX);
    }

    #[test]
    fn takes_plain_numbers_only() {
        for good in ["0", "0.50", "100", "100.00", "-1.5", "90071992547409930.01"] {
            let number = JsonNumber::parse(good).unwrap();
            assert_eq!(
                JsonObject::new().number("n", &number).finish(),
                format!("{{\"n\":{good}}}")
            );
        }
        for bad in [
            "", "-", "01", "1.", ".5", "1e2", "+1", "1,0", "1.2.3", "NaN", " 1", "１",
        ] {
            assert_eq!(JsonNumber::parse(bad), None, "{bad}");
        }
    }
}
