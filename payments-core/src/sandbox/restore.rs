//! Brings a sandbox to where it was: what came to it comes again, at the same moments.

use super::callback::DeliveryId;
use super::fault::Fault;
use super::form::{Fields, encode_form};
use super::inputs::{self, Input, Moment, What};
use super::kit::{Control, KitState, lock};
use super::message::Request;
use super::outbox::Job;
use super::plan::Plan;
use super::provider::Provider;
use super::sides::Sides;

/// What was recorded is not what comes of it now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "input {number} cannot be done again: it is broken, or of another program or configuration"
)]
pub struct NotRestored {
    number: usize,
}

impl NotRestored {
    /// Which one, from 1.
    #[must_use]
    pub const fn number(&self) -> usize {
        self.number
    }
}

impl<P: Provider> Control<P> {
    /// Does it all again, before anything else happens, and goes on from there.
    pub(super) fn restore(&self, lines: &[String]) -> Result<(), NotRestored> {
        let mut sides = lock(&self.sides);
        let mut state = self.kit.lock();
        let mut last = None;
        for (place, line) in lines.iter().enumerate() {
            let number = place.saturating_add(1);
            let input: Input = serde_json::from_str(line).map_err(|_| NotRestored { number })?;
            let moment = input.moment();
            self.again(&mut sides, &mut state, moment, input.what)
                .ok_or(NotRestored { number })?;
            last = Some(moment);
        }
        if let Some(last) = last {
            self.kit.clock.go_on(last.now, last.wall);
        }
        drop(state);
        drop(sides);
        self.kit.wake();
        self.kit.note_change();
        Ok(())
    }

    fn again(
        &self,
        sides: &mut Sides<P>,
        state: &mut KitState,
        moment: Moment,
        what: What,
    ) -> Option<()> {
        match what {
            What::Request {
                method,
                target,
                headers,
                body,
                status,
                fault,
            } => {
                let request = Request::new(&method, &target).body(inputs::bytes(&body)?);
                let headers = headers.iter();
                let request = headers.fold(request, |request, (name, value)| {
                    request.header(name, value)
                });
                let fault = fault.as_deref().and_then(Fault::known);
                let (reply, _) = self.handle_at(sides, state, moment, &request, fault);
                (reply.status() == status).then_some(())
            }
            What::Struck {
                method,
                path,
                status,
                fault,
            } => {
                let request = Request::new(&method, &path);
                state.note_struck(moment, &request, status, Fault::known(&fault)?);
                Some(())
            }
            What::Faults(written) => {
                state.plan = Plan::from_written(&written)?;
                Some(())
            }
            What::Command { name, fields } => {
                let pairs: Vec<(&str, &str)> = fields
                    .iter()
                    .map(|(name, value)| (&**name, &**value))
                    .collect();
                let fields = Fields::parse(encode_form(&pairs).as_bytes()).ok()?;
                let (reply, _) = self.command_at(sides, state, moment, &name, &fields);
                reply.map(drop)
            }
            What::Answer {
                id,
                by_hand,
                outcome,
            } => {
                let answer = match outcome {
                    Ok((status, body)) => Ok((status, inputs::bytes(&body)?)),
                    Err(problem) => Err(problem),
                };
                let job = Job::new(DeliveryId(id), by_hand);
                state.outbox.retire(job);
                self.finish_at(sides, state, moment, job, answer);
                Some(())
            }
            What::Time => {
                self.enter(&mut sides.now, state, moment, |_, _| ());
                Some(())
            }
            What::Mode { mode, pause } => {
                state.outbox.set_mode(inputs::mode(&mode, pause)?);
                Some(())
            }
            What::Release { reversed } => {
                state.outbox.release(reversed);
                Some(())
            }
            What::Resend { id, times } => state.outbox.resend(DeliveryId(id), times).then_some(()),
            What::ResendAt { id, at } => {
                let at = std::time::Duration::from_nanos(at);
                state.outbox.resend_at(DeliveryId(id), at).then_some(())
            }
            What::ResendReversed { reference } => {
                state.outbox.resend_reversed(&reference).then_some(())
            }
            What::Enable { url } => {
                state.outbox.enable(&url);
                Some(())
            }
        }
    }
}
