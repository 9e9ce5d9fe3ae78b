//! The steps that the async and the blocking client have in common, without I/O.

use std::fmt;
use std::time::Duration;

use super::{Grant, Login, Prepared, Provider, Setup};
use crate::clock::unix_millis;
use crate::error::{Error, Malformed, Misuse, NotSent, Unknown};
use crate::exchange::{CallRecord, Request, Response};
use crate::outgoing::call::{Call, Effect, Fault, Resolve};
use crate::outgoing::pending::{Pending, Resolved, StillUnknown};
use crate::outgoing::token::LoginDigest;
use crate::signing::Secret;

/// How long after the time of its record a call may still be under way: that is when it was
/// prepared, or sent where the record is from an error.
pub(super) const SETTLING: Duration = Duration::from_secs(300);

impl<P: Provider> Setup<P> {
    /// Turns a call into bytes and a record, without I/O.
    pub(super) fn prepare<C: Call>(&self, call: C) -> Result<Prepared<C>, Misuse> {
        if let Some((field, amount)) = call.amount() {
            let currencies = self.provider.currencies();
            if !currencies.is_empty() && !currencies.contains(&amount.currency()) {
                return Err(Misuse::new(
                    field,
                    format!(
                        "is in {}, this client is set up for {}",
                        amount.currency().code(),
                        currencies
                            .iter()
                            .map(|currency| currency.code())
                            .collect::<Vec<_>>()
                            .join(", ")
                    ),
                ));
            }
        }
        let request = call.request()?;
        Ok(Prepared {
            environment: self.base_of(&request)?.shared(),
            call,
            request,
            is_authorized: false,
            provider: P::NAME,
            prepared_at: unix_millis(self.clock.wall()),
            operation: None,
            open: None,
        })
    }

    /// The call with the time of its sending in its record: what was prepared long ago may still be
    /// under way.
    pub(super) fn sending<C>(&self, mut prepared: Prepared<C>) -> Prepared<C> {
        let now = unix_millis(self.clock.wall());
        prepared.prepared_at = now.max(prepared.prepared_at);
        prepared
    }

    /// The login as it goes out, but for the host, and what tells it from that of other credentials.
    pub(super) fn prepare_login(
        &self,
        login: P::Login,
        credentials: &P::Credentials,
    ) -> Result<(Prepared<P::Login>, LoginDigest), Error> {
        let mut prepared = self.prepare(login)?;
        let request = &mut prepared.request;
        P::Login::authorize(&self.provider, request, credentials)?;
        let digest = LoginDigest::of(request);
        if let Some((place, text)) = prepared.call.signature(credentials)? {
            request.carry_signature(place, &text)?;
        }
        Ok((prepared, digest))
    }

    /// Refuses a call that cannot be sent, before somebody logs in for it: what signing and binding it
    /// would say. A call that has its token is refused by these themselves, just as much before any I/O.
    pub(super) fn refuse_unsendable<C: Call>(
        &self,
        prepared: &Prepared<C>,
        credentials: &P::Credentials,
    ) -> Result<(), Misuse> {
        let mut request = prepared.said().into_owned();
        self.sign(&mut request, &prepared.call, credentials)?;
        self.bound(&request).map(drop)
    }

    /// Makes the request what goes out, but for the host.
    pub(super) fn authorize<C: Call>(
        &self,
        prepared: &mut Prepared<C>,
        credentials: &P::Credentials,
        token: Option<&Secret<String>>,
    ) -> Result<(), Error> {
        if prepared.is_authorized {
            prepared.request = prepared.call.request()?;
        }
        prepared.is_authorized = true;
        let request = &mut prepared.request;
        self.sign(request, &prepared.call, credentials)?;
        self.provider.authorize(request, credentials, token)?;
        Ok(())
    }

    fn sign<C: Call>(
        &self,
        request: &mut Request,
        call: &C,
        credentials: &P::Credentials,
    ) -> Result<(), Misuse> {
        let base = self.base_of(request)?;
        request.mount(base.path());
        if let Some((place, text)) = call.signature(credentials)? {
            request.carry_signature(place, &text)?;
        }
        Ok(())
    }

    /// An authorized request bound to its host: the same bytes, headers included, however often.
    pub(super) fn bound(&self, request: &Request) -> Result<http::Request<bytes::Bytes>, Misuse> {
        self.base_of(request)?.bind(request)
    }

