//! What the sandbox is to be like, above all where the provider's pages are silent.

use std::fmt;
use std::time::Duration;

use payments_core::sandbox::Settings;

/// Whether the dealer may do something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Permission {
    /// The dealer may.
    #[default]
    Allowed,
    /// The dealer must, with every payment.
    Required,
    /// The dealer may not.
    Forbidden,
}

/// Which amounts can be captured. Two of the provider's pages contradict each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CaptureLimit {
    /// 15 % above or below what was authorised.
    #[default]
    FifteenPerCent,
    /// As much or less.
    EqualOrLess,
}

/// How the detail list answers about a payment that is not there. The pages do not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnknownPayment {
    /// As a success with `PaymentDetail` null.
    #[default]
    NullDetail,
    /// As a success without `PaymentDetail`.
    NoDetail,
    /// As processed and not successful.
    NotSuccessful,
    /// With the code `PaymentIdError`.
    PaymentIdError,
}

/// What a second page with a known `OtherTrxCode` does. The pages document no check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RepeatedCode {
    /// There are two pages then, and a buyer can pay both.
    #[default]
    SecondPage,
    /// It is refused as `InvalidRequest`.
    Refuse,
}

/// What the sandbox is to be like.
///
/// ```
/// use payments_moka::sandbox::{Config, Permission};
///
/// let config = Config::new()
///     .credentials("1730", "shop-api", "my-shop-password")
///     .pool(Permission::Required);
/// assert!(!format!("{config:?}").contains("my-shop-password"));
/// ```
#[derive(Clone)]
pub struct Config {
    pub(super) kit: Settings,
    pub(super) dealer_code: String,
    pub(super) username: String,
    pub(super) password: String,
    pub(super) notification: Option<String>,
    pub(super) pre_auth: Permission,
    pub(super) pool: Permission,
    pub(super) tokenization: Permission,
    pub(super) direct_sale: bool,
    pub(super) direct_return: bool,
    pub(super) foreign_currency: bool,
    pub(super) most_installments: i64,
    pub(super) sub_merchants: Vec<String>,
    pub(super) products: Vec<(i64, String)>,
    pub(super) capture_limit: CaptureLimit,
    pub(super) unknown_payment: UnknownPayment,
    pub(super) repeated_code: RepeatedCode,
    pub(super) refund_delay: Duration,
    pub(super) numeric_refund_ids: bool,
    pub(super) lower_case_code: bool,
    pub(super) bare_url: bool,
    pub(super) trailing_blank: bool,
    pub(super) exception_in_message: bool,
    pub(super) error_status: u16,
}

impl Config {
    /// The `DealerCode` unless another is given.
    pub const DEALER_CODE: &'static str = "1730";
    /// The `Username` unless another is given.
    pub const USERNAME: &'static str = "sandbox-api";
    /// The `Password` unless another is given.
    pub const PASSWORD: &'static str = "sandbox-şifre-of-no-value";

    /// A dealer who may do everything; any port.
    #[must_use]
    pub fn new() -> Self {
        Self {
            kit: Settings::new(),
            dealer_code: Self::DEALER_CODE.to_owned(),
            username: Self::USERNAME.to_owned(),
            password: Self::PASSWORD.to_owned(),
            notification: None,
            pre_auth: Permission::Allowed,
            pool: Permission::Allowed,
            tokenization: Permission::Allowed,
            direct_sale: true,
            direct_return: true,
            foreign_currency: true,
            most_installments: 12,
            sub_merchants: vec!["Örnek Dükkân".to_owned()],
            products: vec![(1, "ÇAY-1".to_owned()), (2, "KAHVE-2".to_owned())],
            capture_limit: CaptureLimit::default(),
            unknown_payment: UnknownPayment::default(),
            repeated_code: RepeatedCode::default(),
            refund_delay: Duration::from_secs(3600),
            numeric_refund_ids: false,
            lower_case_code: false,
            bare_url: false,
            trailing_blank: false,
            exception_in_message: false,
            error_status: 200,
        }
    }

    /// Changes the port, the clock, the log and the like. Codes, numbers and faults are drawn from the
    /// seed that is set here.
    #[must_use]
    pub fn kit(mut self, set: impl FnOnce(Settings) -> Settings) -> Self {
        self.kit = set(self.kit);
        self
    }

    /// `DealerCode`, `Username` and `Password`.
    #[must_use]
    pub fn credentials(mut self, dealer_code: &str, username: &str, password: &str) -> Self {
        self.dealer_code = dealer_code.to_owned();
        self.username = username.to_owned();
        self.password = password.to_owned();
        self
    }

