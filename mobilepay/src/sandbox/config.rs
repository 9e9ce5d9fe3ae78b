//! What the sandbox is to be like, above all where MobilePay's documents are silent.

use std::fmt;

use payments_core::sandbox::Settings;

use super::edition::{CardText, Edition, KeyCase, Periods};

/// What the sandbox is to be like.
///
/// ```
/// use payments_mobilepay::sandbox::{Config, Edition};
///
/// let config = Config::new()
///     .credentials("my-client-id", "my-client-secret")
///     .edition(Edition::Founding);
/// assert!(!format!("{config:?}").contains("my-client-secret"));
/// ```
#[derive(Clone)]
pub struct Config {
    pub(super) kit: Settings,
    pub(super) client_id: String,
    pub(super) client_secret: String,
    pub(super) public_keys: Vec<(i32, String)>,
    pub(super) small_keys: bool,
    pub(super) webhook: Option<String>,
    pub(super) edition: Edition,
    pub(super) periods: Periods,
    pub(super) key_case: KeyCase,
    pub(super) card_text: CardText,
    pub(super) card_type_key: bool,
    pub(super) callback_attempts: u32,
    pub(super) separate_addresses: bool,
    pub(super) late_updates: bool,
    pub(super) withdrawn: bool,
    pub(super) invalid_status: u16,
    pub(super) unauthorized_status: u16,
}

impl Config {
    /// The `x-ibm-client-id` unless another is given.
    pub const CLIENT_ID: &'static str = "sandbox-client-id";
    /// The `x-ibm-client-secret` unless another is given.
    pub const CLIENT_SECRET: &'static str = "sandbox-client-secret";
    /// A merchant of this PSP's that is there from the start, in Denmark.
    pub const MERCHANT_ID: &'static str = "10000000-0000-4000-8000-000000000001";
    /// A merchant of another PSP's (2010).
    pub const FOREIGN_MERCHANT_ID: &'static str = "20000000-0000-4000-8000-000000000010";
    /// A merchant that was deleted (2020).
    pub const DELETED_MERCHANT_ID: &'static str = "20000000-0000-4000-8000-000000000020";
    /// The first public key is given this id; the next ones follow.
    pub const FIRST_KEY_ID: i32 = 263_012;

    /// The newest documents, and no public key.
    #[must_use]
    pub fn new() -> Self {
        let edition = Edition::default();
        Self {
            kit: Settings::new(),
            client_id: Self::CLIENT_ID.to_owned(),
            client_secret: Self::CLIENT_SECRET.to_owned(),
            public_keys: Vec::new(),
            small_keys: false,
            webhook: None,
            edition,
            periods: Periods::of(edition),
            key_case: KeyCase::default(),
            card_text: CardText::of(edition),
            card_type_key: true,
            callback_attempts: 3,
            separate_addresses: false,
            late_updates: false,
            withdrawn: false,
            invalid_status: 400,
            unauthorized_status: 401,
        }
    }

    /// Changes the port, the clock, the log and the like. Ids, faults and the encryption's random bytes are drawn from the
    /// seed that is set here.
    #[must_use]
    pub fn kit(mut self, set: impl FnOnce(Settings) -> Settings) -> Self {
        self.kit = set(self.kit);
        self
    }

    /// `x-ibm-client-id` and `x-ibm-client-secret`.
    #[must_use]
    pub fn credentials(mut self, client_id: &str, client_secret: &str) -> Self {
        self.client_id = client_id.to_owned();
        self.client_secret = client_secret.to_owned();
        self
    }

    /// Registers a PSP's public key (PEM, `BEGIN PUBLIC KEY`) as the provider's support would, under
    /// the next id from [`Config::FIRST_KEY_ID`] on.
    #[must_use]
    pub fn public_key(self, pem: &str) -> Self {
        let known = self.public_keys.iter().map(|(id, _)| id.saturating_add(1));
        let id = known.max().unwrap_or(Self::FIRST_KEY_ID);
        self.public_key_as(id, pem)
    }

    /// Registers a public key under this id.
    #[must_use]
    pub fn public_key_as(mut self, id: i32, pem: &str) -> Self {
        self.public_keys.push((id, pem.to_owned()));
        self
    }

    /// Takes keys of fewer than 4096 bits, for tests that have no time; not unless said.
    #[must_use]
    pub const fn small_keys(mut self, taken: bool) -> Self {
        self.small_keys = taken;
        self
    }

    /// Sends callbacks to `https` addresses, which a sandbox cannot reach, here instead: `http://`, on
    /// this machine.
    #[must_use]
    pub fn webhook(mut self, url: &str) -> Self {
        self.webhook = Some(url.to_owned());
        self
    }

    /// Which documents hold. Sets [`Config::periods`] and [`Config::card_text`] to theirs, and
    /// whether card callbacks have a `CardType` (since 2020-09).
    #[must_use]
    pub const fn edition(mut self, edition: Edition) -> Self {
        self.edition = edition;
        self.periods = Periods::of(edition);
        self.card_text = CardText::of(edition);
        self.card_type_key = matches!(edition, Edition::Newest);
        self
    }

    /// How long things take.
    #[must_use]
    pub const fn periods(mut self, periods: Periods) -> Self {
        self.periods = periods;
        self
    }

    /// How the keys of callbacks are spelt.
    #[must_use]
    pub const fn key_case(mut self, case: KeyCase) -> Self {
        self.key_case = case;
        self
    }

    /// What the encrypted text looks like.
    #[must_use]
    pub const fn card_text(mut self, text: CardText) -> Self {
        self.card_text = text;
        self
    }

    /// Whether card callbacks have a `CardType`.
    #[must_use]
    pub const fn card_type_key(mut self, present: bool) -> Self {
        self.card_type_key = present;
        self
    }

    /// How often a callback is sent until it counts as failed. Undocumented; 3 unless said.
    #[must_use]
    pub const fn callback_attempts(mut self, attempts: u32) -> Self {
        self.callback_attempts = attempts;
        self
    }

    /// Whether users have a delivery address that is not their billing address; not unless said.
    #[must_use]
    pub const fn separate_addresses(mut self, separate: bool) -> Self {
        self.separate_addresses = separate;
        self
    }

    /// Takes the update of an attempt after its period, while the payment lives and nothing has
    /// replaced the attempt. Undocumented; not unless said.
    #[must_use]
    pub const fn late_updates(mut self, taken: bool) -> Self {
        self.late_updates = taken;
        self
    }

    /// Serves what was withdrawn in 2024 too: reading a payment, changing a merchant, invalidating
    /// a payment.
    #[must_use]
    pub const fn withdrawn(mut self, served: bool) -> Self {
        self.withdrawn = served;
        self
    }

    /// The status for a request that does not fit its schema. Undocumented; 400 unless said.
    #[must_use]
    pub const fn invalid_status(mut self, status: u16) -> Self {
        self.invalid_status = status;
        self
    }

    /// The status for wrong credentials. Undocumented; 401 unless said.
    #[must_use]
    pub const fn unauthorized_status(mut self, status: u16) -> Self {
        self.unauthorized_status = status;
        self
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
            .field("edition", &self.edition)
            .field("periods", &self.periods)
            .field("key_case", &self.key_case)
            .field("card_text", &self.card_text)
            .finish_non_exhaustive()
    }
}
