//! From a raw request to a verified callback, or to nothing.

use http::HeaderName;

use super::explain::explain;
use super::fields::{BodyFormat, Fields};
use super::inbound::Inbound;
use super::inbox::Row;
use super::message::Endpoint;
use super::notice::Notice;
use super::ring::KeyRing;
use super::verified::{Headers, Scope, Verified};
use crate::error::Rejected;
use crate::signing::{Explanation, Keys, Place, SignatureRule, Signed, TagText};

/// Verifies the callbacks of one kind at one endpoint. The keys belong to the endpoint, never to a
/// field of the message.
#[derive(Clone, Debug)]
pub struct Verifier<N: Signed>
where
    N::Keys: Sized,
{
    scope: Scope,
    ring: KeyRing<N::Keys>,
    rule: SignatureRule,
    body: Option<BodyFormat>,
    kept: Headers,
}

impl<N: Notice + Signed> Verifier<N>
where
    N::Keys: Keys + Sized,
{
    /// A verifier for one endpoint, by the rule of the description. `environment` and `account` are
    /// the merchant's own names; they keep two accounts with the same order numbers apart.
    #[must_use]
    pub fn new(
        environment: impl Into<String>,
        account: impl Into<String>,
        keys: KeyRing<N::Keys>,
    ) -> Self {
        Self {
            scope: Scope::of::<N>(environment, account),
            ring: keys,
            rule: N::SIGNATURE,
            body: None,
            kept: match N::SIGNATURE.place {
                Place::Header(name) => Headers::default().signature(name),
                Place::Field(_) => Headers::default(),
            },
        }
    }

    /// The same, for signatures written in another text form. One form is accepted, never several.
    #[must_use]
    pub fn with_text(mut self, text: TagText) -> Self {
        self.rule.text = text;
        self
    }

    /// The same, for bodies of this format whatever their content type says.
    #[must_use]
    pub fn with_body(mut self, format: BodyFormat) -> Self {
        self.body = Some(format);
        self
    }

    /// The same, for an inbox that is to keep these headers too, for people or for a handler. It keeps
    /// content type and signature anyway, by which a row is verified again, and no other.
    #[must_use]
    pub fn keeping(mut self, headers: impl IntoIterator<Item = HeaderName>) -> Self {
        self.kept = self.kept.asked_for(headers);
        self
    }

    /// The fields of a message, by its content type or by what the caller stated.
    pub(super) fn fields<'a>(&self, inbound: &'a Inbound) -> Result<Fields<'a>, Rejected> {
        inbound.fields(self.body)
    }

    /// The signature that came with a message, if there is exactly one.
    pub(super) fn given<'a>(
        &self,
        inbound: &'a Inbound,
        fields: &'a Fields<'_>,
    ) -> Option<&'a str> {
        match self.rule.place {
            Place::Header(name) => inbound.header_once(name),
            Place::Field(name) => fields.text(name),
        }
    }

    pub(super) fn rule(&self) -> SignatureRule {
        self.rule
    }

    pub(super) fn ring(&self) -> &KeyRing<N::Keys> {
        &self.ring
    }

    /// Whose callbacks it verifies.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Verifies a callback before anything else is done with it.
    ///
    /// # Errors
    /// [`Rejected`], without a reason: whoever sent it may be reading. [`Verifier::explain`] has it.
    pub fn verify(&self, inbound: &Inbound) -> Result<Verified<N>, Rejected> {
        let fields = self.fields(inbound)?;
        let given = self.given(inbound, &fields).ok_or(Rejected)?;
        let signed = N::read(&fields)?;
        let key = self
            .ring
            .iter()
            .find(|(_, signer)| signer.verify(&signed, self.rule, given))
            .map(|(id, _)| id.to_owned())
            .ok_or(Rejected)?;
        Ok(Verified::by_provider_crate(
            signed,
            N::read_unsigned(&fields),
            self.scope.clone(),
            key,
            inbound.clone(),
        )
        .keeping(self.kept.clone()))
    }

    /// Verifies a callback again that the inbox kept, as [`Receiver::reread`](super::Receiver::reread)
    /// reads one that nobody signs.
    ///
    /// # Errors
    /// [`Rejected`] for a row of another account or kind, for one without its request, and where the
    /// key that it was signed with is in the ring no more.
    pub fn reread(&self, row: &Row) -> Result<Verified<N>, Rejected> {
        Endpoint::reread(self, row)
    }

    /// Says for people why a callback was or was not verified: the canonical string part by part
    /// with the secret masked. Never send it anywhere.
    #[must_use]
    pub fn explain(&self, inbound: &Inbound) -> Explanation {
        explain(self, inbound)
    }
}
