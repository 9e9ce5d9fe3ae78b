//! What the sandbox is to be like, above all where MoMo's pages are silent.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use payments_core::sandbox::Settings;

/// Which list of fields the signature of a create reply covers. The pages contradict each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplySignature {
    /// Without `message`.
    ListA,
    /// With `message`, as the newest page has it.
    #[default]
    ListB,
    /// There is none.
    None,
    /// One that is neither.
    Wrong,
}

/// How the sandbox reads what the partner answers to Init. The provider's own sample has `name`
/// twice in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum InitReader {
    /// As the table has it: `id` and `name`, nothing twice, `referenceId` required.
    #[default]
    Strict,
    /// As the sample has it: of two `name`, the first is the id; `referenceId` may be absent.
    Lenient,
}

/// The partner of family A: what MoMo gives at integration, and where the partner listens.
#[derive(Clone)]
pub struct Partner {
    pub(super) code: String,
    pub(super) service_code: String,
    pub(super) partner_name: String,
    pub(super) partner_id: String,
    pub(super) version: String,
    pub(super) secret_key: String,
    pub(super) payment_url: String,
    pub(super) init_url: Option<String>,
    pub(super) notify_url: Option<String>,
    pub(super) header: Option<(String, String)>,
}

impl Partner {
    /// The values of the provider's sample link; the key is the published test key of MOMO.
    #[must_use]
    pub fn new() -> Self {
        Self {
            code: "MoMo2020".to_owned(),
            service_code: "MoMo2020".to_owned(),
            partner_name: "Dịch vụ".to_owned(),
            partner_id: "MoMo202001".to_owned(),
            version: "v1".to_owned(),
            secret_key: Config::SECRET_KEY.to_owned(),
            payment_url: "momo://".to_owned(),
            init_url: None,
            notify_url: None,
            header: None,
        }
    }

    /// `code`, `serviceCode`, `partnerName`, `partnerId` and `version`.
    #[must_use]
    pub fn integration(
        mut self,
        code: &str,
        service_code: &str,
        partner_name: &str,
        partner_id: &str,
        version: &str,
    ) -> Self {
        self.code = code.to_owned();
        self.service_code = service_code.to_owned();
        self.partner_name = partner_name.to_owned();
        self.partner_id = partner_id.to_owned();
        self.version = version.to_owned();
        self
    }

    /// What checksums are made with.
    #[must_use]
    pub fn secret_key(mut self, key: &str) -> Self {
        self.secret_key = key.to_owned();
        self
    }

    /// The `paymentUrl` of Init; `momo://` unless said.
    #[must_use]
    pub fn payment_url(mut self, url: &str) -> Self {
        self.payment_url = url.to_owned();
        self
    }

    /// Calls `/api/v1/init` below this address: `http://`, on this machine.
    #[must_use]
    pub fn host(mut self, base: &str) -> Self {
        self.init_url = Some(format!("{}/api/v1/init", base.trim_end_matches('/')));
        self
    }

    /// Notifies here: `http://`, on this machine.
    #[must_use]
    pub fn notify_url(mut self, url: &str) -> Self {
        self.notify_url = Some(url.to_owned());
        self
    }

    /// Sends this header with both calls. What MoMo's own header table holds is unknown.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.header = Some((name.to_owned(), value.to_owned()));
        self
    }
}

impl Default for Partner {
    fn default() -> Self {
        Self::new()
    }
}

/// Without the key and the header's value.
impl fmt::Debug for Partner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Partner")
            .field("partner_id", &self.partner_id)
            .field("init_url", &self.init_url)
            .field("notify_url", &self.notify_url)
            .finish_non_exhaustive()
    }
}

/// What the sandbox is to be like.
///
/// ```
/// use payments_momo::sandbox::{Config, ReplySignature};
///
/// let config = Config::new()
///     .credentials("MYSHOP", "my-access-key", "my-secret-key-of-thirty-two-byte")
///     .reply_signature(ReplySignature::ListA);
/// assert!(!format!("{config:?}").contains("thirty-two"));
/// ```
#[derive(Clone)]
pub struct Config {
    pub(super) kit: Settings,
    pub(super) partner_code: String,
    pub(super) access_key: String,
    pub(super) secret_key: String,
    pub(super) reply_signature: ReplySignature,
    pub(super) app_links: bool,
    pub(super) numbers_as_text: bool,
    pub(super) sign_partner_client_id: bool,
    pub(super) strict_order_id: bool,
    pub(super) amounts: RangeInclusive<u64>,
    pub(super) payment_lifetime: Duration,
    pub(super) ipn_retries: Option<(Duration, u32)>,
    pub(super) partner: Partner,
    pub(super) init_reader: InitReader,
    pub(super) require_init_trans_be: bool,
    pub(super) amount_as_text: bool,
}

