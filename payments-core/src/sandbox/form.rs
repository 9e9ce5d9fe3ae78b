//! Form fields, read strictly.

/// The fields of an `application/x-www-form-urlencoded` text, in order.
///
/// ```
/// use payments_core::sandbox::Fields;
///
/// let fields = Fields::parse(b"orderNo=A-1&productName=Caf%C3%A9+au+lait")?;
/// assert_eq!(fields.value("productName"), Some("Café au lait"));
/// assert!(Fields::parse(b"orderNo=%4").is_err());
/// # Ok::<(), payments_core::sandbox::FormError>(())
/// ```
#[derive(Clone, Default)]
pub struct Fields {
    pairs: Vec<(String, String)>,
}

/// Why a text is not form fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormError {
    /// A `%` without two hex digits after it.
    #[error("a % that is not followed by two hex digits")]
    Percent,
    /// Bytes that are not UTF-8.
    #[error("bytes that are not UTF-8")]
    Utf8,
    /// A pair without a name, or nothing between two `&`.
    #[error("a field without a name")]
    NoName,
    /// A byte that may not stand unescaped, such as a control character.
    #[error("a byte that must be escaped")]
    Unescaped,
}

impl Fields {
    /// Reads a body or a query.
    ///
    /// # Errors
    ///
    /// Where a browser would guess, this refuses.
    pub fn parse(text: &[u8]) -> Result<Self, FormError> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let pairs = text
            .split(|&byte| byte == b'&')
            .map(|pair| {
                let mut halves = pair.splitn(2, |&byte| byte == b'=');
                let name = decode(halves.next().unwrap_or_default())?;
                let value = decode(halves.next().unwrap_or_default())?;
                if name.is_empty() {
                    return Err(FormError::NoName);
                }
                Ok((name, value))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { pairs })
    }

    /// The value of the first field of that name.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|(candidate, _)| *candidate == name)
            .map(|(_, value)| value)
    }

    /// A name that stands twice, if there is one.
    #[must_use]
    pub fn repeated(&self) -> Option<&str> {
        self.iter().enumerate().find_map(|(index, (name, _))| {
            self.iter()
                .take(index)
                .any(|(earlier, _)| earlier == name)
                .then_some(name)
        })
    }

    /// Names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Names only: values may be secrets or personal.
impl std::fmt::Debug for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.iter().map(|(name, _)| name))
            .finish()
    }
}

/// Writes form fields.
///
/// ```
/// use payments_core::sandbox::encode_form;
///
/// assert_eq!(encode_form(&[("a", "1 & 2"), ("b", "é")]), "a=1+%26+2&b=%C3%A9");
/// ```
#[must_use]
pub fn encode_form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// The address with these pairs after those that its query has, and before its fragment.
///
/// ```
/// use payments_core::sandbox::with_query;
///
/// let shop = with_query("https://shop.example/back?a=1#top", &[("b", "2")]);
/// assert_eq!(shop, "https://shop.example/back?a=1&b=2#top");
/// assert_eq!(with_query("https://shop.example", &[("b", "2")]), "https://shop.example?b=2");
/// ```
#[must_use]
pub fn with_query(url: &str, pairs: &[(&str, &str)]) -> String {
    let end = url.find('#').unwrap_or(url.len());
    let (page, fragment) = url.split_at(end);
    let joint = if page.contains('?') { '&' } else { '?' };
    format!("{page}{joint}{}{fragment}", encode_form(pairs))
}

fn decode(text: &[u8]) -> Result<String, FormError> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.iter();
    while let Some(&byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let high = hex_digit(bytes.next())?;
                let low = hex_digit(bytes.next())?;
                (high << 4) | low
            }
            0..=0x20 | 0x7f => return Err(FormError::Unescaped),
            other => other,
        });
    }
    String::from_utf8(decoded).map_err(|_| FormError::Utf8)
}

fn hex_digit(byte: Option<&u8>) -> Result<u8, FormError> {
    byte.and_then(|&byte| char::from(byte).to_digit(16))
        .and_then(|digit| u8::try_from(digit).ok())
        .ok_or(FormError::Percent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &[u8], expect: Result<&[(&str, &str)], FormError>) {
        let got = Fields::parse(text);
        match expect {
            Ok(pairs) => assert_eq!(got.unwrap().iter().collect::<Vec<_>>(), pairs),
            Err(error) => assert_eq!(got.unwrap_err(), error),
        }
    }

    #[test]
    fn reads_what_is_well_formed() {
        check(b"", Ok(&[]));
        check(b"a=1&b=&c", Ok(&[("a", "1"), ("b", ""), ("c", "")]));
        check(b"a=1=2&%26=%2b", Ok(&[("a", "1=2"), ("&", "+")]));
    }

    #[test]
    fn refuses_the_rest() {
        check(b"a=%", Err(FormError::Percent));
        check(b"a=%4", Err(FormError::Percent));
        check(b"a=%zz", Err(FormError::Percent));
        check(b"a=%+1", Err(FormError::Percent));
        check(b"a=%ff", Err(FormError::Utf8));
        check(b"a=\xff", Err(FormError::Utf8));
        check(b"a=1&&b=2", Err(FormError::NoName));
        check(b"=1", Err(FormError::NoName));
        check(b"a=1\n", Err(FormError::Unescaped));
    }

    #[test]
    fn finds_what_stands_twice() {
        assert_eq!(
            Fields::parse(b"a=1&b=2&%61=3").unwrap().repeated(),
            Some("a")
        );
        assert_eq!(Fields::parse(b"a=1&A=2").unwrap().repeated(), None);
    }

    #[test]
    fn shows_no_values() {
        let fields = Fields::parse(b"clientSecret=hunter2").unwrap();
        assert_eq!(format!("{fields:?}"), r#"["clientSecret"]"#);
    }
}
