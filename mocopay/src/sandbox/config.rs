//! What the sandbox is to be like, above all where the provider's pages are silent.

use std::fmt;

use payments_core::sandbox::Settings;

use super::records::Product;

/// How values stand in the signed string. The pages do not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignedValues {
    /// As they are meant.
    #[default]
    Decoded,
    /// As they are sent.
    AsSent,
}

/// How the buyer agrees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Billing {
    /// By an SMS to a short code, which the page tells.
    #[default]
    Sms,
    /// By a button: the operator is billed directly.
    Direct,
}

/// What the sandbox is to be like.
///
/// ```
/// use payments_mocopay::sandbox::{Billing, Config};
///
/// let config = Config::new()
///     .credentials("MYAPP1", "my-own-secret-of-the-service")
///     .billing(Billing::Direct);
/// assert!(!format!("{config:?}").contains("my-own-secret"));
/// ```
#[derive(Clone)]
pub struct Config {
    pub(super) kit: Settings,
    pub(super) api_key: String,
    pub(super) api_secret: String,
    pub(super) previous_secret: Option<String>,
    pub(super) callback_url: Option<String>,
    pub(super) notify_url: Option<String>,
    pub(super) transaction_url: Option<String>,
    pub(super) trailing_slash: bool,
    pub(super) signed_values: SignedValues,
    pub(super) billing: Billing,
    pub(super) charges_at_once: bool,
    pub(super) products: Vec<Product>,
}

impl Config {
    /// The API key unless another is given.
    pub const API_KEY: &'static str = "SANDBOXAPP1";
    /// The API secret unless another is given.
    pub const API_SECRET: &'static str = "7KQ2ZP9XH4M1VB6RT8WD3NF5GJ0CLS";
    /// A product that is paid once.
    pub const ONE_TIME: &'static str = "12000";
    /// A subscription.
    pub const SUBSCRIPTION: &'static str = "CHMIBSUB";

    /// The readings that `payments-mocopay` has by default; any port, no addresses.
    #[must_use]
    pub fn new() -> Self {
        let product = |pid: &str, subscription| Product {
            pid: pid.to_owned(),
            price: 10,
            subscription,
        };
        Self {
            kit: Settings::new(),
            api_key: Self::API_KEY.to_owned(),
            api_secret: Self::API_SECRET.to_owned(),
            previous_secret: None,
            callback_url: None,
            notify_url: None,
            transaction_url: None,
            trailing_slash: true,
            signed_values: SignedValues::default(),
            billing: Billing::default(),
            charges_at_once: true,
            products: vec![
                product(Self::ONE_TIME, false),
                product(Self::SUBSCRIPTION, true),
            ],
        }
    }

    /// Changes the port, the clock, the log and the like. Ids, links and faults are drawn from the
    /// seed that is set here.
    #[must_use]
    pub fn kit(mut self, set: impl FnOnce(Settings) -> Settings) -> Self {
        self.kit = set(self.kit);
        self
    }

    /// API key and API secret, of any length.
    #[must_use]
    pub fn credentials(mut self, api_key: &str, api_secret: &str) -> Self {
        self.api_key = api_key.to_owned();
        self.api_secret = api_secret.to_owned();
        self
    }

    /// Takes what this secret signed too: the one before, while it is being changed.
    #[must_use]
    pub fn previous_secret(mut self, api_secret: &str) -> Self {
        self.previous_secret = Some(api_secret.to_owned());
        self
    }

    /// The control box's address for browsers, where a request names none.
    #[must_use]
    pub fn callback_url(mut self, url: &str) -> Self {
        self.callback_url = Some(url.to_owned());
        self
    }

    /// The control box's address for session notifications, where a request names none: `http://`,
    /// on this machine.
    #[must_use]
    pub fn notify_url(mut self, url: &str) -> Self {
        self.notify_url = Some(url.to_owned());
        self
    }

    /// Sends transaction notifications here: `http://`, on this machine. None are sent unless said.
    #[must_use]
    pub fn transaction_url(mut self, url: &str) -> Self {
        self.transaction_url = Some(url.to_owned());
        self
    }

    /// Whether paths must end in a slash, or must not; they must unless said.
    #[must_use]
    pub const fn trailing_slash(mut self, slash: bool) -> Self {
        self.trailing_slash = slash;
        self
    }

    /// How values stand in the signed string.
    #[must_use]
    pub const fn signed_values(mut self, values: SignedValues) -> Self {
        self.signed_values = values;
        self
    }

    /// How the buyer agrees.
    #[must_use]
    pub const fn billing(mut self, billing: Billing) -> Self {
        self.billing = billing;
        self
    }

    /// Whether an authorized session is charged at the same moment; it is unless said.
    #[must_use]
    pub const fn charges_at_once(mut self, at_once: bool) -> Self {
        self.charges_at_once = at_once;
        self
    }

    /// Adds a product.
    #[must_use]
    pub fn product(mut self, pid: &str, price: u64, subscription: bool) -> Self {
        self.products.retain(|known| known.pid != pid);
        self.products.push(Product {
            pid: pid.to_owned(),
            price,
            subscription,
        });
        self
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}

/// Without the secret.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("kit", &self.kit)
            .field("api_key", &self.api_key)
            .field("billing", &self.billing)
            .field("trailing_slash", &self.trailing_slash)
            .finish_non_exhaustive()
    }
}
