//! The async client: it does what the engine says.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::{Instrument, debug, info_span};

use super::journaled::{Moment, OpenRow, finished};
use super::steps::{login_failed, login_failed_elsewhere, of_login, usable};
use super::{FromSetup, Login, Prepared, Provider, Setup};
use crate::error::{Error, Misuse, NotSent};
use crate::exchange::{Request, Response};
use crate::outgoing::call::{Call, Effect, Raw, Reply, Resolve};
use crate::outgoing::engine::{Machine, Step};
use crate::outgoing::journal::{Journal, JournalStore};
use crate::outgoing::pending::{Pending, Resolved};
use crate::outgoing::token::TokenState;
use crate::outgoing::transport::{ReqwestTransport, Transport};
use crate::signing::Secret;

type Recorded<'a, R> = Pin<Box<dyn Future<Output = Result<Reply<R>, Error>> + Send + 'a>>;

/// An async client of one account: cheap to clone, to be shared between tasks. Several accounts are
/// several clients, over one transport if they like.
pub struct Client<P: Provider> {
    pub(super) shared: Arc<Shared<P>>,
    pub(super) journal: Option<Journal>,
}

pub(super) struct Shared<P: Provider> {
    pub(super) setup: Setup<P>,
    transport: Arc<dyn Transport>,
    token: Mutex<TokenState>,
    /// Held by the one task that fetches a token.
    fetching: tokio::sync::Mutex<()>,
    /// How many fetches of a token have ended; read before the lock is waited for.
    fetches: AtomicU64,
}

