//! The blocking client: it does what the engine says, without a hidden runtime.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::{debug, info_span};

use super::journaled::{Moment, OpenRow, finished};
use super::steps::{login_failed, login_failed_elsewhere, of_login, usable};
use super::{FromSetup, Login, Prepared, Provider, Setup};
use crate::error::{Error, Misuse, NotSent};
use crate::exchange::{Request, Response};
use crate::outgoing::call::{Call, Effect, Raw, Reply, Resolve};
use crate::outgoing::engine::{Machine, Step};
use crate::outgoing::journal::Journal;
use crate::outgoing::pending::{Pending, Resolved};
use crate::outgoing::token::TokenState;
use crate::outgoing::transport::{BlockingTransport, UreqTransport};
use crate::signing::Secret;

/// A blocking client of one account: cheap to clone, to be shared between threads. Several accounts are
/// several clients, over one transport if they like.
pub struct Client<P: Provider> {
    pub(super) shared: Arc<Shared<P>>,
    pub(super) journal: Option<Journal>,
}

pub(super) struct Shared<P: Provider> {
    pub(super) setup: Setup<P>,
    transport: Arc<dyn BlockingTransport>,
    token: Mutex<TokenState>,
    /// How many fetches of a token have ended; read before the lock is waited for.
    fetches: AtomicU64,
}

impl<P: Provider> FromSetup<P> for Client<P> {
    fn from_setup(mut setup: Setup<P>) -> Result<Self, Error> {
        let transport = match setup.blocking_transport.take() {
            Some(transport) => transport,
            None => Arc::new(UreqTransport::new(&setup.options)?),
        };
        Ok(Self {
            shared: Arc::new(Shared {
                setup,
                transport,
                token: Mutex::default(),
                fetches: AtomicU64::new(0),
            }),
            journal: None,
        })
    }
}

