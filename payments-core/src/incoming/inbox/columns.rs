//! A message of the inbox as the columns of a database.

use core::net::SocketAddr;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::row::{Key, Row};
use crate::incoming::inbound::Inbound;
use crate::incoming::verified::Scope;
use crate::store::{StoreError, StoreFailure};

/// How far the clock may stand before the time of a row without having jumped back.
pub(super) const SLACK: i64 = 5_000;

/// How many rows a purge deletes in one transaction, so that others get a turn.
pub(super) const BATCH: u32 = 500;

/// The columns of a message.
pub(super) struct Stored {
    pub(super) scope: [String; 3],
    pub(super) notice: String,
    pub(super) dedupe: String,
    pub(super) reference: String,
    pub(super) method: Option<String>,
    pub(super) target: Option<String>,
    pub(super) headers: Option<Vec<u8>>,
    pub(super) body: Option<Vec<u8>>,
    pub(super) peer: Option<String>,
}

impl Stored {
    pub(super) fn row(self) -> Result<Row, StoreError> {
        let broken = |column| {
            let problem = format!("`{column}` of a row of payments_inbox cannot be read");
            StoreError::new(StoreFailure::Foreign, "reading a row", problem)
        };
        let [provider, environment, account] = self.scope;
        let scope = Scope::stored(provider, environment, account);
        let values = serde_json::from_str(&self.dedupe).map_err(|_| broken("dedupe"))?;
        let inbound = match self.method {
            None => None,
            Some(method) => {
                let method = Method::from_bytes(method.as_bytes()).map_err(|_| broken("method"))?;
                let headers = unlines(&self.headers.unwrap_or_default());
                let inbound = Inbound::new(
                    method,
                    self.target.unwrap_or_default(),
                    headers.ok_or_else(|| broken("headers"))?,
                    self.body.unwrap_or_default(),
                );
                let peer: Option<Result<SocketAddr, _>> = self.peer.map(|peer| peer.parse());
                Some(match peer.transpose().map_err(|_| broken("peer"))? {
                    Some(peer) => inbound.from_peer(peer),
                    None => inbound,
                })
            }
        };
        let key = Key::stored(scope, self.notice, values);
        Ok(Row::stored(key, self.reference, inbound))
    }
}

pub(super) fn parts(scope: &Scope) -> (&str, &str, &str) {
    (scope.provider(), scope.environment(), scope.account())
}

/// Texts as a JSON array, so that `["a/b"]` and `["a", "b"]` are two.
pub(super) fn texts(values: &[String]) -> Result<String, StoreError> {
    serde_json::to_string(values).map_err(|error| {
        let problem = "its key cannot be written";
        StoreError::new(StoreFailure::Other, "accepting a message", problem).with_source(error)
    })
}

/// Headers as lines; a value may hold any bytes but those that end a line.
pub(super) fn lines(headers: &HeaderMap) -> Vec<u8> {
    let mut lines = Vec::new();
    for (name, value) in headers {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\n"] {
            lines.extend_from_slice(part);
        }
    }
    lines
}

fn unlines(lines: &[u8]) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for line in lines
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
    {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let (name, value) = line.split_at_checked(colon)?;
        let value = value.strip_prefix(b": ")?;
        let name = HeaderName::from_bytes(name).ok()?;
        headers.append(name, HeaderValue::from_bytes(value).ok()?);
    }
    Some(headers)
}

pub(super) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
