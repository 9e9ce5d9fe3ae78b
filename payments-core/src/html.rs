//! Text in pages.

/// The text as it stands in HTML, in an element or in an attribute.
///
/// ```
/// use payments_core::html::escape;
///
/// assert_eq!(escape("A&B <\"b\">"), "A&amp;B &lt;&quot;b&quot;&gt;");
/// ```
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
