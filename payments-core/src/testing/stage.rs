//! Where a provider's whole flow is played while somebody listens.

use std::panic::panic_any;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

#[cfg(all(feature = "postgres", unix))]
use super::Cluster;
use super::shelf::{PlayedInbox, Shelf};
use super::{Act, Canaries, Overheard, Rehearsal, ScriptedTransport, Wires, Wiretap};
use crate::client::{Client, Provider, blocking};
use crate::error::Misuse;
use crate::incoming::{Outcome, Row};
use crate::sandbox::{Blocked, Door, Fault, Faults};
#[cfg(feature = "sqlite")]
use crate::store::Sqlite;

/// Longer than any machine stands still.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a sandbox takes that is too slow, and how long who waits for it waits.
const SLOW: Duration = Duration::from_millis(400);
const HASTE: Duration = Duration::from_millis(50);

/// What the handler of this stage says.
const CANNOT_DELIVER: &str = "cannot deliver";

/// Whoever listens, and the wires that are tapped. One in a program.
pub struct Stage {
    /// Everything that was printed.
    pub overheard: Overheard,
    /// Everything that travelled.
    pub tap: Wiretap<()>,
    runtime: Arc<Runtime>,
    shelf: Shelf,
    /// What the shelf is in goes after it.
    #[cfg(all(feature = "postgres", unix))]
    _cluster: Option<Cluster>,
}

impl Stage {
    /// Listens from now on. What comes in and what goes out is kept in memory.
    ///
    /// # Errors
    /// If somebody else does already, or the system is out of means.
    pub fn open() -> Result<Self, String> {
        let runtime = Builder::new_current_thread().enable_all().build();
        Ok(Self {
            overheard: Overheard::everything()?,
            tap: Wiretap::on(()),
            runtime: Arc::new(runtime.map_err(|error| error.to_string())?),
            shelf: Shelf::in_memory(),
            #[cfg(all(feature = "postgres", unix))]
            _cluster: None,
        })
    }

    /// The same, kept in a SQLite database.
    ///
    /// # Errors
    /// As [`Stage::open`], and what SQLite said.
    #[cfg(feature = "sqlite")]
    pub fn in_sqlite() -> Result<Self, String> {
        let stage = Self::open()?;
        let store = Sqlite::in_memory().map_err(|error| error.to_string())?;
        Ok(Self {
            shelf: Shelf::in_sqlite(store),
            ..stage
        })
    }

    /// The same, kept in a PostgreSQL database; in memory where [`Cluster::find`] finds none.
    ///
    /// # Errors
    /// As [`Stage::open`] and [`Cluster::find`], and what PostgreSQL said.
    #[cfg(all(feature = "postgres", unix))]
    pub fn in_postgres() -> Result<Self, String> {
        let stage = Self::open()?;
        let Some(cluster) = Cluster::find()? else {
            return Ok(stage);
        };
        let opened = cluster.opened("stage");
        let store = stage.runtime.block_on(opened);
        Ok(Self {
            shelf: Shelf::in_postgres(store.map_err(|error| error.to_string())?),
            _cluster: Some(cluster),
            ..stage
        })
    }

    /// An inbox, in what this stage keeps things in.
    #[must_use]
    pub fn inbox(&self) -> PlayedInbox {
        self.shelf.inbox(&self.runtime)
    }

    /// Transports that wait.
    ///
    /// # Errors
    /// [`Misuse`] on a system without certificates.
    pub fn wires(&self) -> Result<Wires, Misuse> {
        Wires::real(&self.tap, PATIENCE)
    }

    /// Transports that do what a script says.
    #[must_use]
    pub fn script(&self, script: &ScriptedTransport) -> Wires {
        Wires::scripted(&self.tap, script)
    }

    /// Both clients of an account.
    pub fn rehearsal<P: Provider>(
        &self,
        client: &Client<P>,
        blocking: &blocking::Client<P>,
    ) -> Rehearsal<P> {
        let journals = [self.shelf.journal(), self.shelf.journal()];
        Rehearsal::new(&self.overheard, &self.runtime, client, blocking, journals)
    }

