//! What the sandbox is to be like, above all where the provider's page is silent.

use std::fmt;
use std::time::Duration;

use payments_core::sandbox::Settings;

/// How a webhook's body is written. The page does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum WebhookEncoding {
    /// `application/x-www-form-urlencoded`.
    #[default]
    Form,
    /// `application/json`, with the amount as a number.
    Json,
}

/// How the digest in the header `signature` is written. The page contradicts itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum DigestForm {
    /// Base64 of the 32 bytes: 44 characters.
    #[default]
    Base64,
    /// Lower-case hex: 64 characters.
    Hex,
    /// Base64 of the hex text: 88 characters.
    Base64OfHex,
}

/// Where the token stands in a request. The page names two headers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenHeader {
    /// `accessToken: <token>`.
    #[default]
    AccessToken,
    /// `Authorization: <token>`.
    Authorization,
    /// `Authorization: Bearer <token>`.
    AuthorizationBearer,
}

/// What `expireTime` counts. The page does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExpireTime {
    /// Seconds from now.
    #[default]
    Seconds,
    /// Milliseconds from now.
    Millis,
    /// Milliseconds since 1970.
    UnixMillis,
}

/// What creating an order with a known `orderNo` does. The page does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RepeatedOrder {
    /// It is refused.
    #[default]
    Refuse,
    /// It is answered with the first order's link, if the amount is the same.
    SameLink,
    /// There are two orders then, and a buyer can pay both.
    SecondOrder,
}

/// What a transfer with a known `transferSerialNo` does. The page does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RepeatedTransfer {
    /// It is refused.
    #[default]
    Refuse,
    /// It is answered as the first one was, if amount and payee are the same.
    Replay,
    /// The money is sent twice.
    SecondTransfer,
}

/// What becomes of a transfer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransferOutcome {
    /// The money is sent; `txStatus` is `success`.
    #[default]
    Success,
    /// It is not; `txStatus` is `failed`.
    Failed,
}

/// What the sandbox is to be like.
///
/// ```
/// use payments_mocasa::sandbox::{Config, RepeatedOrder};
///
/// let config = Config::new()
///     .credentials("mp_my_shop_key_01", "my-shop-secret-01")
///     .repeated_order(RepeatedOrder::SecondOrder);
/// assert!(!format!("{config:?}").contains("my-shop-secret-01"));
/// ```
#[derive(Clone)]
pub struct Config {
    pub(super) kit: Settings,
    pub(super) client_key: String,
    pub(super) client_secret: String,
    pub(super) webhook_secret: Option<String>,
    pub(super) webhook: Option<String>,
    pub(super) webhook_encoding: WebhookEncoding,
    pub(super) digest_form: DigestForm,
    pub(super) token_header: TokenHeader,
    pub(super) token_lifetime: Duration,
    pub(super) expire_time: ExpireTime,
    pub(super) basic_auth: bool,
    pub(super) basic_login: bool,
    pub(super) repeated_order: RepeatedOrder,
    pub(super) repeated_transfer: RepeatedTransfer,
    pub(super) transfer_outcome: TransferOutcome,
    pub(super) beneficiary_needs_contact: bool,
    pub(super) settle_delay: Duration,
    pub(super) error_status: u16,
    pub(super) unpaid_text: String,
    pub(super) refunded_text: String,
}

impl Config {
    /// The `clientKey` unless another is given.
    pub const CLIENT_KEY: &'static str = "mp_sandbox_client_key";
    /// The `clientSecret` unless another is given.
    pub const CLIENT_SECRET: &'static str = "sandbox-client-secret";

    /// The readings that `payments-mocasa` has by default; any port, no webhook.
    #[must_use]
    pub fn new() -> Self {
        Self {
            kit: Settings::new(),
            client_key: Self::CLIENT_KEY.to_owned(),
            client_secret: Self::CLIENT_SECRET.to_owned(),
            webhook_secret: None,
            webhook: None,
            webhook_encoding: WebhookEncoding::default(),
            digest_form: DigestForm::default(),
            token_header: TokenHeader::default(),
            token_lifetime: Duration::from_secs(3600),
            expire_time: ExpireTime::default(),
            basic_auth: false,
            basic_login: false,
            repeated_order: RepeatedOrder::default(),
            repeated_transfer: RepeatedTransfer::default(),
            transfer_outcome: TransferOutcome::default(),
            beneficiary_needs_contact: false,
            settle_delay: Duration::from_secs(24 * 3600),
            error_status: 200,
            unpaid_text: "unpaid".to_owned(),
            refunded_text: "refunded".to_owned(),
        }
    }

    /// Changes the port, the clock, the log and the like. Tokens, links, numbers and faults are drawn from the
    /// seed that is set here.
    #[must_use]
    pub fn kit(mut self, set: impl FnOnce(Settings) -> Settings) -> Self {
        self.kit = set(self.kit);
        self
    }

