//! What is sensitive is masked in `Debug`.

use payments_core::{Money, Request, Secret};

/// A beneficiary.
#[derive(Request)]
pub struct CreateBeneficiary {
    /// Number of the identity document.
    #[wire("idNo", min = 1, sensitive)]
    id_no: String,
    /// Phone number.
    #[wire("phone", sensitive)]
    phone: Option<String>,
    /// Income.
    #[wire("income", money = "minor", sensitive)]
    income: Option<Money>,
    /// A secret masks itself.
    #[wire("password")]
    password: Secret<String>,
    /// Everyone may know it.
    #[wire("nickname")]
    nickname: String,
}
