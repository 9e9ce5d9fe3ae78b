//! Which callback is to be sent when.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;

use super::callback::{
    Attempt, Callback, CallbackAnswer, CallbackMode, Delivery, DeliveryId, DeliveryState,
};

/// One attempt to make. Those by hand stand outside the retry rules.
#[derive(Clone, Copy, Debug)]
pub(super) struct Job {
    id: DeliveryId,
    by_hand: bool,
}

impl Job {
    pub(super) const fn new(id: DeliveryId, by_hand: bool) -> Self {
        Self { id, by_hand }
    }

    pub(super) const fn id(self) -> DeliveryId {
        self.id
    }

    pub(super) const fn is_by_hand(self) -> bool {
        self.by_hand
    }
}

/// Jobs that are done one after the other.
pub(super) type Batch = Vec<Job>;

/// Status and body of an answer, or why there is none.
pub(super) type Answer = Result<(u16, Bytes), String>;

/// All callbacks of a sandbox: no I/O, no clock, only what follows from what.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    deliveries: Vec<Delivery>,
    due: BTreeSet<(Duration, DeliveryId)>,
    ready: Vec<Batch>,
    /// Copies by hand that are sent later.
    later: BTreeSet<(Duration, DeliveryId)>,
    sending: usize,
    endpoints: BTreeMap<String, Endpoint>,
    mode: CallbackMode,
}

#[derive(Debug, Default)]
struct Endpoint {
    failures_in_a_row: u32,
    disabled: bool,
}

impl Outbox {
    pub(super) fn deliveries(&self) -> &[Delivery] {
        &self.deliveries
    }

    pub(super) fn set_mode(&mut self, mode: CallbackMode) {
        self.mode = mode;
    }

    pub(super) const fn mode(&self) -> CallbackMode {
        self.mode
    }

    pub(super) fn push(&mut self, callback: Callback, now: Duration) -> DeliveryId {
        let id = DeliveryId(self.deliveries.len());
        let unconditional = callback.unconditional;
        let disabled = self.is_disabled(&callback.url);
        self.deliveries.push(Delivery {
            id,
            callback,
            state: DeliveryState::Withheld,
            attempts: Vec::new(),
            failed: 0,
        });
        if unconditional {
            self.schedule(id, now);
        } else if disabled {
            self.set_state(id, DeliveryState::EndpointDisabled);
        } else {
            match self.mode {
                CallbackMode::Now => self.schedule(id, now),
                CallbackMode::After(pause) => self.schedule(id, now.saturating_add(pause)),
                CallbackMode::Twice => {
                    self.set_state(id, DeliveryState::Waiting(now));
                    self.ready
                        .push(vec![Job { id, by_hand: false }, Job { id, by_hand: true }]);
                }
                CallbackMode::Held => self.set_state(id, DeliveryState::Held),
                CallbackMode::Never => {}
            }
        }
        id
    }

    /// Sends `times` copies at once, by hand. `false` when there is no such callback.
    pub(super) fn resend(&mut self, id: DeliveryId, times: usize) -> bool {
        let exists = self.deliveries.get(id.0).is_some();
        if exists {
            let copy = vec![Job { id, by_hand: true }];
            self.ready.extend(std::iter::repeat_n(copy, times));
        }
        exists
    }

    /// Sends a copy by hand at that moment. `false` when there is no such callback.
    pub(super) fn resend_at(&mut self, id: DeliveryId, at: Duration) -> bool {
        let exists = self.deliveries.get(id.0).is_some();
        if exists {
            self.later.insert((at, id));
        }
        exists
    }

    /// Sends copies of all about `reference` by hand, the last one first. `false` when there is none.
    pub(super) fn resend_reversed(&mut self, reference: &str) -> bool {
        let about = self.deliveries.iter().rev();
        let about = about.filter(|delivery| delivery.reference() == reference);
        let batch: Batch = about
            .map(|delivery| Job {
                id: delivery.id,
                by_hand: true,
            })
            .collect();
        let any = !batch.is_empty();
        if any {
            self.ready.push(batch);
        }
        any
    }