    /// `clientKey` and `clientSecret`.
    #[must_use]
    pub fn credentials(mut self, client_key: &str, client_secret: &str) -> Self {
        self.client_key = client_key.to_owned();
        self.client_secret = client_secret.to_owned();
        self
    }

    /// Signs webhooks with this; with the client secret unless said.
    #[must_use]
    pub fn webhook_secret(mut self, secret: &str) -> Self {
        self.webhook_secret = Some(secret.to_owned());
        self
    }

    /// Sends webhooks here: `http://`, on this machine.
    #[must_use]
    pub fn webhook(mut self, url: &str) -> Self {
        self.webhook = Some(url.to_owned());
        self
    }

    /// How a webhook's body is written.
    #[must_use]
    pub const fn webhook_encoding(mut self, encoding: WebhookEncoding) -> Self {
        self.webhook_encoding = encoding;
        self
    }

    /// How a webhook's signature is written.
    #[must_use]
    pub const fn digest_form(mut self, form: DigestForm) -> Self {
        self.digest_form = form;
        self
    }

    /// Where the token stands; it is accepted nowhere else.
    #[must_use]
    pub const fn token_header(mut self, header: TokenHeader) -> Self {
        self.token_header = header;
        self
    }

    /// How long a token is good for; an hour unless said.
    #[must_use]
    pub const fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.token_lifetime = lifetime;
        self
    }

    /// What `expireTime` counts.
    #[must_use]
    pub const fn expire_time(mut self, meaning: ExpireTime) -> Self {
        self.expire_time = meaning;
        self
    }

    /// Accepts key and secret by basic auth in the place of a token; not unless said.
    #[must_use]
    pub const fn basic_auth(mut self, accepted: bool) -> Self {
        self.basic_auth = accepted;
        self
    }

    /// Demands key and secret by basic auth of the login as well; not unless said.
    #[must_use]
    pub const fn basic_login(mut self, demanded: bool) -> Self {
        self.basic_login = demanded;
        self
    }

    /// What creating an order with a known `orderNo` does.
    #[must_use]
    pub const fn repeated_order(mut self, what: RepeatedOrder) -> Self {
        self.repeated_order = what;
        self
    }

    /// What a transfer with a known `transferSerialNo` does.
    #[must_use]
    pub const fn repeated_transfer(mut self, what: RepeatedTransfer) -> Self {
        self.repeated_transfer = what;
        self
    }

    /// What becomes of transfers.
    #[must_use]
    pub const fn transfer_outcome(mut self, outcome: TransferOutcome) -> Self {
        self.transfer_outcome = outcome;
        self
    }

    /// Refuses a beneficiary without phone and email; not unless said.
    #[must_use]
    pub const fn beneficiary_needs_contact(mut self, needed: bool) -> Self {
        self.beneficiary_needs_contact = needed;
        self
    }

    /// How long after payment an order can be refunded; a day unless said.
    #[must_use]
    pub const fn settle_delay(mut self, delay: Duration) -> Self {
        self.settle_delay = delay;
        self
    }

    /// The HTTP status of `success: false`; 200 unless said.
    #[must_use]
    pub const fn error_status(mut self, status: u16) -> Self {
        self.error_status = status;
        self
    }

    /// The `txStatus` of an order nobody has paid; `unpaid` unless said.
    #[must_use]
    pub fn unpaid_text(mut self, text: &str) -> Self {
        self.unpaid_text = text.to_owned();
        self
    }

    /// The `txStatus` of an order that was refunded; `refunded` unless said.
    #[must_use]
    pub fn refunded_text(mut self, text: &str) -> Self {
        self.refunded_text = text.to_owned();
        self
    }

    /// What signs webhooks.
    pub(super) fn signing_secret(&self) -> &str {
        self.webhook_secret
            .as_deref()
            .unwrap_or(&self.client_secret)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}

/// Without the credentials.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("kit", &self.kit)
            .field("client_key", &self.client_key)
            .field("webhook", &self.webhook)
            .field("webhook_encoding", &self.webhook_encoding)
            .field("digest_form", &self.digest_form)
            .field("token_header", &self.token_header)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_long_enough_and_secrets_are_not_shown() {
        assert!(Config::CLIENT_KEY.len() >= 16 && Config::CLIENT_SECRET.len() >= 16);
        let config = Config::new();
        assert_eq!(config.signing_secret(), Config::CLIENT_SECRET);
        let config = config.webhook_secret("swordfish");
        assert_eq!(config.signing_secret(), "swordfish");
        let shown = format!("{config:?}");
        assert!(!shown.contains("swordfish") && !shown.contains(Config::CLIENT_SECRET));
    }
}
