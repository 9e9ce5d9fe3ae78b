//! One operation: the call goes wrong, the client says what it believes, and the ledger is asked.

use std::sync::Arc;
use std::time::Duration;

use payments_core::call::{Call, Effect, Resolve};
use payments_core::client::{Prepared, Provider, Settled as Outcome, StillOpen};
use payments_core::exchange::{CallRecord, Request};
use payments_core::http::Uri;
use payments_core::journal::Row;
use payments_core::sandbox::{Blocked, Door, Fault, Random, Watch};
use payments_core::{Error, MoneyMoved, Pending, Reply};

use super::caller::Caller;
use super::kind::{Halt, Kind};
use super::lane::Lane;
use super::record::{Again, Record, Said, Settled, Why};
use super::shop::{Side, said};

/// After so long, what is not there will not come any more; the client says 300 seconds.
pub(super) const LATER: Duration = Duration::from_secs(301);

/// How long something may take that is under way, in real time.
const PATIENCE: Duration = Duration::from_secs(10);

/// As many attempts as any client makes.
const ATTEMPTS: u32 = 3;

/// The ways in that do not work, one of each.
pub(super) struct Doors(Vec<Door>);

impl Doors {
    /// Opens them all.
    ///
    /// # Errors
    /// If the system is out of means.
    pub(super) fn open() -> Result<Self, String> {
        let doors: Result<_, _> = Blocked::ALL.into_iter().map(Door::open).collect();
        doors.map(Self).map_err(said)
    }

    fn find(&self, kind: Kind) -> Option<&Door> {
        let Kind::Door(blocked) = kind else {
            return None;
        };
        self.0.iter().find(|door| door.kind() == blocked)
    }
}

/// What one operation works with.
pub(super) struct Act<'a, P: Provider> {
    pub(super) caller: &'a Caller<P>,
    pub(super) side: &'a dyn Side,
    pub(super) lane: &'a Lane,
    pub(super) doors: &'a Doors,
    pub(super) provider: &'static str,
    pub(super) kind: Kind,
    pub(super) random: Random,
    /// The merchant's reference of whatever the call is about.
    pub(super) reference: String,
    pub(super) record: Option<Record>,
}

