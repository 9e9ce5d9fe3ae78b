//! A process that is killed: this program once more, told in its environment what it is to be.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;

use payments_core::call::Call as _;
use payments_mocasa::types::Transfer;
use payments_momo::types::Refund;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, watch};

use super::said;
use crate::say;

/// The variable that holds the [`Orders`].
const ORDERS: &str = "PAYMENTS_CRASH_ORDERS";

/// What begins a line that is a [`Word`]: whoever runs the process may print lines of its own.
const MARK: &str = "crash: ";

/// Where a process keeps what must outlive it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Place {
    /// A file.
    Sqlite(PathBuf),
    /// What `tokio_postgres` connects to, and a schema there.
    Postgres { address: String, schema: String },
}

/// What a process is to be.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Orders {
    Receiver {
        place: Place,
    },
    Payer {
        place: Place,
        /// Of each account: where its provider is, and whom it pays.
        accounts: Vec<Payee>,
    },
}

/// Whom an account pays, and through whom.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Payee {
    pub(super) account: String,
    pub(super) provider: String,
    pub(super) way: Way,
}

/// How money leaves an account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Way {
    /// To this account of a beneficiary.
    Transfer(String),
    /// Out of the payment that has this number.
    Refund(i64),
}

impl Payee {
    /// What the merchant's book calls it: by account and call, as the journal does.
    pub(super) fn till(&self) -> String {
        let call = match self.way {
            Way::Transfer(_) => Transfer::NAME,
            Way::Refund(_) => Refund::NAME,
        };
        format!("{} {call}", self.account)
    }
}

/// What a process says.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) enum Word {
    /// It found this of the time before, and begins.
    Ready {
        address: Option<SocketAddr>,
        /// Callbacks that are kept.
        kept: u64,
        /// Rows that somebody had begun with.
        begun: u64,
    },
    /// It was told to come to an end, and there is nothing left to do.
    Done,
}

/// How this program is started as a part.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub(super) path: PathBuf,
    pub(super) arguments: Vec<OsString>,
    pub(super) variables: Vec<(String, String)>,
}

/// A process that runs.
pub(super) struct Process {
    child: Child,
    input: ChildStdin,
    words: mpsc::UnboundedReceiver<Word>,
}

impl Process {
    /// # Errors
    /// If it does not start.
    pub(super) fn start(program: &Program, orders: &Orders) -> Result<Self, String> {
        let orders = serde_json::to_string(orders).map_err(said)?;
        let mut child = Command::new(&program.path)
            .args(&program.arguments)
            .envs(program.variables.iter().cloned())
            .env(ORDERS, orders)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("a process does not start: {error}"))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("a process has no pipes".to_owned());
        };
        let (sender, words) = mpsc::unbounded_channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let word = line.split_once(MARK).map(|(_, word)| word);
                let word = word.and_then(|word| serde_json::from_str(word).ok());
                if word.is_some_and(|word| sender.send(word).is_err()) {
                    return;
                }
            }
        });
        Ok(Self {
            child,
            input,
            words,
        })
    }

    /// What it says next; nothing where it has ended.
    pub(super) async fn word(&mut self) -> Option<Word> {
        self.words.recv().await
    }

    /// Tells it to come to an end. One that has ended meanwhile does not hear it.
    pub(super) fn end(&mut self) {
        let told = self.input.write_all(b"end\n");
        told.and_then(|()| self.input.flush()).ok();
    }

    /// Kills it by SIGKILL, and waits until it is gone.
    ///
    /// # Errors
    /// If that cannot be done.
    pub(super) fn kill(&mut self) -> Result<(), String> {
        self.child.kill().map_err(said)?;
        self.child.wait().map(drop).map_err(said)
    }

    /// How it ended by itself.
    ///
    /// # Errors
    /// If that cannot be known.
    pub(super) fn ended(&mut self) -> Result<String, String> {
        Ok(self.child.wait().map_err(said)?.to_string())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // One that has ended already says so.
        self.kill().ok();
    }
}

/// What this process was told to be.
///
/// # Errors
/// If nothing or nonsense was said.
pub(super) fn orders() -> Result<Orders, String> {
    let orders = std::env::var(ORDERS)
        .map_err(|_| "this is a part of `cargo xtask crash`, which starts it".to_owned())?;
    serde_json::from_str(&orders).map_err(said)
}

/// Says something to whoever started this process.
///
/// # Errors
/// If it cannot be written.
pub(super) fn tell(word: Word) -> Result<(), String> {
    let word = serde_json::to_string(&word).map_err(said)?;
    say(&format!("{MARK}{word}"));
    Ok(())
}

/// Whether this process was told to come to an end. It ends at once where whoever started it is gone.
pub(super) fn listen() -> watch::Receiver<bool> {
    let (sender, receiver) = watch::channel(false);
    thread::spawn(move || {
        for line in std::io::stdin().lines() {
            if line.is_err() {
                break;
            }
            sender.send_replace(true);
        }
        std::process::exit(0);
    });
    receiver
}
