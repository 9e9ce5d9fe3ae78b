//! Answers that were given, so that a repeated question gets the same one.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use super::ack::Ack;
use super::inbox::Key;
use super::message::Message;
use super::notice::{Answered, Notice};

/// Remembers answers: the same message gets the same answer, the same key with another message is
/// a conflict. In memory, the oldest forgotten first. Cheap to clone; the clones are one.
#[derive(Clone)]
pub struct Replays {
    state: Arc<Mutex<State>>,
    capacity: usize,
}

#[derive(Default)]
struct State {
    given: HashMap<Key, Given>,
    order: VecDeque<Key>,
}

struct Given {
    digest: [u8; 32],
    answer: Bytes,
}

/// What is known of a message.
#[derive(Debug)]
#[must_use]
pub enum Seen<N> {
    /// It is new: answer it, and keep the answer.
    New,
    /// The same message was answered with this.
    Before(Ack<N>),
    /// Another message with its key was answered before: refuse it.
    Conflict,
}

impl Replays {
    /// Remembers so many answers.
    #[must_use]
    pub fn of(capacity: usize) -> Self {
        Self {
            state: Arc::default(),
            capacity,
        }
    }

    /// What is known of a message.
    pub fn look<M: Message>(&self, message: &M) -> Seen<M::Notice>
    where
        M::Notice: Answered,
    {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match state.given.get(&key(message)) {
            None => Seen::New,
            Some(given) if given.digest == message.digest() => {
                Seen::Before(Ack::written(given.answer.clone()))
            }
            Some(_) => Seen::Conflict,
        }
    }

    /// Keeps the answer to a message and gives what is to be sent. Where two of the same were
    /// answered at once, both are answered with what was kept first.
    pub fn keep<M: Message>(
        &self,
        message: &M,
        answer: &<M::Notice as Answered>::Answer,
    ) -> Ack<M::Notice>
    where
        M::Notice: Answered,
    {
        let answer = Ack::<M::Notice>::answer(answer);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let key = key(message);
        if let Some(given) = state.given.get(&key) {
            return if given.digest == message.digest() {
                Ack::written(given.answer.clone())
            } else {
                Ack::rejected()
            };
        }
        while state.order.len() >= self.capacity {
            let Some(oldest) = state.order.pop_front() else {
                break;
            };
            state.given.remove(&oldest);
        }
        let given = Given {
            digest: message.digest(),
            answer: answer.body().clone(),
        };
        state.order.push_back(key.clone());
        state.given.insert(key, given);
        answer
    }
}

fn key<M: Message>(message: &M) -> Key {
    Key::of::<M::Notice>(message.scope(), &message.notice().dedupe())
}

impl fmt::Debug for Replays {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        write!(out, "Replays({} of {})", state.given.len(), self.capacity)
    }
}
