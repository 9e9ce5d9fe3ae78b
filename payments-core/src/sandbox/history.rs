//! What happened at a sandbox, in order, for people to look at.

use std::collections::VecDeque;
use std::time::Duration;

use super::callback::DeliveryId;

/// So many events are remembered; older ones are forgotten first.
const EVENTS: usize = 50_000;

/// What happened, without anything that was in a body, a query or a header.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Happening {
    /// A request was answered.
    Request {
        /// The method.
        method: String,
        /// The path without the query.
        path: String,
        /// What the provider answered; `None` where it never heard of the request.
        status: Option<u16>,
        /// The name of the fault that struck it.
        fault: Option<&'static str>,
    },
    /// A command was done, by hand or by a test.
    Command {
        /// Its name.
        name: String,
    },
    /// Something is in the ledger since.
    Effect {
        /// In the provider sandbox's own word.
        kind: String,
        /// The amount as the merchant wrote it, where there is one.
        amount: Option<String>,
    },
    /// A callback came into being.
    Callback(DeliveryId),
    /// A callback was sent, and answered or not.
    Attempt {
        /// Which callback.
        id: DeliveryId,
        /// The status of the answer, or why there was none.
        outcome: Result<u16, String>,
    },
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct Event {
    number: u64,
    at: Duration,
    unix_millis: u64,
    about: Vec<String>,
    what: Happening,
}

impl Event {
    /// Its number: those that come later have greater ones.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// When, on the sandbox's clock.
    #[must_use]
    pub const fn at(&self) -> Duration {
        self.at
    }

    /// The time of day in milliseconds since 1970-01-01 UTC.
    #[must_use]
    pub const fn unix_millis(&self) -> u64 {
        self.unix_millis
    }

    /// The merchant's references that it was about.
    #[must_use]
    pub fn about(&self) -> &[String] {
        &self.about
    }

    /// What happened.
    #[must_use]
    pub const fn what(&self) -> &Happening {
        &self.what
    }
}

/// The last events, oldest first.
#[derive(Debug, Default)]
pub(super) struct History {
    events: VecDeque<Event>,
    next: u64,
    now: (Duration, u64),
    /// Whether the request or command that came last is being done.
    open: Option<u64>,
}

impl History {
    /// The moment of what happens from here on.
    pub(super) const fn set_now(&mut self, at: Duration, unix_millis: u64) {
        self.now = (at, unix_millis);
    }

    /// A request or a command, until [`History::end`].
    pub(super) fn begin(&mut self, what: Happening) {
        self.open = Some(self.next);
        self.push(&[], what);
    }

    /// What was begun is done; a request was answered with this.
    pub(super) fn end(&mut self, answered: Option<u16>) {
        if let Some(event) = self.begun()
            && let Happening::Request { status, .. } = &mut event.what
        {
            *status = answered;
        }
        self.open = None;
    }

    /// What is being done is about this reference.
    pub(super) fn concerns(&mut self, reference: &str) {
        if let Some(event) = self.begun()
            && !event.about.iter().any(|known| known == reference)
        {
            event.about.push(reference.to_owned());
        }
    }

    /// What is being done, unless so much has come of it that it is forgotten.
    fn begun(&mut self) -> Option<&mut Event> {
        let first = self.events.front()?.number;
        let place = usize::try_from(self.open?.checked_sub(first)?).ok()?;
        self.events.get_mut(place)
    }

    pub(super) fn push(&mut self, about: &[&str], what: Happening) {
        for reference in about {
            self.concerns(reference);
        }
        if self.events.len() >= EVENTS {
            self.events.pop_front();
        }
        let (at, unix_millis) = self.now;
        self.events.push_back(Event {
            number: self.next,
            at,
            unix_millis,
            about: about
                .iter()
                .map(|reference| (*reference).to_owned())
                .collect(),
            what,
        });
        self.next = self.next.saturating_add(1);
    }

    /// The number of the next one.
    pub(super) const fn next(&self) -> u64 {
        self.next
    }

    pub(super) fn events(&self) -> impl DoubleEndedIterator<Item = &Event> {
        self.events.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn effect(kind: &str) -> Happening {
        Happening::Effect {
            kind: kind.to_owned(),
            amount: None,
        }
    }

    fn request() -> Happening {
        Happening::Request {
            method: "POST".to_owned(),
            path: "/pay".to_owned(),
            status: None,
            fault: None,
        }
    }

    #[test]
    fn a_request_is_about_what_came_of_it() {
        let mut history = History::default();
        history.set_now(Duration::from_secs(3), 5);
        history.push(&["B"], effect("expiry"));
        history.begin(request());
        history.push(&["A"], effect("order"));
        history.push(&["A"], effect("payment"));
        history.end(Some(200));
        history.push(&["C"], effect("late"));
        let events: Vec<&Event> = history.events().collect();
        assert_eq!(events[0].about(), ["B"]);
        assert_eq!(events[1].about(), ["A"]);
        assert!(matches!(
            events[1].what(),
            Happening::Request {
                status: Some(200),
                ..
            }
        ));
        assert_eq!(events[4].about(), ["C"]);
        assert_eq!(
            (events[4].at(), events[4].unix_millis()),
            (Duration::from_secs(3), 5)
        );
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let mut history = History::default();
        history.begin(request());
        for _ in 0..EVENTS {
            history.push(&["A"], effect("order"));
        }
        history.end(Some(200));
        assert_eq!(history.events().count(), EVENTS);
        assert_eq!(history.events().next().unwrap().number(), 1);
        assert!(
            history
                .events()
                .all(|event| *event.what() == effect("order"))
        );
    }
}
