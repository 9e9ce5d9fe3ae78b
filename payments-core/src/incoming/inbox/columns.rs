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

/// What of a row cannot be read.
pub(super) struct Unreadable {
    pub(super) column: &'static str,
}

impl Unreadable {
    /// For people, in the list of what was set aside.
    pub(super) fn why(&self) -> String {
        format!("{} cannot be read by this version", self.column)
    }
}

impl Stored {
    pub(super) fn row(self) -> Result<Row, Unreadable> {
        let (row, unreadable) = self.row_at_best();
        unreadable.map_or(Ok(row), Err)
    }

    /// The row as far as it can be read, without its request where that cannot be, and what cannot.
    pub(super) fn row_at_best(self) -> (Row, Option<Unreadable>) {
        let [provider, environment, account] = self.scope;
        let scope = Scope::stored(provider, environment, account);
        let inbound = match self.method {
            None => Ok(None),
            Some(method) => request(
                &method,
                self.target.unwrap_or_default(),
                &self.headers.unwrap_or_default(),
                self.body.unwrap_or_default(),
                self.peer.as_deref(),
            )
            .map(Some),
        };
        let (inbound, column) = match inbound {
            Ok(inbound) => (inbound, None),
            Err(column) => (None, Some(column)),
        };
        let (key, column) = match serde_json::from_str(&self.dedupe) {
            Ok(values) => (Key::stored(scope, self.notice, values), column),
            Err(_) => {
                let key = Key::unreadable(scope, self.notice, self.dedupe);
                (key, Some("`dedupe`"))
            }
        };
        let unreadable = column.map(|column| Unreadable { column });
        (Row::stored(key, self.reference, inbound), unreadable)
    }
}

/// The request, or the column that cannot be read.
fn request(
    method: &str,
    target: String,
    headers: &[u8],
    body: Vec<u8>,
    peer: Option<&str>,
) -> Result<Inbound, &'static str> {
    let method = Method::from_bytes(method.as_bytes()).map_err(|_| "`method`")?;
    let headers = unlines(headers).ok_or("`headers`")?;
    let inbound = Inbound::new(method, target, headers, body);
    let peer: Option<Result<SocketAddr, _>> = peer.map(str::parse);
    Ok(match peer.transpose().map_err(|_| "`peer`")? {
        Some(peer) => inbound.from_peer(peer),
        None => inbound,
    })
}

pub(super) fn parts(scope: &Scope) -> (&str, &str, &str) {
    (scope.provider(), scope.environment(), scope.account())
}

/// The values of a key as a JSON array, so that `["a/b"]` and `["a", "b"]` are two.
pub(super) fn texts(key: &Key) -> Result<String, StoreError> {
    if let ([values], true) = (key.values(), key.is_unreadable()) {
        return Ok(values.clone());
    }
    serde_json::to_string(key.values()).map_err(|error| {
        let problem = "its key cannot be written";
        StoreError::new(StoreFailure::Other, "accepting a message", problem).with_source(error)
    })
}

/// Headers as lines; a value may hold any bytes but those that end a line.
pub(super) fn lines(headers: &HeaderMap) -> Vec<u8> {
    let lengths = headers.iter().map(|(name, value)| {
        let length = name.as_str().len().saturating_add(value.len());
        length.saturating_add(3)
    });
    let mut lines = Vec::with_capacity(lengths.fold(0, usize::saturating_add));
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