impl<P: Provider> Act<'_, P> {
    /// Sends a call that has to go well.
    ///
    /// # Errors
    /// If it does not.
    pub(super) fn set_up<C: Call>(&self, call: C) -> Result<C::Reply, String> {
        let prepared = self.prepare(call).map_err(said)?;
        let reply = self.caller.send(prepared);
        let reply = reply.map_err(|error| format!("{}: {error} ({error:?})", C::NAME))?;
        Ok(reply.into_inner())
    }

    /// Sends a call that goes wrong and that nothing can be asked about. `effect` is what the ledger
    /// calls it.
    ///
    /// # Errors
    /// What kept it from being sent at all.
    pub(super) fn strike<C: Call + Clone>(
        &mut self,
        call: C,
        effect: &'static str,
    ) -> Result<(), String> {
        let mut sent = self.send(call.clone(), effect, |_| Ok(()))?;
        if let Some(row) = &sent.row {
            sent.record.settled = match self.caller.settle_without_query(row).map_err(said)? {
                Outcome::StillOpen(StillOpen::NoQuery) => Settled::Open(if sent.record.is_once {
                    Why::NoQuery
                } else {
                    Why::Repeatable
                }),
                other => return Err(format!("settled without a query: {other:?}")),
            };
        }
        self.record = Some(self.again(call, [effect; 2], sent.record, sent.known)?);
        Ok(())
    }

    /// The same for a call with a query.
    ///
    /// # Errors
    /// What kept it from being sent or asked for.
    pub(super) fn strike_and_ask<C: Resolve + Clone>(
        &mut self,
        call: C,
        effect: &'static str,
        query: Query<<C::Query as Call>::Reply>,
    ) -> Result<(), String> {
        let is_lagging = self.kind == Kind::LaggingQuery;
        let faults = self.side.faults();
        let Sent {
            mut record,
            row,
            known,
        } = self.send(call.clone(), effect, |pending: &Pending<C>| {
            if is_lagging {
                let reference = pending.record().reference().ok_or("no reference")?;
                let query = C::query(reference).and_then(|query| query.request());
                let path = sent_path(pending.record(), &query.map_err(said)?)?;
                faults.next(&paths(&path), Fault::Stale);
            }
            Ok(())
        })?;
        if let Some(row) = &row {
            record.settled = self.settle::<C>(row, &query)?;
            let happened = self.count(query.tells, known) > 0;
            record.settled_right &= match record.settled {
                Settled::Happened => happened,
                Settled::DidNot => !happened,
                // What happened can be told by any query.
                Settled::Open(Why::NoNotFound) if happened => {
                    record.settled = Settled::Open(Why::Unsettled);
                    true
                }
                Settled::Open(_) | Settled::NoNeed => true,
            };
        }
        self.record = Some(self.again(call, [effect, query.tells], record, known)?);
        Ok(())
    }

    /// Makes the same call under the same operation once more, where the caller was told for good that it did
    /// not happen; nothing is in its way. What counts as done twice is what the query tells, which is all that
    /// the merchant has.
    fn again<C: Call>(
        &self,
        call: C,
        [effect, tells]: [&'static str; 2],
        record: Record,
        known: usize,
    ) -> Result<Record, String> {
        if !record.is_definite_no() {
            return Ok(record);
        }
        self.side.faults().clear();
        let answer = self.caller.send(self.prepare(call).map_err(said)?);
        let said = believed(&answer)?;
        let effects = self.count(tells, known);
        // Nobody has paid yet at a page that is there.
        let effects = match (said, effects) {
            (Said::Done, 0) => self.count(effect, known).min(1),
            _ => effects,
        };
        Ok(Record {
            again: Some(Again { said, effects }),
            ..record
        })
    }

    /// Settles the row of the journal at once, and once more when whatever is under way has arrived: a
    /// query may lag behind, so that only "it happened" is believed at once.
    fn settle<C: Resolve>(
        &self,
        row: &Row,
        query: &Query<<C::Query as Call>::Reply>,
    ) -> Result<Settled, String> {
        let ask = || -> Result<Settled, String> {
            let settled = self.caller.settle::<C>(row, query.happened);
            Ok(match settled.map_err(said)? {
                Outcome::Done => Settled::Happened,
                Outcome::NeverHappened => Settled::DidNot,
                Outcome::StillOpen(StillOpen::Refused(_)) if has_no_not_found(row) => {
                    Settled::Open(Why::NoNotFound)
                }
                _ => Settled::Open(Why::Unsettled),
            })
        };
        match ask()? {
            Settled::Happened => Ok(Settled::Happened),
            Settled::DidNot | Settled::Open(_) | Settled::NoNeed => {
                self.side.advance(query.later);
                ask()
            }
        }
    }

    /// A call, named for the journal where it has no reference of its own.
    fn prepare<C: Call>(&self, call: C) -> Result<Prepared<C>, Error> {
        let is_named = call.identity().is_some();
        let prepared = self.caller.prepare(call)?;
        Ok(match is_named {
            true => prepared,
            false => prepared.operation(format!("{} of {}", C::NAME, self.reference)),
        })
    }

    fn send<C: Call>(
        &mut self,
        call: C,
        effect: &'static str,
        arm: impl FnOnce(&Pending<C>) -> Result<(), String>,
    ) -> Result<Sent, String> {
        let prepared = self.prepare(call).map_err(said)?;
        let pending = prepared.pending();
        let path = sent_path(pending.record(), prepared.request())?;
        let (faults, door) = (self.side.faults(), self.doors.find(self.kind));
        let known = self.side.ledger().effects().len();
        let through = door.map_or(0, Door::connections);
        let watch = Arc::new(faults.watch(&paths(&path)));
        let times = match self.kind {
            // No attempt may get through to the answer.
            Kind::LaggingQuery => ATTEMPTS,
            Kind::Dropped => 1,
            // Once, or as often as anybody tries.
            Kind::Door(_) | Kind::Struck(_) => match self.random.below(2) {
                0 => 1,
                _ => ATTEMPTS,
            },
        };
        let halt = (self.kind == Kind::Dropped).then(|| Halt::draw(&mut self.random));
        let newest = self.open_rows()?.next().map(|row| row.id());
        arm(&pending)?;
        let fault = match halt {
            Some(halt) => halt.fault(),
            None => self.kind.fault(&mut self.random),
        };
        if let Some(fault) = fault {
            let once = C::EFFECT == Effect::Once;
            faults.times(&paths(&path), fault, if once { 1 } else { times });
        }
        let is_slow = self.kind.is_slow();
        self.lane.divert(&path, door, is_slow, halt, times);
        let answer = match halt {
            None => Some(self.caller.send(prepared)),
            Some(halt) => self
                .caller
                .send_until(prepared, reached(halt, self.lane, &watch)),
        };
        let (struck, as_usual) = self.lane.clear();
        if struck == 0 {
            return Err("the call did not come this way".to_owned());
        }
        let arrived = || {
            let through = door.map_or(0, Door::connections).saturating_sub(through);
            let leaves = door.is_some_and(|door| door.kind().lets_a_request_leave());
            watch
                .count()
                .saturating_add(if leaves { through } else { 0 })
        };
        // Whoever does not wait for an answer may be faster than what was sent.
        let expected = match (door, halt) {
            (Some(_), _) | (None, Some(Halt::Unsent)) => as_usual,
            (None, _) => as_usual.saturating_add(struck),
        };
        // On a machine that stands still for so long, a hasty client may send nothing.
        let all_arrived = watch.wait_for(expected, PATIENCE);
        if !all_arrived && !self.kind.is_slow() {
            return Err("a request did not arrive".to_owned());
        }
        if self.kind != Kind::LaggingQuery {
            faults.clear();
        }
        let said = match &answer {
            Some(answer) => believed(answer)?,
            // As far as the caller knows.
            None => Said::Unknown,
        };
        // Others may be open from before.
        let row = self.open_rows()?.next();
        let row = row.filter(|row| Some(row.id()) > newest);
        let record = Record {
            provider: self.provider,
            call: C::NAME,
            driver: self.caller.name(),
            fault: self.kind.name(),
            is_once: C::EFFECT == Effect::Once,
            stays_here: door.is_some_and(|door| !door.kind().lets_a_request_leave())
                && watch.count() == 0,
            said,
            effects: self.count(effect, known),
            arrivals: arrived(),
            settled: Settled::NoNeed,
            // What is not known is open in the journal, and nothing else.
            settled_right: row.is_some() == (said == Said::Unknown),
            again: None,
        };
        Ok(Sent { record, row, known })
    }

    /// What the journal has open, newest first.
    fn open_rows(&self) -> Result<impl Iterator<Item = Row>, String> {
        let rows = self.caller.open_calls().map_err(said)?;
        Ok(rows.into_iter().rev())
    }

    /// How often `effect` happened since the ledger had `known` entries.
    fn count(&self, effect: &str, known: usize) -> u64 {
        let ledger = self.side.ledger();
        let new = ledger.effects().iter().skip(known);
        let count = new.filter(|found| found.kind() == effect).count();
        u64::try_from(count).unwrap_or(u64::MAX)
    }
}