impl<P: Provider> Client<P> {
    /// The same client, with every call that is not a read recorded in `journal` before its first byte
    /// leaves, and settled after. Transport and access token are shared with the client that this is
    /// made from, which records nothing.
    #[must_use]
    pub fn with_journal(&self, journal: Journal) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            journal: Some(journal.of_client()),
        }
    }

    /// Turns a call into bytes, without I/O. What is sent later is exactly that.
    ///
    /// # Errors
    /// [`Misuse`] naming the field.
    pub fn prepare<C: Call>(&self, call: C) -> Result<Prepared<C>, Misuse> {
        self.shared.setup.prepare(call)
    }

    /// Sends a prepared call.
    ///
    /// # Errors
    /// [`Error`]; ask its `money_moved` first.
    pub fn send<C: Call>(&self, prepared: Prepared<C>) -> Result<Reply<C::Reply>, Error> {
        let mut prepared = self.shared.setup.sending(prepared);
        let span = info_span!(
            "payment_call",
            provider = P::NAME,
            call = C::NAME,
            reference = prepared.call.reference(),
        );
        span.in_scope(|| match &self.journal {
            Some(journal) if C::EFFECT != Effect::Read => self.recorded(journal, &mut prepared),
            Some(_) | None => self.run(&mut prepared),
        })
    }

    /// Prepares a call and sends it.
    ///
    /// # Errors
    /// [`Error`]; ask its `money_moved` first.
    pub fn call<C: Call>(&self, call: C) -> Result<Reply<C::Reply>, Error> {
        self.send(self.prepare(call)?)
    }

    /// The same as an operation of the caller's: see [`Prepared::operation`].
    ///
    /// # Errors
    /// [`Error`]; ask its `money_moved` first.
    pub fn call_as<C: Call>(
        &self,
        operation: impl Into<String>,
        call: C,
    ) -> Result<Reply<C::Reply>, Error> {
        self.send(self.prepare(call)?.operation(operation))
    }

    /// Asks the provider what became of a call.
    ///
    /// # Errors
    /// [`Error::Misuse`] for a call of another client; otherwise that of the query, which moves no
    /// money.
    pub fn resolve<C: Resolve>(
        &self,
        pending: &Pending<C>,
    ) -> Result<Resolved<Reply<<C::Query as Call>::Reply>>, Error> {
        let query = self.shared.setup.query(pending)?;
        let answer = self.call(query);
        let setup = &self.shared.setup;
        setup.judge(pending, answer, setup.now())
    }

    /// Sends a request of the caller's own with this client's authorization, once. With a journal it
    /// needs an operation: prepare and send a [`Raw`].
    ///
    /// # Errors
    /// As for a call that is not a read.
    pub fn raw(&self, request: Request) -> Result<Response, Error> {
        Ok(self.call(Raw::<false>::new(request))?.into_inner())
    }

    /// The same for a request that only reads, which may be repeated.
    ///
    /// # Errors
    /// As for a read.
    pub fn raw_read(&self, request: Request) -> Result<Response, Error> {
        Ok(self.call(Raw::<true>::new(request))?.into_inner())
    }

    /// Sends a call between two entries of the journal.
    fn recorded<C: Call>(
        &self,
        journal: &Journal,
        prepared: &mut Prepared<C>,
    ) -> Result<Reply<C::Reply>, Error> {
        let setup = &self.shared.setup;
        let entry = prepared.entry(journal)?;
        let at = Moment::now(&*setup.clock);
        let begun = journal.store().begin(&entry, C::EFFECT.may_repeat());
        if let Some(instead) = setup.begun(journal, prepared, begun, at) {
            return instead;
        }
        let result = self.run(prepared);
        let Some(open) = &prepared.open else {
            return result;
        };
        let (result, after) = setup.ended(open, prepared, result);
        finished(prepared, result, after.write(journal.store()))
    }

    /// Writes a row again that is not fresh any more, before its call is sent.
    fn again(&self, open: &OpenRow) -> Result<(), NotSent> {
        let clock = &self.shared.setup.clock;
        let at = Moment::now(&**clock);
        let again = open.journal.store().again(open.id, at.millis());
        open.written_again(again, at, &**clock)
    }

    fn run<C: Call>(&self, prepared: &mut Prepared<C>) -> Result<Reply<C::Reply>, Error> {
        let token = self.token(prepared)?;
        let error = match self.attempts(prepared, token.as_deref()) {
            Ok(reply) => return Ok(reply),
            Err(error) => self.shared.setup.weighed(prepared, error),
        };
        let Some(stale) = token.filter(|_| self.shared.setup.is_stale_token(&error)) else {
            return Err(error);
        };
        self.token_state().forget(&stale);
        if C::EFFECT != Effect::Read {
            return Err(error);
        }
        let token = self.token(prepared)?;
        self.attempts(prepared, token.as_deref())
    }

    fn attempts<C: Call>(
        &self,
        prepared: &mut Prepared<C>,
        token: Option<&Secret<String>>,
    ) -> Result<Reply<C::Reply>, Error> {
        let setup = &self.shared.setup;
        let credentials = setup.credentials()?;
        setup.authorize(prepared, &credentials, token)?;
        self.drive(prepared, &credentials)
    }

    fn drive<C: Call>(
        &self,
        prepared: &Prepared<C>,
        credentials: &P::Credentials,
    ) -> Result<Reply<C::Reply>, Error> {
        let setup = &self.shared.setup;
        let mut machine = Machine::new(prepared, &setup.policy, &setup.budget, &*setup.clock);
        loop {
            let attempt = machine.attempt();
            if let Some(open) = prepared.open.as_deref()
                && open.is_due(&*setup.clock)
                && let Err(why) = self.again(open)
            {
                return Err(machine.stopped(why));
            }
            let sent = self.shared.transport.send(setup.bound(&prepared.request)?);
            match &sent {
                Ok(response) => debug!(attempt, status = response.status().as_u16(), "answered"),
                Err(error) => debug!(attempt, %error, "not answered"),
            }
            let inspect = |response: &Response| setup.inspect::<C>(response, credentials);
            match machine.after(sent, inspect) {
                Step::Sleep(pause) => setup.clock.sleep_blocking(pause),
                Step::Done(result) => return result,
            }
        }
    }

    /// A panic elsewhere leaves the state as it was.
    fn token_state(&self) -> MutexGuard<'_, TokenState> {
        self.shared
            .token
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The token to send this call with, fetched if need be by one thread for all.
    fn token<C: Call>(&self, prepared: &Prepared<C>) -> Result<Option<Arc<Secret<String>>>, Error> {
        let shared = &*self.shared;
        let setup = &shared.setup;
        let seen = shared.fetches.load(Ordering::Acquire);
        let mut state = self.token_state();
        if !setup.rotates()
            && let Some(token) = state.current(setup.clock.monotonic(), None)
        {
            return Ok(Some(token));
        }
        let credentials = setup.credentials()?;
        let Some(login) = P::Login::of(&setup.provider, &credentials)? else {
            return Ok(None);
        };
        let (login, digest) = setup.prepare_login(login, &credentials)?;
        if let Some(token) = state.current(setup.clock.monotonic(), Some(&digest)) {
            return Ok(Some(token));
        }
        setup.refuse_unsendable(prepared, &credentials)?;
        // Whoever waited for a fetch that failed does not try the same again at once.
        if shared.fetches.load(Ordering::Acquire) != seen
            && let Some(why) = state.last_failure()
        {
            return Err(login_failed_elsewhere(why));
        }
        let result = self.log_in(login, &credentials);
        let grant =
            result.and_then(|reply| usable(P::Login::grant(&setup.provider, reply.into_inner())));
        let token = match grant {
            Ok(grant) => Ok(state.store(grant, setup.clock.monotonic(), digest)),
            Err(error) => {
                let error = of_login(error);
                state.fail(error.to_string());
                Err(login_failed(error))
            }
        };
        shared.fetches.fetch_add(1, Ordering::Release);
        token.map(Some)
    }

    fn log_in(
        &self,
        login: Prepared<P::Login>,
        credentials: &P::Credentials,
    ) -> Result<Reply<<P::Login as Call>::Reply>, Error> {
        self.drive(&login, credentials)
    }
}

impl<P: Provider> Clone for Client<P> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            journal: self.journal.clone(),
        }
    }
}

impl<P: Provider> fmt::Debug for Client<P> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Client({:?})", self.shared.setup)
    }
}