    /// Sends what was held, one after the other.
    pub(super) fn release(&mut self, reversed: bool) {
        let mut batch: Batch = self
            .deliveries
            .iter()
            .filter(|delivery| delivery.state == DeliveryState::Held)
            .map(|delivery| Job {
                id: delivery.id,
                by_hand: false,
            })
            .collect();
        if reversed {
            batch.reverse();
        }
        for job in &batch {
            self.set_state(job.id, DeliveryState::Waiting(Duration::ZERO));
        }
        if !batch.is_empty() {
            self.ready.push(batch);
        }
    }

    pub(super) fn is_disabled(&self, url: &str) -> bool {
        self.endpoints
            .get(url)
            .is_some_and(|endpoint| endpoint.disabled)
    }

    pub(super) fn enable(&mut self, url: &str) {
        self.endpoints.remove(url);
    }

    /// Takes what is to be sent now.
    pub(super) fn take(&mut self, now: Duration) -> Vec<Batch> {
        let mut batches = std::mem::take(&mut self.ready);
        let mut due = Batch::new();
        while let Some(&(at, id)) = self.due.first() {
            if at > now {
                break;
            }
            self.due.pop_first();
            due.push(Job { id, by_hand: false });
        }
        if !due.is_empty() {
            batches.push(due);
        }
        while let Some(&(at, id)) = self.later.first() {
            if at > now {
                break;
            }
            self.later.pop_first();
            batches.push(vec![Job { id, by_hand: true }]);
        }
        let jobs = batches.iter().map(Vec::len).sum();
        self.sending = self.sending.saturating_add(jobs);
        batches
    }

    /// Takes one job without sending it: what came of it is known.
    pub(super) fn retire(&mut self, job: Job) {
        let is_it = |one: &Job| one.id == job.id && one.by_hand == job.by_hand;
        for batch in &mut self.ready {
            if let Some(place) = batch.iter().position(is_it) {
                batch.remove(place);
                self.ready.retain(|batch| !batch.is_empty());
                return;
            }
        }
        if job.by_hand {
            let later = self.later.iter().find(|(_, id)| *id == job.id).copied();
            later.map(|found| self.later.remove(&found));
        } else if let Some(DeliveryState::Waiting(at)) =
            self.deliveries.get(job.id.0).map(|delivery| delivery.state)
        {
            self.due.remove(&(at, job.id));
        }
    }

    /// What to send for a job that was taken; `None` when there is nothing left to do.
    pub(super) fn begin(&mut self, job: Job) -> Option<Callback> {
        let callback = self.deliveries.get(job.id.0)?.callback.clone();
        if !job.by_hand {
            if !callback.unconditional && self.is_disabled(&callback.url) {
                self.set_state(job.id, DeliveryState::EndpointDisabled);
                self.sending = self.sending.saturating_sub(1);
                return None;
            }
            self.set_state(job.id, DeliveryState::Sending);
        }
        Some(callback)
    }

    /// Records what came of a job and says what the provider should hear.
    pub(super) fn finish(
        &mut self,
        job: Job,
        answer: Answer,
        now: Duration,
    ) -> Option<CallbackAnswer> {
        self.sending = self.sending.saturating_sub(1);
        let (outcome, body) = match answer {
            Ok((status, body)) => (Ok(status), body),
            Err(problem) => (Err(problem), Bytes::new()),
        };
        let delivery = self.deliveries.get_mut(job.id.0)?;
        let received = outcome
            .as_ref()
            .is_ok_and(|&status| delivery.callback.rules.is_received(status));
        delivery.attempts.push(Attempt { at: now, outcome });
        if received {
            if let DeliveryState::Waiting(at) = delivery.state {
                self.due.remove(&(at, job.id));
            }
            delivery.state = DeliveryState::Delivered;
            if !job.by_hand {
                self.endpoints.remove(&delivery.callback.url);
            }
        } else if !job.by_hand {
            self.fail(job.id, now);
        }
        self.deliveries
            .get(job.id.0)
            .cloned()
            .map(|delivery| CallbackAnswer { delivery, body })
    }