/// The path below that of the host, as it is sent.
fn sent_path(record: &CallRecord, request: &Request) -> Result<String, String> {
    let host: Uri = record.environment().parse().map_err(said)?;
    Ok(format!(
        "{}{}",
        host.path().trim_end_matches('/'),
        request.path()
    ))
}

/// The pattern of a path: a provider may put a slash behind it.
fn paths(path: &str) -> String {
    format!("{}/*", path.trim_end_matches('/'))
}

/// Calls whose query has no code for "there is none" in the provider's document; said here, so that it is
/// not the client that excuses itself.
const NO_NOT_FOUND: [(&str, &str); 2] = [("mocasa", "create_order"), ("mocasa", "transfer")];

fn has_no_not_found(row: &Row) -> bool {
    NO_NOT_FOUND.contains(&(row.record().provider(), row.record().call()))
}

/// What a query says of a call.
pub(super) struct Query<R> {
    /// What it tells, in a word of the ledger.
    pub(super) tells: &'static str,
    /// Whether that happened, by its answer.
    pub(super) happened: fn(&R) -> bool,
    /// How long it may lag behind.
    pub(super) later: Duration,
}

impl<R> Query<R> {
    /// A query that lags behind no longer than the client waits.
    pub(super) const fn of(tells: &'static str, happened: fn(&R) -> bool) -> Self {
        Self {
            tells,
            happened,
            later: LATER,
        }
    }
}

struct Sent {
    record: Record,
    /// What is open in the journal.
    row: Option<Row>,
    /// How long the ledger was before.
    known: usize,
}

/// Where a future is dropped. What happens at the other side is waited for on a thread of its own.
async fn reached(halt: Halt, lane: &Lane, watch: &Arc<Watch>) {
    match halt {
        Halt::Unsent | Halt::Answered => lane.halted().await,
        Halt::UnderWay => {
            let watch = Arc::clone(watch);
            let waited = tokio::task::spawn_blocking(move || watch.wait_for(1, PATIENCE));
            // Whether it did is asked afterwards.
            let _ = waited.await;
        }
    }
}

fn believed<R>(answer: &Result<Reply<R>, Error>) -> Result<Said, String> {
    let error = match answer {
        Ok(_) => return Ok(Said::Done),
        Err(error) => error,
    };
    match (error.money_moved(), error) {
        (MoneyMoved::Yes, _) => Ok(Said::Done),
        (MoneyMoved::Maybe, _) => Ok(Said::Unknown),
        (_, Error::NotSent(_)) => Ok(Said::NotSent),
        (_, Error::Refused(_)) => Ok(Said::Refused),
        (_, error) => Err(format!("not an answer: {error}")),
    }
}
