//! Confirming a payment: asking MoCoPay, and comparing with what was stored when it was started.
//!
//! MoCoPay signs no message to the merchant and names no amount that could be compared. So a session
//! counts for a payment only if its product, and its buyer or itself, are those that were stored.

use payments_core::error::Misuse;
use payments_core::incoming::{Basis, Confirmation, Confirmed, Expected};
use payments_core::{Error, Masked, Reply};

use crate::types::{VerifyBy, VerifyPayment, VerifyPaymentReply};

/// What the merchant stored of a payment: nothing that MoCoPay says ties a session to a reference, so
/// the shop's own record has to.
///
/// The amount of `expected` is what the merchant's own catalogue says that the product costs: MoCoPay
/// names none to compare it with.
///
/// ```
/// use payments_mocopay::payments_core::incoming::Expected;
/// use payments_mocopay::{Currency, Money, Stored};
///
/// let expected = Expected::new("ORDER-1001", Money::from_decimal("1.50", Currency::EUR)?);
/// let stored = Stored::of_buyer(expected, "12000", "buyer-of-1001");
/// assert!(!format!("{stored:?}").contains("buyer-of-1001"));
/// # Ok::<(), payments_mocopay::payments_core::money::MoneyError>(())
/// ```
#[derive(Clone, Masked, PartialEq, Eq)]
pub struct Stored {
    expected: Expected,
    pid: String,
    #[wire("userId", sensitive)]
    user_id: Option<String>,
    session_id: Option<String>,
}

impl Stored {
    /// A payment that was started with this `userId`, **and no other with the same**: another buyer's
    /// session does not count. With one `userId` for several payments, a session of one pays for all.
    #[must_use]
    pub fn of_buyer(expected: Expected, pid: &str, user_id: &str) -> Self {
        Self {
            user_id: Some(user_id.to_owned()),
            ..Self::untied(expected, pid)
        }
    }

    /// A payment that a session was stored for, **in a column that holds each session once**, when the
    /// first message claimed it: no other session counts.
    #[must_use]
    pub fn of_session(expected: Expected, pid: &str, session_id: &str) -> Self {
        Self::untied(expected, pid).and_session(session_id)
    }

    /// The same, and of this session alone.
    #[must_use]
    pub fn and_session(mut self, session_id: &str) -> Self {
        self.session_id = Some(session_id.to_owned());
        self
    }

    /// Not yet tied to anything that only this payment has.
    fn untied(expected: Expected, pid: &str) -> Self {
        Self {
            expected,
            pid: pid.to_owned(),
            user_id: None,
            session_id: None,
        }
    }
}

fn query(session_id: Option<&str>, stored: &Stored) -> Result<VerifyPayment, Misuse> {
    let kept = stored.session_id.as_deref();
    let by = match session_id.or(kept) {
        Some(session) => VerifyBy::SessionId(session.to_owned()),
        None => VerifyBy::UserId(stored.user_id.clone().unwrap_or_default()),
    };
    same("sessionId", session_id.or(kept), kept)?;
    VerifyPayment::builder().by(by).build()
}

/// Whether MoCoPay speaks of what was stored, if it was. An empty text is nothing that only one
/// payment has.
fn same(field: &'static str, found: Option<&str>, stored: Option<&str>) -> Result<(), Misuse> {
    if stored.is_none_or(|stored| !stored.is_empty() && found == Some(stored)) {
        return Ok(());
    }
    Err(Misuse::new(
        field,
        "is another than was stored: deliver nothing and look at it",
    ))
}

fn judge(
    reply: Reply<VerifyPaymentReply>,
    session_id: Option<&str>,
    stored: &Stored,
) -> Result<Confirmation<Reply<VerifyPaymentReply>>, Misuse> {
    let asked = session_id.or(stored.session_id.as_deref());
    let user = reply.end_user.as_ref();
    let user = user.and_then(|user| user.user_id.as_deref());
    same("sessionId", reply.session_id.as_deref(), asked)?;
    same("pid", reply.pid.as_deref(), Some(&stored.pid))?;
    same("userId", user, stored.user_id.as_deref())?;
    if !reply.is_charged() {
        return Ok(Confirmation::Open(reply));
    }
    let basis = Basis::Queried { amount: false };
    let confirmed = Confirmed::by_provider_crate(reply, stored.expected.clone(), basis);
    Ok(Confirmation::Confirmed(confirmed))
}

payments_core::on_both_clients! {
    /// Confirms a payment by asking for the session that a message claims; without one, where no message
    /// came, for the session that was stored, or else for that of the buyer.
    ///
    /// It is confirmed where MoCoPay says that it is authorized and that something was charged
    /// (inferred), of what may be a subscription in the current series, and open otherwise: no status
    /// is documented to be final. Deliver a subscription once for each `series` of the *answer*; that
    /// of a message is a claim.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the session is of another product or buyer than was stored; otherwise that
    /// of the query, which moves no money: confirm again later.
    pub fn confirm(
        session_id: Option<&str>,
        stored: &Stored,
    ) -> Result<Confirmation<Reply<VerifyPaymentReply>>, Error> {
        verify_payment(query(session_id, stored)?) => |reply| Ok(judge(reply, session_id, stored)?)
    }
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn what_was_stored_must_be_found() {
        let check = |found: Option<&str>, stored: Option<&str>, expect: bool| {
            let same = same("userId", found, stored);
            assert_eq!(same.is_ok(), expect, "{found:?} {stored:?}");
        };
        check(Some("u1"), Some("u1"), true);
        check(Some("u2"), Some("u1"), false);
        check(None, Some("u1"), false);
        check(Some("u1"), None, true);
        // A session of nobody is not that of a payment without a buyer.
        check(Some(""), Some(""), false);
    }
}