    /// Looks at a response to a call before it is read: as the provider does, and at the signature
    /// that the description has of it.
    pub(super) fn inspect<C: Call>(
        &self,
        response: &Response,
        credentials: &P::Credentials,
    ) -> Result<(), Fault> {
        self.provider.inspect(C::NAME, response, credentials)?;
        C::check_signature(response, credentials)
    }

    /// The query for a stored call, after checking that it is one of this client's.
    pub(super) fn query<C: Resolve>(&self, pending: &Pending<C>) -> Result<C::Query, Misuse> {
        let record = pending.record();
        if record.provider() != P::NAME || !self.has_base(record.environment()) {
            return Err(Misuse::new(
                "pending",
                format!(
                    "is of {} at {}, this client is for {} at {}",
                    record.provider(),
                    record.environment(),
                    P::NAME,
                    self.base.as_str()
                ),
            ));
        }
        let reference = record
            .reference()
            .ok_or_else(|| Misuse::new("pending", "has no reference to ask for"))?;
        C::query(reference)
    }

    /// What the answer to the query says of the call, at the time of whoever keeps its record.
    pub(super) fn judge<C: Resolve, R>(
        &self,
        pending: &Pending<C>,
        answer: Result<R, Error>,
        now: u64,
    ) -> Result<Resolved<R>, Error> {
        match answer {
            Ok(reply) => Ok(Resolved::Settled(reply)),
            Err(Error::Refused(refused)) if C::is_not_found(&refused) => {
                Ok(if self.may_be_under_way(pending.record(), now) {
                    Resolved::StillUnknown(StillUnknown::TooEarly)
                } else {
                    Resolved::NeverHappened
                })
            }
            Err(Error::Refused(refused)) => {
                Ok(Resolved::StillUnknown(StillUnknown::Refused(refused)))
            }
            Err(error) => Err(error),
        }
    }

    /// The time of day, in milliseconds since 1970-01-01 UTC.
    pub(super) fn now(&self) -> u64 {
        unix_millis(self.clock.wall())
    }

    /// Whether a call may still be on its way to the provider.
    pub(super) fn may_be_under_way(&self, record: &CallRecord, now: u64) -> bool {
        let age = now.saturating_sub(record.prepared_at());
        u128::from(age) < self.patience().as_millis()
    }

    /// How long after its row was written a call may still be on its way.
    pub(super) fn patience(&self) -> Duration {
        SETTLING.max(self.options.total_timeout.saturating_mul(2))
    }

    /// What a failure comes to where the merchant does not take every refusal for final.
    pub(super) fn weighed<C: Call>(&self, prepared: &Prepared<C>, error: Error) -> Error {
        match (error, &self.doubts) {
            (Error::Refused(refused), Some(doubts))
                if C::EFFECT != Effect::Read && doubts(C::NAME, &refused) =>
            {
                let why = "a refusal that the merchant does not take for final";
                let unknown = Unknown::new(why, prepared.record());
                unknown.with_refused(refused).into()
            }
            (error, _) => error,
        }
    }

    /// Whether a refusal says that the token is no longer taken.
    pub(super) fn is_stale_token(&self, error: &Error) -> bool {
        match error {
            Error::Refused(refused) => self.provider.is_stale_token(refused),
            Error::Unknown(unknown) => unknown
                .refused()
                .is_some_and(|refused| self.provider.is_stale_token(refused)),
            _ => false,
        }
    }
}

/// A token that no header can carry is the provider's fault, and nothing to keep.
pub(super) fn usable(grant: Grant) -> Result<Grant, Error> {
    let token = grant.token.expose();
    if !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(grant)
    } else {
        Err(Malformed::new("the access token cannot be used", None).into())
    }
}

/// Says of a refusal that it was the login's.
pub(super) fn of_login(error: Error) -> Error {
    match error {
        Error::Refused(refused) => Error::Refused(Box::new(refused.of_login())),
        other => other,
    }
}

/// A failed login means that the call itself did not leave, whatever became of the login; the
/// provider's refusal of the credentials stays what it is.
pub(super) fn login_failed(error: Error) -> Error {
    match error {
        Error::Refused(_) | Error::Misuse(_) => error,
        other => NotSent::new("no access token", Some(Box::new(other))).into(),
    }
}

/// The same for those who waited for somebody else's failed login.
pub(super) fn login_failed_elsewhere(why: &str) -> Error {
    NotSent::new(format!("no access token: {why}"), None).into()
}

impl<P: Provider> fmt::Debug for Setup<P> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} at {}", P::NAME, self.base.as_str())
    }
}
