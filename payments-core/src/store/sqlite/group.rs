//! Work of several callers in one transaction: one of them does what waits, and the others are told.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::line::{Line, Place, Turn};
use super::{SqliteError, StoreError};

/// What waits for the connection, in order.
#[derive(Default)]
pub(super) struct Group {
    pub(super) line: Line,
    waiting: Mutex<Vec<Arc<dyn Waiting>>>,
}

/// Work that is done by whoever has the connection.
trait Waiting: Send + Sync {
    fn run(&self, transaction: &Transaction<'_>) -> Result<(), SqliteError>;
    fn place(&self) -> Place;
    fn is_committed(&self);
}

/// Work of one caller, and what came of it.
pub(super) struct Member<T, W> {
    work: W,
    place: Place,
    done: Mutex<Option<T>>,
    is_committed: AtomicBool,
}

impl Group {
    /// Puts work at the end of what waits.
    pub(super) fn join<T, W>(&self, now: Duration, work: W) -> Arc<Member<T, W>>
    where
        T: Send + 'static,
        W: Fn(&Transaction<'_>) -> Result<T, SqliteError> + Send + Sync + 'static,
    {
        let member = Arc::new(Member {
            work,
            place: self.line.join(now),
            done: Mutex::new(None),
            is_committed: AtomicBool::new(false),
        });
        let waiting: Arc<dyn Waiting> = member.clone();
        held(&self.waiting).push(waiting);
        member
    }

    /// Takes work out of what waits, so that nobody else does it.
    pub(super) fn take_back(&self, place: Place) {
        held(&self.waiting).retain(|member| member.place() != place);
    }

    /// Waits until work is committed by another, or it is its turn.
    pub(super) fn lead<T, W>(&self, member: &Member<T, W>) -> Result<Turn<'_>, T>
    where
        W: Fn(&Transaction<'_>) -> Result<T, SqliteError>,
    {
        self.line.turn(member.place, || member.committed())
    }

    /// Does all that waits in one transaction, if `begun` still wants it then. Where anything of it fails, nothing is done, and each is
    /// left to whoever it is of.
    pub(super) fn commit(
        &self,
        connection: &mut Connection,
        begun: impl FnOnce() -> Result<(), StoreError>,
    ) -> bool {
        let members = std::mem::take(&mut *held(&self.waiting));
        // Alone it has a better word for what goes wrong.
        if members.len() < 2 || all(connection, &members, begun).is_err() {
            return false;
        }
        for member in members {
            member.is_committed();
            self.line.leave(member.place());
        }
        true
    }
}

fn all(
    connection: &mut Connection,
    members: &[Arc<dyn Waiting>],
    begun: impl FnOnce() -> Result<(), StoreError>,
) -> Result<(), SqliteError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    begun()?;
    for member in members {
        member.run(&transaction)?;
    }
    Ok(transaction.commit()?)
}

impl<T, W: Fn(&Transaction<'_>) -> Result<T, SqliteError>> Member<T, W> {
    pub(super) fn place(&self) -> Place {
        self.place
    }

    pub(super) fn work(&self, transaction: &Transaction<'_>) -> Result<T, SqliteError> {
        (self.work)(transaction)
    }

    /// What came of it, once it is committed.
    pub(super) fn committed(&self) -> Option<T> {
        if self.is_committed.load(Ordering::SeqCst) {
            held(&self.done).take()
        } else {
            None
        }
    }
}

impl<T, W> Waiting for Member<T, W>
where
    T: Send,
    W: Fn(&Transaction<'_>) -> Result<T, SqliteError> + Send + Sync,
{
    fn run(&self, transaction: &Transaction<'_>) -> Result<(), SqliteError> {
        *held(&self.done) = Some(self.work(transaction)?);
        Ok(())
    }

    fn place(&self) -> Place {
        self.place
    }

    fn is_committed(&self) {
        self.is_committed.store(true, Ordering::SeqCst);
    }
}

/// Each step leaves what is locked whole.
pub(super) fn held<T: ?Sized>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch("CREATE TABLE kept (value INTEGER PRIMARY KEY)")
            .unwrap();
        connection
    }

    fn keep(
        group: &Group,
        value: i64,
    ) -> Arc<Member<i64, impl Fn(&Transaction<'_>) -> Result<i64, SqliteError> + use<>>> {
        group.join(Duration::ZERO, move |transaction| {
            transaction.execute("INSERT INTO kept VALUES (?1)", [value])?;
            Ok(value)
        })
    }

    fn kept(connection: &Connection) -> i64 {
        let count = "SELECT count(*) FROM kept";
        connection.query_row(count, [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn those_that_wait_are_committed_together() {
        let (mut connection, group) = (connection(), Group::default());
        let members = [1, 2, 3].map(|value| keep(&group, value));
        for member in &members {
            assert_eq!(member.committed(), None);
        }
        assert!(group.commit(&mut connection, || Ok(())));
        assert_eq!(
            members.map(|member| member.committed()),
            [Some(1), Some(2), Some(3)]
        );
        assert_eq!(kept(&connection), 3);
    }

    #[test]
    fn one_that_fails_leaves_each_to_itself() {
        let (mut connection, group) = (connection(), Group::default());
        let members = [1, 1, 2].map(|value| keep(&group, value));
        assert!(!group.commit(&mut connection, || Ok(())));
        assert_eq!(members.map(|member| member.committed()), [None; 3]);
        assert_eq!(kept(&connection), 0);
        // They are not done by somebody else later.
        let later = keep(&group, 4);
        assert!(!group.commit(&mut connection, || Ok(())));
        assert_eq!((later.committed(), kept(&connection)), (None, 0));
    }
}
