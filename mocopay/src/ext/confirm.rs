//! Confirming a payment: asking MoCoPay, and comparing with what was stored when it was started.
//!
//! MoCoPay signs no message to the merchant and names no amount that could be compared. So a session
//! counts for a payment only if product and buyer are those that the merchant stored.

use payments_core::error::Misuse;
use payments_core::incoming::{Basis, Confirmation, Confirmed, Expected};
use payments_core::{Error, Money, Reply};

use crate::types::{VerifyBy, VerifyPayment, VerifyPaymentReply};

/// What the merchant stored of a payment when it was started.
///
/// Store the session as soon as a message claims one, and let no session pay for two references.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    reference: String,
    price: Money,
    pid: String,
    user_id: Option<String>,
    session_id: Option<String>,
}

impl Stored {
    /// The payment `reference` for the product `pid`. `price` is what the merchant's own catalogue
    /// says that the product costs: MoCoPay names none to compare it with.
    #[must_use]
    pub fn new(reference: impl Into<String>, price: Money, pid: impl Into<String>) -> Self {
        Self {
            reference: reference.into(),
            price,
            pid: pid.into(),
            user_id: None,
            session_id: None,
        }
    }

    /// The same with the `userId` that was sent: another buyer's session does not count then.
    #[must_use]
    pub fn user_id(mut self, user_id: impl Into<String>) -> Self {
        self.user_id = Some(user_id.into());
        self
    }

    /// The same with the session that the payment is known by: no other counts then.
    #[must_use]
    pub fn session_id(mut self, session_id: impl Into<String>) -> Self {
        self.session_id = Some(session_id.into());
        self
    }
}

fn query(session_id: &str, stored: &Stored) -> Result<VerifyPayment, Misuse> {
    let known = stored.session_id.as_deref();
    same("sessionId", Some(known.unwrap_or(session_id)), session_id)?;
    VerifyPayment::builder()
        .by(VerifyBy::SessionId(session_id.into()))
        .build()
}

/// Whether MoCoPay speaks of what was stored.
fn same(field: &'static str, found: Option<&str>, stored: &str) -> Result<(), Misuse> {
    if found == Some(stored) {
        return Ok(());
    }
    Err(Misuse::new(
        field,
        "is another than was stored: deliver nothing and look at it",
    ))
}

fn judge(
    reply: Reply<VerifyPaymentReply>,
    session_id: &str,
    stored: &Stored,
) -> Result<Confirmation<Reply<VerifyPaymentReply>>, Misuse> {
    same("sessionId", reply.session_id.as_deref(), session_id)?;
    same("pid", reply.pid.as_deref(), &stored.pid)?;
    if let Some(user_id) = &stored.user_id {
        let user = reply
            .end_user
            .as_ref()
            .and_then(|user| user.user_id.as_deref());
        same("userId", user, user_id)?;
    }
    if !reply.is_charged() {
        return Ok(Confirmation::Open(reply));
    }
    let expected = Expected::new(stored.reference.clone(), stored.price);
    let basis = Basis::Queried { amount: false };
    Ok(Confirmation::Confirmed(Confirmed::by_provider_crate(
        reply, expected, basis,
    )))
}

payments_core::on_both_clients! {
    /// Confirms a payment by asking for the session that a message claims, or that was stored.
    ///
    /// It is confirmed where MoCoPay says that it is authorized and that something was charged
    /// (inferred), of a subscription in the current series, and open otherwise: no status is documented
    /// to be final. Deliver a subscription once for each `series` of the *answer*; that of a message is
    /// a claim.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the session is of another product or buyer than was stored; otherwise that
    /// of the query, which moves no money: confirm again later.
    pub fn confirm(
        session_id: &str,
        stored: &Stored,
    ) -> Result<Confirmation<Reply<VerifyPaymentReply>>, Error> {
        verify_payment(query(session_id, stored)?) => |reply| Ok(judge(reply, session_id, stored)?)
    }
}
