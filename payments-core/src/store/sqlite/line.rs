//! Who waits for the connection: one has it at a time, in the order in which they came.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::group::held;

/// Whoever waits for a foreign lock has waited for those before, so the one who came first waits longest
/// for nobody.
#[derive(Default)]
pub(super) struct Line {
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<u64>,
    newest: u64,
    is_taken: bool,
    /// So many threads are to be told of a change.
    asleep: usize,
}

/// A place in the line, and when it was taken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    number: u64,
    came: Duration,
}

/// The turn of one: until this is dropped, the others wait.
pub(super) struct Turn<'a>(&'a Line);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = held(&self.0.state);
        state.is_taken = false;
        // To wake nobody is a call of the system too.
        if state.asleep > 0 {
            self.0.moved.notify_all();
        }
    }
}

impl Place {
    /// How much of this patience is left.
    pub(super) fn left(self, patience: Duration, now: Duration) -> Duration {
        patience.saturating_sub(now.saturating_sub(self.came))
    }
}

impl Line {
    /// Takes the last place.
    pub(super) fn join(&self, now: Duration) -> Place {
        let mut state = held(&self.state);
        state.newest = state.newest.wrapping_add(1);
        let number = state.newest;
        state.waiting.push_back(number);
        Place { number, came: now }
    }

    /// The turn at once, where nobody has it and nobody waits for it, and its place.
    pub(super) fn at_once(&self, now: Duration) -> Option<(Turn<'_>, Place)> {
        let mut state = held(&self.state);
        if state.is_taken || !state.waiting.is_empty() {
            return None;
        }
        state.is_taken = true;
        state.newest = state.newest.wrapping_add(1);
        let number = state.newest;
        Some((Turn(self), Place { number, came: now }))
    }

    /// Waits for the turn, or until there is nothing left to wait for: then the place has to be given up by
    /// [`Line::leave`].
    pub(super) fn turn<T>(
        &self,
        place: Place,
        over: impl Fn() -> Option<T>,
    ) -> Result<Turn<'_>, T> {
        let mut state = held(&self.state);
        loop {
            if let Some(over) = over() {
                return Err(over);
            }
            if !state.is_taken && state.waiting.front() == Some(&place.number) {
                state.waiting.pop_front();
                state.is_taken = true;
                return Ok(Turn(self));
            }
            state.asleep = state.asleep.saturating_add(1);
            state = self
                .moved
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
            state.asleep = state.asleep.saturating_sub(1);
        }
    }

    /// Gives a place up.
    pub(super) fn leave(&self, place: Place) {
        let mut state = held(&self.state);
        state.waiting.retain(|waiting| *waiting != place.number);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::channel;
    use std::thread;

    use rusqlite::Connection;

    use super::*;
    use crate::clock::Clock;
    use crate::store::{Sqlite, SqliteError, StoreFailure};
    use crate::testing::FixedClock;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn turns_are_in_the_order_of_the_places() {
        let line = Line::default();
        let places = [(); 4].map(|()| line.join(Duration::ZERO));
        let order = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for place in places.into_iter().rev() {
                let (line, order) = (&line, &order);
                scope.spawn(move || {
                    let turn = line.turn(place, || None::<()>);
                    held(order).push(place.number);
                    drop(turn);
                });
            }
        });
        assert_eq!(*held(&order), places.map(|place| place.number));
    }

    #[test]
    fn only_who_is_alone_has_the_turn_at_once() {
        let line = Line::default();
        let turn = line.at_once(Duration::ZERO).expect("nobody is there");
        assert!(
            line.at_once(Duration::ZERO).is_none(),
            "somebody has the turn"
        );
        let place = line.join(Duration::ZERO);
        drop(turn);
        assert!(
            line.at_once(Duration::ZERO).is_none(),
            "somebody came before"
        );
        drop(line.turn(place, || None::<()>));
        assert!(
            line.at_once(Duration::ZERO).is_some(),
            "nobody is there any more"
        );
    }

    /// SQLite's own word for how long it waits for others that write.
    #[test]
    fn whoever_has_the_turn_is_as_patient_as_was_said() {
        let store = Sqlite::in_memory().unwrap();
        let store = store
            .with_clock(Arc::new(FixedClock::new()))
            .with_patience(Duration::from_millis(1234));
        let patience = |connection: &Connection| {
            let asked = connection.query_row("PRAGMA busy_timeout", [], |row| row.get(0));
            Ok::<i64, SqliteError>(asked?)
        };
        let alone = store.alone("asking", |it| patience(it).map(Some)).unwrap();
        let together = store.together("asking", move |it| patience(it)).unwrap();
        let one = store.transaction("asking", |it| patience(it)).unwrap();
        assert_eq!((alone, together, one), (Some(1234), 1234, 1234));
    }

    /// Another process holds the lock for ever. Whoever waited for so long behind others does not wait
    /// once more: nothing here takes an hour.
    #[test]
    fn those_who_waited_long_enough_are_refused_together() {
        let path = std::env::temp_dir().join(format!("payments-line-{}.db", std::process::id()));
        let clock = FixedClock::new();
        let store = Sqlite::open(&path).unwrap();
        let store = store
            .with_clock(Arc::new(clock.clone()))
            .with_patience(HOUR);
        let other = Connection::open(&path).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let (line, place) = (&store.group.line, store.group.line.join(clock.monotonic()));
        let turn = line.turn(place, || None::<()>);
        let (sender, told) = channel();
        for number in 0..6 {
            let (store, sender) = (store.clone(), sender.clone());
            thread::spawn(move || {
                let done = if number % 2 == 0 {
                    store.together("accepting", |_| Ok(()))
                } else {
                    store.transaction("claiming", |_| Ok(()))
                };
                sender.send(done).unwrap();
            });
        }
        while held(&line.state).waiting.len() < 6 {
            thread::yield_now();
        }
        clock.advance(HOUR);
        drop(turn);
        for _ in 0..6 {
            let refused = told.recv_timeout(Duration::from_secs(60));
            let error = refused.expect("it waits once more").unwrap_err();
            assert_eq!(error.failure(), StoreFailure::Busy, "{error}");
        }
        other.execute_batch("ROLLBACK").unwrap();
        store.together("accepting", |_| Ok(())).unwrap();
        drop((store, other));
        for ending in ["", "-wal", "-shm"] {
            let mut path = path.clone().into_os_string();
            path.push(ending);
            let _ = std::fs::remove_file(path);
        }
    }
}
