//! A message as somebody received it, pasted or taken from what a sandbox sent.

use payments_core::http::{HeaderMap, HeaderName, HeaderValue, Method};
use payments_core::incoming::Inbound;
use payments_core::sandbox::Delivery;

/// Target, headers and body, each as text.
#[derive(Clone, Default)]
pub(super) struct Received {
    /// The path with its query, an address, or a link.
    pub(super) target: String,
    /// A header a line.
    pub(super) headers: String,
    pub(super) body: String,
}

impl Received {
    /// What a sandbox sent.
    pub(super) fn from(delivery: &Delivery) -> Self {
        let headers = delivery.headers();
        let headers = headers.map(|(name, value)| format!("{name}: {value}\n"));
        Self {
            target: delivery.url().to_owned(),
            headers: headers.collect(),
            body: String::from_utf8_lossy(delivery.body()).into_owned(),
        }
    }

    /// Path and query, of an address too.
    pub(super) fn path_and_query(&self) -> &str {
        let target = self.target.trim();
        let rest = target.split_once("://").map(|(_, rest)| rest);
        match rest {
            Some(rest) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/"),
            None if target.is_empty() => "/",
            None => target,
        }
    }

    /// The same as a receiver takes it. What an editor adds at the end of the body is left out.
    ///
    /// # Errors
    /// A line of the headers that is none.
    pub(super) fn inbound(&self, method: Method) -> Result<Inbound, String> {
        let mut headers = HeaderMap::new();
        for line in self
            .headers
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
        {
            let wrong = || format!("not a header: {line:?} should be a name, a colon and a value");
            let (name, value) = line.split_once(':').ok_or_else(wrong)?;
            let name: HeaderName = name.trim().parse().map_err(|_| wrong())?;
            let value = HeaderValue::from_str(value.trim()).map_err(|_| wrong())?;
            headers.append(name, value);
        }
        let body = self.body.trim_end_matches(['\r', '\n']).to_owned();
        Ok(Inbound::new(method, self.path_and_query(), headers, body))
    }

    /// The only header of that name, in any case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let pairs = self.headers.lines().filter_map(|line| line.split_once(':'));
        let mut values = pairs.filter(|(known, _)| known.trim().eq_ignore_ascii_case(name));
        match (values.next(), values.next()) {
            (Some((_, value)), None) => Some(value.trim()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_paste() {
        let received = Received {
            target: " https://shop.example/hook?a=1 ".to_owned(),
            headers: "Signature: abc\r\n\r\ncontent-type:text/plain\n".to_owned(),
            body: "a=1\r\n".to_owned(),
        };
        let inbound = received.inbound(Method::POST).unwrap();
        assert_eq!(inbound.path_and_query(), "/hook?a=1");
        assert_eq!(inbound.headers()["signature"], "abc");
        assert_eq!(inbound.body(), "a=1".as_bytes());
        assert_eq!(received.header("SIGNATURE"), Some("abc"));
        let bad = Received {
            headers: "no colon".to_owned(),
            ..Received::default()
        };
        assert!(bad.inbound(Method::POST).unwrap_err().contains("no colon"));
        assert_eq!(bad.path_and_query(), "/");
    }
}