    /// Plays under each thing that goes wrong with requests to `paths`, under its name.
    ///
    /// # Errors
    /// [`Misuse`] on a system without certificates.
    pub fn under_faults(
        &self,
        faults: &Faults,
        paths: &str,
        play: impl Fn(&Wires, &str),
    ) -> Result<(), Misuse> {
        let (patient, hasty) = (self.wires()?, Wires::real(&self.tap, HASTE)?);
        for fault in [
            Fault::CloseBefore,
            Fault::CloseAfter,
            Fault::StatusAfter(503),
            Fault::Html,
            Fault::CutHead,
            Fault::CutBody,
            Fault::CutChunked,
            Fault::InvalidUtf8,
            Fault::ContentType("text/plain".to_owned()),
            Fault::ReplyTwice,
            Fault::Redirect(307),
            Fault::OtherReply,
            Fault::SlowAfter(SLOW),
        ] {
            let name = fault.name();
            let wires = match fault {
                Fault::SlowAfter(_) => &hasty,
                _ => &patient,
            };
            faults.share(paths, 1000, vec![fault]);
            play(wires, name);
            faults.clear();
        }
        Ok(())
    }

    /// Plays at addresses that lead nowhere, under the number of each.
    ///
    /// # Errors
    /// What kept such an address from being opened.
    pub fn at_doors(&self, play: impl Fn(&Wires, &str, &str)) -> Result<(), String> {
        let hasty = Wires::real(&self.tap, HASTE).map_err(|error| error.to_string())?;
        for (number, blocked) in Blocked::ALL.into_iter().enumerate() {
            let door = Door::open(blocked).map_err(|error| error.to_string())?;
            play(&hasty, door.url(), &format!("door-{number}"));
        }
        Ok(())
    }

    /// What a provider may answer that repeats what it was sent where nobody expects it: in a
    /// success, a refusal, an error, and instead of JSON. `shapes` have `TEXT` where `text` goes, as
    /// JSON.
    #[must_use]
    pub fn echoes(&self, shapes: &[&str], text: &str) -> Vec<Act> {
        let written = serde_json::Value::from(text).to_string();
        let answers = shapes.iter().map(|shape| shape.replace("TEXT", &written));
        let answers = answers.chain([written.clone(), text.to_owned()]);
        answers
            .flat_map(|answer| [Act::json(&answer), Act::status(500, &answer)])
            .chain([Act::NotSent, Act::Cut])
            .collect()
    }

    /// Works an inbox off with a handler that panics over what it holds.
    pub fn panic_over(&self, inbox: &PlayedInbox) {
        self.overheard.show(inbox);
        inbox.panic_over(&self.overheard);
    }

    /// Does some work that waits.
    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Whether a whole flow was played, an inbox worked off by [`Stage::panic_over`] included, and no
    /// canary was printed.
    ///
    /// # Errors
    /// The canaries that were; and what makes it prove nothing: a sensitive field of the `description` that
    /// no canary is called like, a canary that never travelled, or one of the texts in `said` that was not
    /// heard.
    pub fn nothing_leaked(
        &self,
        canaries: &Canaries,
        description: &str,
        said: &[&str],
    ) -> Result<(), String> {
        let unplanted = canaries.unplanted(description);
        let absent = canaries.absent(self.tap.heard());
        let texts = self.overheard.texts();
        let is_unheard = |said: &&&str| !texts.iter().any(|text| text.contains(**said));
        let said = said.iter().chain(&[CANNOT_DELIVER]);
        let said = said.chain(self.shelf.said());
        let unheard: Vec<_> = said.filter(is_unheard).collect();
        if !(unplanted.is_empty() && absent.is_empty() && unheard.is_empty()) {
            return Err(format!(
                "no canary: {unplanted:?}; never travelled: {absent:?}; not heard: {unheard:?}"
            ));
        }
        let leaks = canaries.leaks(texts);
        if leaks.is_empty() {
            Ok(())
        } else {
            Err(format!("{leaks:?}"))
        }
    }
}

#[expect(clippy::panic, reason = "it is what the handler of this stage does")]
pub(super) fn falls_over(row: &Row) -> Outcome {
    panic_any(format!("{CANNOT_DELIVER} {row:?}"))
}
