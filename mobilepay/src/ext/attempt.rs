//! Authorization attempts, and how they are reported.

use payments_core::Link;
use payments_core::error::Misuse;

use crate::codes::ReasonCode;
use crate::types::UpdateAttempt;

/// Where a 3-D Secure page sends the payer at its end, live: the app closes the view then.
pub const LIVE_DONE: &str = "https://products.mobilepay.dk/remote-website/apppages/done3ds.html";

/// The same of the sandbox.
pub const TEST_DONE: &str =
    "https://sandprod-products.mobilepay.dk/remote-website/apppages/done3ds.html";

/// One attempt to authorize one payment: a card that the payer chose.
///
/// ```
/// use payments_mobilepay::codes::ReasonCode;
/// use payments_mobilepay::ext::{Acquirer, Attempt};
///
/// let attempt = Attempt::new("a84781b3-af34-42ae-b296-260cfb6859fe", "ba12c5d5-8fd1-49cc-bc3f-2cb2ecb888c7");
/// let report = attempt.authorize_succeeded()?;
/// assert!(report.succeeded());
///
/// let acquirer = Acquirer { vat_number: "DK33749996", merchant_id: "77", payment_reference: "A-1" };
/// let report = attempt.authorize_failed(ReasonCode::InsufficientFunds, "no funds", Some(acquirer))?;
/// assert_eq!(report.acquirer_payment_reference(), Some("A-1"));
/// // Without the acquirer, MobilePay would not take it.
/// assert!(attempt.authorize_failed(ReasonCode::InsufficientFunds, "no funds", None).is_err());
/// # Ok::<(), payments_mobilepay::payments_core::error::Misuse>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Attempt {
    payment: String,
    attempt: String,
}

/// The acquirer that said no.
#[derive(Clone, Copy, Debug)]
pub struct Acquirer<'a> {
    /// Its VAT number, such as DK33749996.
    pub vat_number: &'a str,
    /// The merchant's id there.
    pub merchant_id: &'a str,
    /// Its reference of the authorization.
    pub payment_reference: &'a str,
}

impl Attempt {
    /// The attempt with MobilePay's two ids.
    #[must_use]
    pub fn new(payment_id: impl Into<String>, attempt_id: impl Into<String>) -> Self {
        Self {
            payment: payment_id.into(),
            attempt: attempt_id.into(),
        }
    }

    /// MobilePay's id of the payment.
    #[must_use]
    pub fn payment_id(&self) -> &str {
        &self.payment
    }

    /// MobilePay's id of the attempt.
    #[must_use]
    pub fn attempt_id(&self) -> &str {
        &self.attempt
    }

    /// The report that the acquirer authorized: the payer sees the receipt.
    ///
    /// # Errors
    /// [`Misuse`] for ids that cannot be sent.
    pub fn authorize_succeeded(&self) -> Result<UpdateAttempt, Misuse> {
        UpdateAttempt::builder()
            .payment_id(&self.payment)
            .authorization_attempt_id(&self.attempt)
            .succeeded(true)
            .build()
    }

    /// The report that nothing was authorized: the payer may choose another card, which is another
    /// attempt. Reasons from 1000 to 1999 need the acquirer that said no; only of 1009 and 1010 there
    /// may be none.
    ///
    /// # Errors
    /// [`Misuse`] for a reason without its acquirer, and for 1008, which has a page: [`Attempt::step_up`].
    pub fn authorize_failed(
        &self,
        reason: ReasonCode,
        message: &str,
        acquirer: Option<Acquirer<'_>>,
    ) -> Result<UpdateAttempt, Misuse> {
        self.failed(reason, message, acquirer, None)
    }

    /// The report that the payer has to go through 3-D Secure first: the app opens `page`, your own
    /// page that runs the challenge and ends at [`LIVE_DONE`] or [`TEST_DONE`], which close it.
    ///
    /// # Errors
    /// [`Misuse`] for a page that is not https.
    pub fn step_up(
        &self,
        page: &Link,
        message: &str,
        acquirer: Acquirer<'_>,
    ) -> Result<UpdateAttempt, Misuse> {
        self.failed(ReasonCode::StepUp, message, Some(acquirer), Some(page))
    }