impl<P: Provider> FromSetup<P> for Client<P> {
    fn from_setup(mut setup: Setup<P>) -> Result<Self, Error> {
        let transport = match setup.transport.take() {
            Some(transport) => transport,
            None => Arc::new(ReqwestTransport::new(&setup.options)?),
        };
        Ok(Self {
            shared: Arc::new(Shared {
                setup,
                transport,
                token: Mutex::default(),
                fetching: tokio::sync::Mutex::default(),
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
    pub async fn send<C: Call>(&self, prepared: Prepared<C>) -> Result<Reply<C::Reply>, Error> {
        let mut prepared = self.shared.setup.sending(prepared);
        self.at_once(&mut prepared).await
    }

    async fn at_once<C: Call>(&self, prepared: &mut Prepared<C>) -> Result<Reply<C::Reply>, Error> {
        let span = info_span!(
            "payment_call",
            provider = P::NAME,
            call = C::NAME,
            reference = prepared.call.reference(),
        );
        if C::EFFECT != Effect::Read
            && let Some(journal) = &self.journal
        {
            return self.recorded(journal, prepared).instrument(span).await;
        }
        if span.is_disabled() {
            return self.run(prepared).await;
        }
        // In place: a future of this size is dear to move.
        let mut run = pin!(self.run(prepared));
        poll_fn(|context| span.in_scope(|| run.as_mut().poll(context))).await
    }

    /// Prepares a call and sends it.
    ///
    /// # Errors
    /// [`Error`]; ask its `money_moved` first.
    pub async fn call<C: Call>(&self, call: C) -> Result<Reply<C::Reply>, Error> {
        // Both in one breath: its time is read once.
        let mut prepared = self.prepare(call)?;
        self.at_once(&mut prepared).await
    }

    /// The same as an operation of the caller's: see [`Prepared::operation`].
    ///
    /// # Errors
    /// [`Error`]; ask its `money_moved` first.
    pub async fn call_as<C: Call>(
        &self,
        operation: impl Into<String> + Send,
        call: C,
    ) -> Result<Reply<C::Reply>, Error> {
        let mut prepared = self.prepare(call)?.operation(operation);
        self.at_once(&mut prepared).await
    }

    /// Sends a call between two entries of the journal. Boxed, so that a client without one carries no
    /// room for it.
    fn recorded<'a, C: Call>(
        &'a self,
        journal: &'a Journal,
        prepared: &'a mut Prepared<C>,
    ) -> Recorded<'a, C::Reply> {
        Box::pin(async move {
            let setup = &self.shared.setup;
            let entry = prepared.entry(journal)?;
            let at = Moment::now(&*setup.clock);
            let begin = move |store: &dyn JournalStore| store.begin(&entry, C::EFFECT.may_repeat());
            let begun = journal.within("recording a call", begin).await;
            if let Some(instead) = setup.begun(journal, prepared, begun, at) {
                return instead;
            }
            let result = self.run(prepared).await;
            let Some(open) = &prepared.open else {
                return result;
            };
            let (result, after) = setup.ended(open, prepared, result);
            let write = move |store: &dyn JournalStore| after.write(store);
            let written = journal.within("settling a call", write).await;
            finished(prepared, result, written)
        })
    }

    /// Writes a row again that is not fresh any more, before its call is sent.
    async fn again(&self, open: &OpenRow) -> Result<(), NotSent> {
        let clock = &self.shared.setup.clock;
        let (id, at) = (open.id, Moment::now(&**clock));
        let again = move |store: &dyn JournalStore| store.again(id, at.millis());
        let again = open.journal.within("recording a call", again).await;
        open.written_again(again, at, &**clock)
    }

    /// Asks the provider what became of a call.
    ///
    /// # Errors
    /// [`Error::Misuse`] for a call of another client; otherwise that of the query, which moves no
    /// money.
    pub async fn resolve<C: Resolve>(
        &self,
        pending: &Pending<C>,
    ) -> Result<Resolved<Reply<<C::Query as Call>::Reply>>, Error> {
        let query = self.shared.setup.query(pending)?;
        let answer = self.call(query).await;
        let setup = &self.shared.setup;
        setup.judge(pending, answer, setup.now())
    }

    /// Sends a request of the caller's own with this client's authorization, once. With a journal it
    /// needs an operation: prepare and send a [`Raw`].
    ///
    /// # Errors
    /// As for a call that is not a read.
    pub async fn raw(&self, request: Request) -> Result<Response, Error> {
        Ok(self.call(Raw::<false>::new(request)).await?.into_inner())
    }

    /// The same for a request that only reads, which may be repeated.
    ///
    /// # Errors
    /// As for a read.
    pub async fn raw_read(&self, request: Request) -> Result<Response, Error> {
        Ok(self.call(Raw::<true>::new(request)).await?.into_inner())
    }

    async fn run<C: Call>(&self, prepared: &mut Prepared<C>) -> Result<Reply<C::Reply>, Error> {
        let token = match self.token_at_hand() {
            Some(token) => token,
            // Rare, and large: every call would carry its room.
            None => Box::pin(self.token(prepared)).await?,
        };
        let error = match self.authorized(prepared, token.as_deref()).await {
            Err(error) => error,
            done => return done,
        };
        Box::pin(self.with_new_token(prepared, token, error)).await
    }

    /// What becomes of a failure: a read whose token is no longer taken is sent with a new one.
    async fn with_new_token<C: Call>(
        &self,
        prepared: &mut Prepared<C>,
        token: Option<Arc<Secret<String>>>,
        error: Error,
    ) -> Result<Reply<C::Reply>, Error> {
        let error = self.shared.setup.weighed(prepared, error);
        let Some(stale) = token.filter(|_| self.shared.setup.is_stale_token(&error)) else {
            return Err(error);
        };
        self.token_state().forget(&stale);
        if C::EFFECT != Effect::Read {
            return Err(error);
        }
        let token = self.token(prepared).await?;
        self.authorized(prepared, token.as_deref()).await
    }

    async fn authorized<C: Call>(
        &self,
        prepared: &mut Prepared<C>,
        token: Option<&Secret<String>>,
    ) -> Result<Reply<C::Reply>, Error> {
        let setup = &self.shared.setup;
        let credentials = setup.credentials()?;
        setup.authorize(prepared, &credentials, token)?;
        self.drive(prepared, &credentials).await
    }

    async fn drive<C: Call>(
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
                && let Err(why) = Box::pin(self.again(open)).await
            {
                return Err(machine.stopped(why));
            }
            // Nothing is kept while this waits but what waits: requests are large, and many calls
            // under way share a cache.
            let sending = {
                let bound = setup.bound(&prepared.request)?;
                self.shared.transport.send(bound)
            };
            let sent = sending.await;
            match &sent {
                Ok(response) => debug!(attempt, status = response.status().as_u16(), "answered"),
                Err(error) => debug!(attempt, %error, "not answered"),
            }
            let inspect = |response: &Response| setup.inspect::<C>(response, credentials);
            let pause = match machine.after(sent, inspect) {
                Step::Sleep(pause) => pause,
                Step::Done(result) => return result,
            };
            setup.clock.sleep(pause).await;
        }
    }

    /// What a call is sent with if it need not wait for it: a token, or none where there is no
    /// login.
    fn token_at_hand(&self) -> Option<Option<Arc<Secret<String>>>> {
        if !P::Login::EXISTS {
            return Some(None);
        }
        let setup = &self.shared.setup;
        let token = self.token_state().current(setup.clock.monotonic(), None);
        token.filter(|_| !setup.rotates()).map(Some)
    }

    /// A panic elsewhere leaves the state as it was.
    fn token_state(&self) -> MutexGuard<'_, TokenState> {
        self.shared
            .token
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The token to send this call with, fetched if need be by one task for all.
    async fn token<C: Call>(
        &self,
        prepared: &Prepared<C>,
    ) -> Result<Option<Arc<Secret<String>>>, Error> {
        let shared = &*self.shared;
        let setup = &shared.setup;
        let seen = shared.fetches.load(Ordering::Acquire);
        let _alone = shared.fetching.lock().await;
        if let Some(token) = self.token_at_hand() {
            return Ok(token);
        }
        let credentials = setup.credentials()?;
        let Some(login) = P::Login::of(&setup.provider, &credentials)? else {
            return Ok(None);
        };
        let (login, digest) = setup.prepare_login(login, &credentials)?;
        if let Some(token) = self
            .token_state()
            .current(setup.clock.monotonic(), Some(&digest))
        {
            return Ok(Some(token));
        }
        setup.refuse_unsendable(prepared, &credentials)?;
        // Whoever waited for a fetch that failed does not try the same again at once.
        if shared.fetches.load(Ordering::Acquire) != seen
            && let Some(why) = self.token_state().last_failure()
        {
            return Err(login_failed_elsewhere(why));
        }
        let result = self.log_in(login, &credentials).await;
        let grant =
            result.and_then(|reply| usable(P::Login::grant(&setup.provider, reply.into_inner())));
        let token = match grant {
            Ok(grant) => Ok(self
                .token_state()
                .store(grant, setup.clock.monotonic(), digest)),
            Err(error) => {
                let error = of_login(error);
                self.token_state().fail(error.to_string());
                Err(login_failed(error))
            }
        };
        shared.fetches.fetch_add(1, Ordering::Release);
        token.map(Some)
    }

    async fn log_in(
        &self,
        login: Prepared<P::Login>,
        credentials: &P::Credentials,
    ) -> Result<Reply<<P::Login as Call>::Reply>, Error> {
        self.drive(&login, credentials).await
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