    pub(super) fn next_due(&self) -> Option<Duration> {
        let first = [self.due.first(), self.later.first()];
        first.into_iter().flatten().map(|&(at, _)| at).min()
    }

    pub(super) fn is_idle(&self, now: Duration) -> bool {
        self.sending == 0 && self.ready.is_empty() && self.next_due().is_none_or(|at| at > now)
    }

    fn fail(&mut self, id: DeliveryId, now: Duration) {
        let Some(delivery) = self.deliveries.get_mut(id.0) else {
            return;
        };
        delivery.failed = delivery.failed.saturating_add(1);
        let (failed, rules) = (delivery.failed, delivery.callback.rules.clone());
        let already_delivered = delivery.state == DeliveryState::Delivered;
        let url = delivery.callback.url.clone();
        let endpoint = self.endpoints.entry(url.clone()).or_default();
        endpoint.failures_in_a_row = endpoint.failures_in_a_row.saturating_add(1);
        endpoint.disabled |= rules.disables(endpoint.failures_in_a_row);
        let disabled = endpoint.disabled;
        if !already_delivered {
            match rules.pause_after(failed) {
                Some(pause) => self.schedule(id, now.saturating_add(pause)),
                None => self.set_state(id, DeliveryState::GaveUp),
            }
        }
        if disabled {
            self.stop_waiting_for(&url);
        }
    }

    fn stop_waiting_for(&mut self, url: &str) {
        for delivery in &mut self.deliveries {
            if delivery.callback.url == url
                && let DeliveryState::Waiting(at) = delivery.state
            {
                self.due.remove(&(at, delivery.id));
                delivery.state = DeliveryState::EndpointDisabled;
            }
        }
    }

    fn schedule(&mut self, id: DeliveryId, at: Duration) {
        self.set_state(id, DeliveryState::Waiting(at));
        self.due.insert((at, id));
    }