    fn failed(
        &self,
        reason: ReasonCode,
        message: &str,
        acquirer: Option<Acquirer<'_>>,
        page: Option<&Link>,
    ) -> Result<UpdateAttempt, Misuse> {
        let mut report = UpdateAttempt::builder()
            .payment_id(&self.payment)
            .authorization_attempt_id(&self.attempt)
            .succeeded(false)
            .reason_code(reason)
            .reason_message(message);
        if let Some(acquirer) = acquirer {
            report = report
                .acquirer_vat_number(acquirer.vat_number)
                .acquirer_merchant_id(acquirer.merchant_id)
                .acquirer_payment_reference(acquirer.payment_reference);
        }
        if let Some(page) = page {
            report = report.three_d_secure_url(page.as_str());
        }
        report.build()
    }

    /// What a name of MobilePay's prose means for `succeeded`. There are no such values on the wire.
    ///
    /// ```
    /// use payments_mobilepay::ext::Attempt;
    ///
    /// assert_eq!(Attempt::is_success("authorize-succesfull"), Ok(true));
    /// assert_eq!(Attempt::is_success("authorize-failed"), Ok(false));
    /// assert!(Attempt::is_success("ok").is_err());
    /// ```
    ///
    /// # Errors
    /// [`Misuse`] for another name.
    pub fn is_success(name: &str) -> Result<bool, Misuse> {
        match name {
            "authorize-succesfull" | "authorize-successful" => Ok(true),
            "authorize-failed" => Ok(false),
            _ => Err(Misuse::new(
                "name",
                "is neither success nor failure of an authorization",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use payments_core::call::Call;

    use super::*;

    const ACQUIRER: Acquirer<'_> = Acquirer {
        vat_number: "DK33749996",
        merchant_id: "77",
        payment_reference: "A-1",
    };

    fn sent(report: Result<UpdateAttempt, Misuse>) -> Result<String, String> {
        let request = report.and_then(|report| report.request());
        let request = request.map_err(|misuse| misuse.field().to_owned())?;
        let path = "/api/v1/payments/p/authorizationattempts/a";
        assert_eq!((request.method().as_str(), request.path()), ("PATCH", path));
        Ok(String::from_utf8_lossy(request.body().bytes()).into_owned())
    }

    #[test]
    fn a_success_has_no_reason() {
        let attempt = Attempt::new("p", "a");
        let expect = Ok(r#"{"succeeded":true}"#.to_owned());
        assert_eq!(sent(attempt.authorize_succeeded()), expect);
    }

    #[test]
    fn reasons_from_1000_name_the_acquirer() {
        let attempt = Attempt::new("p", "a");
        let check = |code: &str, acquirer: Option<Acquirer<'_>>, expect: Result<&str, &str>| {
            let reason = ReasonCode::from(code);
            let found = sent(attempt.authorize_failed(reason, "no", acquirer));
            let expect = expect.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(found, expect, "{code}");
        };
        let bare = |code: &str| {
            format!(r#"{{"succeeded":false,"reasonCode":{code},"reasonMessage":"no"}}"#)
        };
        for code in ["1000", "1001", "1003", "1007", "1002", "1011", "1999"] {
            check(code, None, Err("acquirerVatNumber"));
            let whole = r#","acquirerVatNumber":"DK33749996","acquirerMerchantId":"77","acquirerPaymentReference":"A-1"}"#;
            let whole = bare(code).replace('}', whole);
            check(code, Some(ACQUIRER), Ok(&whole));
        }
        for code in ["1009", "1010", "2000", "2001", "2002", "3000"] {
            check(code, None, Ok(&bare(code)));
        }
        check("1008", Some(ACQUIRER), Err("threeDSecureUrl"));
        check("none", Some(ACQUIRER), Err("reasonCode"));
    }

    #[test]
    fn a_step_up_has_a_page() {
        let attempt = Attempt::new("p", "a");
        let page = |link: &str| attempt.step_up(&link.parse().unwrap(), "3ds", ACQUIRER);
        let found = sent(page("https://psp.example/3ds/1")).unwrap();
        assert!(found.contains(r#""reasonCode":1008"#), "{found}");
        assert!(
            found.ends_with(r#""threeDSecureUrl":"https://psp.example/3ds/1"}"#),
            "{found}"
        );
        let http = sent(page("http://psp.example/3ds/1"));
        assert_eq!(http, Err("threeDSecureUrl".to_owned()));
    }
}
