//! What only MoMo does: results with a *final* flag, confirming by query, and the one-payment family.

#[cfg(any(feature = "client", feature = "blocking"))]
mod confirm;
pub mod one_payment;

use payments_core::Money;
use payments_core::error::{Meaning, Misuse};
use payments_core::incoming::Expected;

use crate::codes::ResultCode;

/// What a result code of the gateway says of a payment or a refund. Only a code that MoMo flags as
/// final is a failure.
///
/// ```
/// use payments_momo::codes::ResultCode;
/// use payments_momo::ext::Outcome;
///
/// assert_eq!(ResultCode::Success.outcome(), Outcome::Paid);
/// assert!(matches!(ResultCode::DeniedByUser.outcome(), Outcome::Failed(_)));
/// assert_eq!(ResultCode::Processing.outcome(), Outcome::Pending);
/// assert!(matches!(ResultCode::from("5555").outcome(), Outcome::Open(_)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The payment is paid, the refund is made.
    Paid,
    /// The amount is held: capture or cancel it, or ask again where it is taken in one step.
    Authorised,
    /// Under way: ask again later.
    Pending,
    /// It came to nothing, for good.
    Failed(FinalCode),
    /// Neither: a code that is not final, or one that MoMo's table does not have. Ask again.
    Open(ResultCode),
}

/// A code, other than success, that MoMo flags as final. It comes out of [`ResultCode::outcome`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinalCode(ResultCode);

impl FinalCode {
    /// The code.
    #[must_use]
    pub fn code(&self) -> &ResultCode {
        &self.0
    }
}

impl ResultCode {
    /// Whether MoMo flags it as final: nothing changes it any more.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self.outcome(), Outcome::Paid | Outcome::Failed(_))
    }

    /// What it says.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self.meaning() {
            Meaning::Done => Outcome::Paid,
            Meaning::Declined => Outcome::Failed(FinalCode(self.clone())),
            Meaning::Pending if *self == Self::Authorised => Outcome::Authorised,
            Meaning::Pending => Outcome::Pending,
            _ => Outcome::Open(self.clone()),
        }
    }
}

/// Whether a message is about what the merchant expects.
fn agrees(expected: &Expected, reference: &str, amount: Money) -> Result<(), Misuse> {
    expected.check_reference(reference)?;
    expected.check_amount(amount)
}

/// Checks a number of an order by MoMo's rule: letters, digits, `.`, `_` and `-`, a letter or digit
/// at both ends. A sample of MoMo's own breaks it, so nothing calls this unless you do.
///
/// # Errors
/// [`Misuse`] for another text.
pub fn check_order_id(text: &str) -> Result<(), Misuse> {
    let end = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let (bytes, marks) = (text.as_bytes(), b"._-");
    let mut inner = bytes.iter();
    if end(bytes.first())
        && end(bytes.last())
        && inner.all(|byte| end(Some(byte)) || marks.contains(byte))
    {
        Ok(())
    } else {
        Err(Misuse::new(
            "orderId",
            "is not of the form that MoMo documents",
        ))
    }
}
