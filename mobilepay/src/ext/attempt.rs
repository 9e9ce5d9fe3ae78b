//! Authorization attempts, and how they are reported.

use payments_core::CaselessId;
use payments_core::build::Given;
use payments_core::error::Misuse;

use crate::codes::ReasonCode;
use crate::types::{UpdateAttempt, UpdateAttemptBuilder};

/// Where a 3-D Secure page sends the payer at its end, live: the app closes the view then.
pub const LIVE_DONE: &str = "https://products.mobilepay.dk/remote-website/apppages/done3ds.html";

/// The same of the sandbox.
pub const TEST_DONE: &str =
    "https://sandprod-products.mobilepay.dk/remote-website/apppages/done3ds.html";

/// A report that knows its attempt: `build` checks what its fields say about each other.
pub type Report = UpdateAttemptBuilder<Given<String>, Given<String>, Given<bool>>;

/// One attempt to authorize one payment: a card that the payer chose. The ids are GUIDs: two attempts
/// are the same whatever the case of their letters. They are sent as they came.
///
/// ```
/// use payments_mobilepay::codes::ReasonCode;
/// use payments_mobilepay::ext::Attempt;
///
/// let attempt = Attempt::new("a84781b3-af34-42ae-b296-260cfb6859fe", "ba12c5d5-8fd1-49cc-bc3f-2cb2ecb888c7");
/// let report = attempt.authorize_succeeded()?;
/// assert!(report.succeeded());
///
/// let report = attempt.authorize_failed(ReasonCode::InsufficientFunds, "no funds");
/// // Without the acquirer that said no, MobilePay would not take it.
/// assert!(report.build().is_err());
///
/// let step_up = attempt
///     .authorize_failed(ReasonCode::StepUp, "3-D Secure")
///     .acquirer_vat_number("DK33749996")
///     .acquirer_merchant_id("77")
///     .acquirer_payment_reference("A-1")
///     .three_d_secure_url("https://psp.example/3ds/1")
///     .build()?;
/// assert_eq!(step_up.acquirer_payment_reference(), Some("A-1"));
/// # Ok::<(), payments_mobilepay::payments_core::error::Misuse>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Attempt {
    payment: CaselessId,
    attempt: CaselessId,
}

impl Attempt {
    /// The attempt with MobilePay's two ids.
    #[must_use]
    pub fn new(payment_id: impl Into<String>, attempt_id: impl Into<String>) -> Self {
        Self {
            payment: CaselessId::new(payment_id),
            attempt: CaselessId::new(attempt_id),
        }
    }

    /// MobilePay's id of the payment.
    #[must_use]
    pub fn payment_id(&self) -> &str {
        self.payment.as_str()
    }

    /// MobilePay's id of the attempt.
    #[must_use]
    pub fn attempt_id(&self) -> &str {
        self.attempt.as_str()
    }

    /// The report that the acquirer authorized: the payer sees the receipt.
    ///
    /// # Errors
    /// [`Misuse`] for ids that cannot be sent.
    pub fn authorize_succeeded(&self) -> Result<UpdateAttempt, Misuse> {
        self.report(true).build()
    }

    /// The report that nothing was authorized: the payer may choose another card, which is another
    /// attempt. Reasons from 1000 to 1999 take the acquirer that said no; only of 1009 and 1010 there
    /// may be none. 1008 takes the `three_d_secure_url` of your own page that runs the challenge: the
    /// app opens it, and it ends at [`LIVE_DONE`] or [`TEST_DONE`], which close it.
    pub fn authorize_failed(&self, reason: ReasonCode, message: &str) -> Report {
        let report = self.report(false).reason_code(reason);
        report.reason_message(message)
    }

    fn report(&self, succeeded: bool) -> Report {
        UpdateAttempt::builder()
            .payment_id(self.payment_id())
            .authorization_attempt_id(self.attempt_id())
            .succeeded(succeeded)
    }
}

#[cfg(test)]
mod tests {
    use payments_core::call::Call;
    use payments_core::error::Meaning;

    use super::*;
    use crate::codes::AttemptName;

    fn with_acquirer(report: Report) -> Report {
        report
            .acquirer_vat_number("DK33749996")
            .acquirer_merchant_id("77")
            .acquirer_payment_reference("A-1")
    }

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
        let check = |code: &str, with: bool, expect: Result<&str, &str>| {
            let report = attempt.authorize_failed(ReasonCode::from(code), "no");
            let report = if with { with_acquirer(report) } else { report };
            let expect = expect.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(sent(report.build()), expect, "{code}");
        };
        let bare = |code: &str| {
            format!(r#"{{"succeeded":false,"reasonCode":{code},"reasonMessage":"no"}}"#)
        };
        for code in ["1000", "1001", "1003", "1007", "1002", "1011", "1999"] {
            check(code, false, Err("acquirerVatNumber"));
            let whole = r#","acquirerVatNumber":"DK33749996","acquirerMerchantId":"77","acquirerPaymentReference":"A-1"}"#;
            let whole = bare(code).replace('}', whole);
            check(code, true, Ok(&whole));
        }
        for code in ["1009", "1010", "2000", "2001", "2002", "3000"] {
            check(code, false, Ok(&bare(code)));
        }
        check("1008", true, Err("threeDSecureUrl"));
        check("none", true, Err("reasonCode"));
        // All of the acquirer, or nothing of it.
        let half = attempt.authorize_failed(ReasonCode::Error, "no");
        let half = half.acquirer_merchant_id("77").build();
        assert_eq!(sent(half), Err("acquirerVatNumber".to_owned()));
    }

    #[test]
    fn a_step_up_has_a_page_and_nothing_else_has() {
        let attempt = Attempt::new("p", "a");
        let page = |code: ReasonCode, link: &str| {
            let report = with_acquirer(attempt.authorize_failed(code, "3ds"));
            sent(report.three_d_secure_url(link).build())
        };
        let found = page(ReasonCode::StepUp, "https://psp.example/3ds/1").unwrap();
        assert!(found.contains(r#""reasonCode":1008"#), "{found}");
        assert!(
            found.ends_with(r#""threeDSecureUrl":"https://psp.example/3ds/1"}"#),
            "{found}"
        );
        let expect = Err("threeDSecureUrl".to_owned());
        assert_eq!(page(ReasonCode::StepUp, "http://psp.example/3ds/1"), expect);
        assert_eq!(
            page(ReasonCode::Rejected, "https://psp.example/3ds/1"),
            expect
        );
    }

    #[test]
    fn names_of_the_prose_say_what_became_of_it() {
        for (name, expect) in [
            ("authorize-succesfull", Meaning::Done),
            ("authorize-successful", Meaning::Done),
            ("authorize-failed", Meaning::Declined),
            ("ok", Meaning::Unknown),
        ] {
            assert_eq!(AttemptName::from(name).meaning(), expect, "{name}");
        }
    }
}