impl Config {
    /// The `partnerCode` unless another is given: MoMo's published test account.
    pub const PARTNER_CODE: &'static str = "MOMO";
    /// The `accessKey` unless another is given: published, no secret.
    pub const ACCESS_KEY: &'static str = "F8BBA842ECF85";
    /// The `secretKey` unless another is given: published, no secret.
    pub const SECRET_KEY: &'static str = "K951B6PE1waDMi640xX08PD3vg6EkVlz";

    /// MoMo's published test account and the readings that `payments-momo` has by default.
    #[must_use]
    pub fn new() -> Self {
        Self {
            kit: Settings::new(),
            partner_code: Self::PARTNER_CODE.to_owned(),
            access_key: Self::ACCESS_KEY.to_owned(),
            secret_key: Self::SECRET_KEY.to_owned(),
            reply_signature: ReplySignature::default(),
            app_links: true,
            numbers_as_text: false,
            sign_partner_client_id: true,
            strict_order_id: true,
            amounts: 1_000..=50_000_000,
            payment_lifetime: Duration::from_secs(100 * 60),
            ipn_retries: None,
            partner: Partner::new(),
            init_reader: InitReader::default(),
            require_init_trans_be: false,
            amount_as_text: false,
        }
    }

    /// Changes the port, the clock, the log and the like. Links, numbers and faults are drawn from the
    /// seed that is set here.
    #[must_use]
    pub fn kit(mut self, set: impl FnOnce(Settings) -> Settings) -> Self {
        self.kit = set(self.kit);
        self
    }

    /// `partnerCode`, `accessKey` and `secretKey` of the gateway.
    #[must_use]
    pub fn credentials(mut self, partner_code: &str, access_key: &str, secret_key: &str) -> Self {
        self.partner_code = partner_code.to_owned();
        self.access_key = access_key.to_owned();
        self.secret_key = secret_key.to_owned();
        self
    }

    /// Which list the signature of a create reply covers.
    #[must_use]
    pub const fn reply_signature(mut self, which: ReplySignature) -> Self {
        self.reply_signature = which;
        self
    }

    /// Whether a create reply has `deeplink`, `qrCodeUrl` and `deeplinkMiniApp`, which need a
    /// permission in production; it has unless said.
    #[must_use]
    pub const fn app_links(mut self, permitted: bool) -> Self {
        self.app_links = permitted;
        self
    }

    /// Writes numbers as text, as some of the provider's samples do; not unless said.
    #[must_use]
    pub const fn numbers_as_text(mut self, text: bool) -> Self {
        self.numbers_as_text = text;
        self
    }

    /// Whether `partnerClientId` is signed where it is given or required; it is unless said. The
    /// provider's Java SDK leaves it out.
    #[must_use]
    pub const fn sign_partner_client_id(mut self, signed: bool) -> Self {
        self.sign_partner_client_id = signed;
        self
    }

    /// Whether an `orderId` must match the documented expression, which the provider's own sample
    /// does not; it must unless said.
    #[must_use]
    pub const fn strict_order_id(mut self, strict: bool) -> Self {
        self.strict_order_id = strict;
        self
    }

    /// The amounts that are not out of range. They vary by contract; 1,000 to 50,000,000 dong
    /// unless said.
    #[must_use]
    pub const fn amounts(mut self, range: RangeInclusive<u64>) -> Self {
        self.amounts = range;
        self
    }

    /// How long a payment waits for its buyer. Documented for collection links only: 100 minutes.
    #[must_use]
    pub const fn payment_lifetime(mut self, lifetime: Duration) -> Self {
        self.payment_lifetime = lifetime;
        self
    }

    /// Sends an IPN again after this pause, so many times in all. Whether MoMo repeats is unknown:
    /// none unless said.
    #[must_use]
    pub const fn ipn_retries(mut self, pause: Duration, attempts: u32) -> Self {
        self.ipn_retries = Some((pause, attempts));
        self
    }

    /// The partner of family A.
    #[must_use]
    pub fn partner(mut self, partner: Partner) -> Self {
        self.partner = partner;
        self
    }

    /// How the partner's answer to Init is read.
    #[must_use]
    pub const fn init_reader(mut self, reader: InitReader) -> Self {
        self.init_reader = reader;
        self
    }

    /// Refuses a link without `initTransBE`, which the table requires and the sample lacks; not
    /// unless said.
    #[must_use]
    pub const fn require_init_trans_be(mut self, required: bool) -> Self {
        self.require_init_trans_be = required;
        self
    }

    /// Writes the amount of a notification as text, as the table has it and the sample does not.
    #[must_use]
    pub const fn amount_as_text(mut self, text: bool) -> Self {
        self.amount_as_text = text;
        self
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}

/// Without the keys.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("kit", &self.kit)
            .field("partner_code", &self.partner_code)
            .field("reply_signature", &self.reply_signature)
            .field("partner", &self.partner)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_not_shown() {
        let partner = Partner::new().header("x-key", "swordfish");
        let shown = format!("{:?}", Config::new().partner(partner));
        for hidden in [Config::SECRET_KEY, Config::ACCESS_KEY, "swordfish"] {
            assert!(!shown.contains(hidden), "{shown}");
        }
    }
}
