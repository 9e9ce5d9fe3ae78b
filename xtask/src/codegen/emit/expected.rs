//! What is expected on the wire, encoded without the library that is tested.

use super::super::model::{Value, Wire};
use super::{literal, raw_literal};

/// `application/x-www-form-urlencoded`, as WHATWG's URL standard writes it.
pub(super) fn form(fields: &[(String, Value)]) -> String {
    let encode = |text: &str| {
        let mut out = String::new();
        for byte in text.bytes() {
            match byte {
                b' ' => out.push('+'),
                b'*' | b'-' | b'.' | b'_' => out.push(char::from(byte)),
                byte if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
                byte => out.push_str(&format!("%{byte:02X}")),
            }
        }
        out
    };
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| {
            let text = value.scalar().unwrap_or_default();
            format!("{}={}", encode(name), encode(&text))
        })
        .collect();
    pairs.join("&")
}

/// A path segment: all but the unreserved characters of RFC 3986 percent-encoded.
pub(super) fn percent(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The statements that read an example as it would arrive.
pub(super) fn parsed(wire: Wire, value: &Value) -> String {
    let (body, kind) = match (wire, value) {
        (Wire::Json, _) => (value.json(), "application/json"),
        (Wire::Form | Wire::Query | Wire::Nothing, Value::Object(fields)) => {
            (form(fields), "application/x-www-form-urlencoded")
        }
        (Wire::Form | Wire::Query | Wire::Nothing, _) => {
            (String::new(), "application/x-www-form-urlencoded")
        }
    };
    format!(
        "let body = {};\nlet fields = Fields::parse(body.as_bytes(), {}).unwrap();\n",
        raw_literal(&body),
        literal(kind)
    )
}

#[cfg(test)]
mod unit {
    use super::*;

    fn check(text: &str, as_form: &str, as_path: &str) {
        let field = (String::from("a"), Value::Text(text.to_owned()));
        assert_eq!(form(&[field]), format!("a={as_form}"));
        assert_eq!(percent(text), as_path);
    }

    #[test]
    fn texts_are_encoded() {
        check("a-b_c.d", "a-b_c.d", "a-b_c.d");
        check("a b&c=d/e", "a+b%26c%3Dd%2Fe", "a%20b%26c%3Dd%2Fe");
        check("~é*", "%7E%C3%A9*", "~%C3%A9%2A");
    }
}
