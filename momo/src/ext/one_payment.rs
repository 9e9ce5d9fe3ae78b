//! The one-payment family: the partner's page inside the MoMo app.
//!
//! It shares neither keys nor codes with the gateway. MoMo calls the partner ([`Init`],
//! [`Notification`]); the partner's page opens a [`Bill`] by one of its [`Links`]. Nothing that comes
//! in is signed, so each endpoint says how its caller is known
//! ([`CallerAuth`](payments_core::incoming::CallerAuth)).

use payments_core::error::Misuse;
use payments_core::incoming::{Basis, Confirmation, Confirmed, Expected, Unverified};

use super::agrees;
pub use crate::codes::BillCode;
pub use crate::inbound::{Init, Notification};
pub use crate::types::{AccountInfo, Acknowledgement, Bill, BillKeys, InitAnswer};
pub use payments_core::link::Links;

impl Bill {
    /// What the merchant's database holds of it, for [`confirm`].
    #[must_use]
    pub fn expected(&self) -> Expected {
        Expected::new(self.bill_id(), self.amount())
    }
}

/// The acknowledgement of a notification. `payment_ref` is the partner's own number of the payment:
/// a repeat gets the same.
///
/// # Errors
/// [`Misuse`] for a number that is empty or has more than 50 characters.
pub fn acknowledge(
    notification: &Notification,
    payment_ref: &str,
) -> Result<Acknowledgement, Misuse> {
    Acknowledgement::builder()
        .request_id(&*notification.request_id)
        .payment_ref(payment_ref)
        .result_code(0)
        .message("Success")
        .build()
}

/// Confirms a bill by what the merchant's own database says of it: there is no query. Any code but
/// success leaves it open, because no other is documented.
///
/// # Errors
/// [`Misuse`] if the request, the bill or the amount is not the expected one.
pub fn confirm(
    message: &Unverified<Notification>,
    request_id: &str,
    expected: &Expected,
) -> Result<Confirmation<Notification>, Misuse> {
    let claims = message.claims();
    if claims.request_id != request_id {
        return Err(Misuse::new("expected", "is of another `requestId`"));
    }
    agrees(expected, &claims.bill_id, claims.amount)?;
    Ok(match claims.result_code {
        BillCode::Success => Confirmation::Confirmed(Confirmed::by_provider_crate(
            claims.clone(),
            expected.clone(),
            Basis::CallerAuthenticated,
        )),
        _ => Confirmation::Open(claims.clone()),
    })
}
