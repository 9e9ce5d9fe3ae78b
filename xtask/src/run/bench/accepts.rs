//! Callbacks taken in on SQLite, against bare commits of a row of the same size.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use payments_core::http::{HeaderMap, HeaderValue, Method};
use payments_core::incoming::{Accepted, Inbound, Inbox, KeyRing, Verifier};
use payments_core::store::Sqlite;
use payments_core::store::rusqlite::{Connection, params};
use payments_mocasa::auth::order_webhooks;
use payments_mocasa::inbound::{OrderWebhook, OrderWebhookKeys};
use sha2::{Digest as _, Sha256};

use super::pace::timed;
use super::row::Row;
use crate::run::progress;

const SECRET: &str = "8d969eef6ecad3c29a3a629280e686cf";
/// How many take messages in at once.
const CALLERS: [usize; 2] = [1, 8];
/// Messages of a round, whoever takes them in: few, as a disk is now busier and now idler.
const ROUND: usize = 80;
const ROUNDS: usize = 225;
const HOLD: f64 = 0.8;
const BARE: &str =
    "CREATE TABLE kept (id INTEGER PRIMARY KEY, target TEXT, headers BLOB, body BLOB) STRICT";

/// The rows: one caller at a time, and several.
///
/// # Errors
/// If a message is not taken in, or a file cannot be written.
pub(super) fn rows() -> Result<Vec<Row>, String> {
    CALLERS.iter().map(|callers| row(*callers)).collect()
}

/// Verified, kept and committed, by so many threads at once on one file, as a receiver does. The floor is
/// a row of the same bytes for each message (its target, its headers and its body), in a table without an
/// index, and a statement of its own.
fn row(callers: usize) -> Result<Row, String> {
    let name = format!(
        "callbacks taken in on SQLite (WAL, FULL), {callers} at once, against bare commits"
    );
    progress::now(&format!("measuring: {name}"));
    let rounds = rounds(callers, ROUND, ROUNDS)?;
    Row::of_rates(name, ROUND, rounds, HOLD)
}

/// How long floor and own took for so many messages, in each round but the first, which opens files and
/// makes pages.
fn rounds(callers: usize, size: usize, count: usize) -> Result<Vec<[Duration; 2]>, String> {
    let folder = Folder::make()?;
    let store = Sqlite::open(folder.0.join("inbox.db")).map_err(told)?;
    let inbox = Inbox::in_sqlite(store);
    let keys = OrderWebhookKeys::new(SECRET).map_err(told)?;
    let verifier = order_webhooks("live", "shop", KeyRing::new("1", keys));
    let bare = Mutex::new(bare(&folder.0.join("bare.db")).map_err(told)?);
    let mut rounds = Vec::new();
    for number in 0..count {
        let messages: Result<Vec<Inbound>, String> = (0..size)
            .map(|message| message_of(number.saturating_mul(size).saturating_add(message)))
            .collect();
        let messages = messages?;
        let floor = || at_once(callers, &messages, |message| commit(&bare, message));
        let own = || {
            at_once(callers, &messages, |message| {
                accept(&inbox, &verifier, message)
            })
        };
        // Whoever is second finds the disk busier or idler than the first did.
        rounds.push(if number % 2 == 0 {
            let floor = floor()?;
            [floor, own()?]
        } else {
            let own = own()?;
            [floor()?, own]
        });
    }
    let all = size.saturating_mul(count);
    let kept = inbox.store().transaction("counting", |transaction| {
        let count = "SELECT count(*) FROM payments_inbox WHERE state = 'waiting'";
        Ok(transaction.query_row(count, [], |row| row.get(0))?)
    });
    let bare = bare.into_inner().unwrap_or_else(PoisonError::into_inner);
    let floor = bare.query_row("SELECT count(*) FROM kept", [], |row| row.get(0));
    let counts: [i64; 2] = [kept.map_err(told)?, floor.map_err(told)?];
    if counts
        .iter()
        .any(|count| usize::try_from(*count) != Ok(all))
    {
        return Err(format!("of {all} messages there are {counts:?}"));
    }
    Ok(rounds.split_off(1))
}

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// How long it takes so many threads to do all of it.
fn at_once(
    callers: usize,
    messages: &[Inbound],
    work: impl Fn(&Inbound) -> Result<(), String> + Sync,
) -> Result<Duration, String> {
    let next = AtomicUsize::new(0);
    let (took, done) = timed(|| {
        std::thread::scope(|scope| {
            let callers: Vec<_> = (0..callers)
                .map(|_| {
                    scope.spawn(|| {
                        while let Some(message) = messages.get(next.fetch_add(1, Ordering::SeqCst))
                        {
                            work(message)?;
                        }
                        Ok(())
                    })
                })
                .collect();
            let ends = callers.into_iter().map(|caller| caller.join());
            ends.map(|end| end.map_err(|_| "a caller panicked".to_owned())?)
                .collect::<Result<Vec<()>, String>>()
        })
    });
    done.map(|_| took)
}

fn accept(
    inbox: &Inbox<Sqlite>,
    verifier: &Verifier<OrderWebhook>,
    message: &Inbound,
) -> Result<(), String> {
    let order = verifier.verify(message).map_err(told)?;
    match inbox.accept(&order).map_err(told)? {
        Accepted::New => Ok(()),
        other => Err(format!("a new message was {other:?}")),
    }
}

fn bare(path: &Path) -> payments_core::store::rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", 2)?;
    connection.pragma_update(None, "fullfsync", true)?;
    connection.execute_batch(BARE)?;
    Ok(connection)
}

fn commit(bare: &Mutex<Connection>, message: &Inbound) -> Result<(), String> {
    let bare = bare.lock().unwrap_or_else(PoisonError::into_inner);
    let insert = "INSERT INTO kept (target, headers, body) VALUES (?1, ?2, ?3)";
    let mut insert = bare.prepare_cached(insert).map_err(told)?;
    let mut headers = Vec::new();
    for (name, value) in message.headers() {
        headers.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\n"].concat());
    }
    let kept = params![message.path_and_query(), headers, &message.body()[..]];
    insert.execute(kept).map_err(told)?;
    Ok(())
}

/// A signed message about an order of its own.
fn message_of(number: usize) -> Result<Inbound, String> {
    let order = format!("ORDER-20261101-{number:06}");
    let digest = Sha256::digest(format!("{order}|success|{SECRET}"));
    let signature = HeaderValue::from_str(&STANDARD.encode(digest)).map_err(told)?;
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");
    let mut headers = HeaderMap::new();
    headers.insert("content-type", form);
    headers.insert("signature", signature);
    let body = format!("orderNo={order}&txStatus=success&amount=14990.50&txTime=1718000000000");
    let target = "/webhooks/mocasa";
    Ok(Inbound::new(Method::POST, target, headers, body))
}

/// Where both files are: on one disk, and gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn make() -> Result<Self, String> {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let (process, number) = (std::process::id(), MADE.fetch_add(1, Ordering::SeqCst));
        let folder = std::env::temp_dir().join(format!("payments-bench-{process}-{number}"));
        std::fs::create_dir_all(&folder).map_err(told)?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is measured works; how fast is the bench's to say.
    #[test]
    fn each_message_is_taken_in_once_whoever_comes_at_once() {
        for callers in CALLERS {
            assert_eq!(rounds(callers, 16, 3).unwrap().len(), 2);
        }
    }
}