    /// Reports every decided payment here too: `http://`, on this machine. Nowhere unless said.
    #[must_use]
    pub fn notification(mut self, url: &str) -> Self {
        self.notification = Some(url.to_owned());
        self
    }

    /// Pre-authorisation.
    #[must_use]
    pub const fn pre_auth(mut self, permission: Permission) -> Self {
        self.pre_auth = permission;
        self
    }

    /// Pool payments.
    #[must_use]
    pub const fn pool(mut self, permission: Permission) -> Self {
        self.pool = permission;
        self
    }

    /// Storing cards; [`Permission::Required`] is the same as allowed.
    #[must_use]
    pub const fn tokenization(mut self, permission: Permission) -> Self {
        self.tokenization = permission;
        self
    }

    /// Whether `IsThreeD` 0 leaves out the 3-D step; a dealer who may not sell so gets it anyway.
    #[must_use]
    pub const fn direct_sale(mut self, allowed: bool) -> Self {
        self.direct_sale = allowed;
        self
    }

    /// Whether a page without 3-D step sends the buyer back too; it does unless said.
    #[must_use]
    pub const fn direct_return(mut self, sent: bool) -> Self {
        self.direct_return = sent;
        self
    }

    /// Whether the dealer has other currencies than the lira.
    #[must_use]
    pub const fn foreign_currency(mut self, allowed: bool) -> Self {
        self.foreign_currency = allowed;
        self
    }

    /// The most instalments that the dealer has; 12 unless said.
    #[must_use]
    pub const fn most_installments(mut self, most: i64) -> Self {
        self.most_installments = most;
        self
    }

    /// Registers a name for the card statement, beside `Örnek Dükkân`.
    #[must_use]
    pub fn sub_merchant(mut self, name: &str) -> Self {
        self.sub_merchants.push(name.to_owned());
        self
    }

    /// Puts a product on the dealer's list, beside 1 `ÇAY-1` and 2 `KAHVE-2`.
    #[must_use]
    pub fn product(mut self, id: i64, code: &str) -> Self {
        self.products.push((id, code.to_owned()));
        self
    }

    /// Which amounts can be captured.
    #[must_use]
    pub const fn capture_limit(mut self, limit: CaptureLimit) -> Self {
        self.capture_limit = limit;
        self
    }

    /// How the detail list answers about a payment that is not there.
    #[must_use]
    pub const fn unknown_payment(mut self, how: UnknownPayment) -> Self {
        self.unknown_payment = how;
        self
    }

    /// What a second page with a known `OtherTrxCode` does.
    #[must_use]
    pub const fn repeated_code(mut self, what: RepeatedCode) -> Self {
        self.repeated_code = what;
        self
    }

    /// How long it takes until a refund request becomes a refund; an hour unless said.
    #[must_use]
    pub const fn refund_delay(mut self, delay: Duration) -> Self {
        self.refund_delay = delay;
        self
    }

    /// Writes `RefundRequestId` as a number; as a string unless said.
    #[must_use]
    pub const fn numeric_refund_ids(mut self, numeric: bool) -> Self {
        self.numeric_refund_ids = numeric;
        self
    }

    /// Gives `CodeForHash` in lower case; in upper case unless said.
    #[must_use]
    pub const fn lower_case_code(mut self, lower: bool) -> Self {
        self.lower_case_code = lower;
        self
    }

    /// Answers the creation of a page with a bare string, as for a `ReturnHash` that is not 1.
    #[must_use]
    pub const fn bare_url(mut self, bare: bool) -> Self {
        self.bare_url = bare;
        self
    }

    /// Ends every refusing code with a blank, as some of the pages have it.
    #[must_use]
    pub const fn trailing_blank(mut self, blank: bool) -> Self {
        self.trailing_blank = blank;
        self
    }

    /// Puts the text of `EX` into `ResultMessage`, as one page has it.
    #[must_use]
    pub const fn exception_in_message(mut self, there: bool) -> Self {
        self.exception_in_message = there;
        self
    }

    /// The HTTP status of a refusal; 200 unless said.
    #[must_use]
    pub const fn error_status(mut self, status: u16) -> Self {
        self.error_status = status;
        self
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}

/// Without the password.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("kit", &self.kit)
            .field("dealer_code", &self.dealer_code)
            .field("username", &self.username)
            .field("notification", &self.notification)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_not_shown() {
        let shown = format!("{:?}", Config::new());
        assert!(shown.contains(Config::DEALER_CODE));
        assert!(!shown.contains(Config::PASSWORD));
    }
}