    fn set_state(&mut self, id: DeliveryId, state: DeliveryState) {
        if let Some(delivery) = self.deliveries.get_mut(id.0) {
            delivery.state = state;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::callback::RetryRules;
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn rules() -> RetryRules {
        RetryRules::accept(200..=200)
            .every(MINUTE)
            .slower_after(2, Duration::from_secs(600))
            .disable_after(5)
    }

    fn callback(reference: &str) -> Callback {
        Callback::post("webhook", reference, "http://127.0.0.1:1/", rules())
    }

    /// Answers everything that is due with `status`; gives the references in the order sent.
    fn answer(outbox: &mut Outbox, now: Duration, status: u16) -> Vec<String> {
        let mut sent = Vec::new();
        for job in outbox.take(now).into_iter().flatten() {
            if let Some(callback) = outbox.begin(job) {
                sent.push(callback.reference);
                outbox.finish(job, Ok((status, Bytes::new())), now);
            }
        }
        sent
    }

    #[test]
    fn retries_slower_and_then_disables() {
        let mut outbox = Outbox::default();
        let id = outbox.push(callback("A"), Duration::ZERO);
        let mut now = Duration::ZERO;
        let mut pauses = Vec::new();
        for _ in 0..5 {
            assert_eq!(answer(&mut outbox, now, 500), ["A"]);
            let next = outbox.next_due().unwrap();
            pauses.push((next - now).as_secs() / 60);
            now = next;
        }
        assert_eq!(pauses, [1, 1, 10, 10, 10]);
        assert_eq!(answer(&mut outbox, now, 204), ["A"]);
        assert_eq!(outbox.next_due(), None);
        assert!(outbox.is_disabled("http://127.0.0.1:1/"));
        assert_eq!(
            outbox.deliveries()[id.0].state,
            DeliveryState::EndpointDisabled
        );
        assert_eq!(outbox.deliveries()[id.0].attempts.len(), 6);

        outbox.push(callback("B"), now);
        assert!(answer(&mut outbox, now + MINUTE, 200).is_empty());
        outbox.enable("http://127.0.0.1:1/");
        outbox.push(callback("C"), now);
        assert_eq!(answer(&mut outbox, now, 200), ["C"]);
    }

    #[test]
    fn failures_count_in_a_row_over_all_callbacks() {
        let mut outbox = Outbox::default();
        for reference in ["A", "B", "C", "D", "E"] {
            outbox.push(callback(reference), Duration::ZERO);
        }
        assert_eq!(answer(&mut outbox, Duration::ZERO, 302).len(), 5);
        outbox.push(callback("F"), Duration::ZERO);
        assert_eq!(answer(&mut outbox, Duration::ZERO, 200), ["F"]);
        assert_eq!(answer(&mut outbox, MINUTE, 500).len(), 5);
        assert!(!outbox.is_disabled("http://127.0.0.1:1/"));
        assert_eq!(answer(&mut outbox, MINUTE * 2, 500).len(), 1);
        assert!(outbox.is_disabled("http://127.0.0.1:1/"));
    }

    #[test]
    fn modes() {
        let mut outbox = Outbox::default();
        outbox.set_mode(CallbackMode::Held);
        outbox.push(callback("A"), Duration::ZERO);
        outbox.push(callback("B"), Duration::ZERO);
        assert!(outbox.is_idle(Duration::ZERO));
        assert!(answer(&mut outbox, MINUTE, 200).is_empty());
        outbox.release(true);
        assert!(!outbox.is_idle(MINUTE));
        assert_eq!(answer(&mut outbox, MINUTE, 200), ["B", "A"]);

        outbox.set_mode(CallbackMode::After(MINUTE));
        outbox.push(callback("C"), MINUTE);
        assert!(answer(&mut outbox, MINUTE, 200).is_empty());
        assert_eq!(answer(&mut outbox, MINUTE * 2, 200), ["C"]);

        outbox.set_mode(CallbackMode::Twice);
        outbox.push(callback("D"), MINUTE);
        assert_eq!(answer(&mut outbox, MINUTE, 200), ["D", "D"]);

        outbox.set_mode(CallbackMode::Never);
        let never = outbox.push(callback("E"), MINUTE);
        assert!(answer(&mut outbox, MINUTE * 100, 200).is_empty());
        assert!(outbox.resend(never, 3));
        assert_eq!(outbox.take(MINUTE).len(), 3, "a burst is sent side by side");
        assert!(!outbox.resend(DeliveryId(99), 1));
    }

    #[test]
    fn copies_go_out_later_and_in_reverse() {
        let mut outbox = Outbox::default();
        let first = outbox.push(callback("A"), Duration::ZERO);
        let second = outbox.push(callback("A"), Duration::ZERO);
        outbox.push(callback("B"), Duration::ZERO);
        assert_eq!(answer(&mut outbox, Duration::ZERO, 200).len(), 3);

        assert!(outbox.resend_at(first, MINUTE) && !outbox.resend_at(DeliveryId(99), MINUTE));
        assert_eq!(outbox.next_due(), Some(MINUTE));
        assert!(answer(&mut outbox, Duration::ZERO, 200).is_empty());
        assert!(!outbox.is_idle(MINUTE));
        assert_eq!(answer(&mut outbox, MINUTE, 200), ["A"]);
        assert_eq!(outbox.deliveries()[first.0].attempts.len(), 2);

        assert!(outbox.resend_reversed("A") && !outbox.resend_reversed("C"));
        let jobs: Vec<Job> = outbox.take(MINUTE).into_iter().flatten().collect();
        assert_eq!(
            jobs.iter().map(|job| job.id).collect::<Vec<_>>(),
            [second, first]
        );
    }

    #[test]
    fn an_attempt_by_hand_leaves_the_rules_alone() {
        let mut outbox = Outbox::default();
        let id = outbox.push(callback("A"), Duration::ZERO);
        answer(&mut outbox, Duration::ZERO, 500);
        outbox.resend(id, 1);
        answer(&mut outbox, Duration::ZERO, 500);
        assert_eq!(outbox.next_due(), Some(MINUTE));
        outbox.resend(id, 1);
        answer(&mut outbox, Duration::ZERO, 200);
        assert_eq!(outbox.next_due(), None);
        assert_eq!(outbox.deliveries()[id.0].state, DeliveryState::Delivered);
    }
}
