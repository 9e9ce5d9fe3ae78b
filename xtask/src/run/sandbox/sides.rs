//! The five sandboxes: what each takes, and how it is started.

use std::any::Any;
use std::hash::{BuildHasher, RandomState};

use payments_core::sandbox::{Desk, LogLine, Settings, StartError};
use payments_mobilepay::sandbox as mobilepay;
use payments_mocasa::sandbox as mocasa;
use payments_mocopay::sandbox as mocopay;
use payments_moka::sandbox as moka;
use payments_momo::sandbox as momo;

use super::options::Given;

/// A provider's sandbox, and the options that it takes: each with what stands where it is not given.
/// Once started, it answers when its desk is opened.
pub(super) struct Side {
    pub(super) provider: &'static str,
    pub(super) options: &'static [(&'static str, Option<&'static str>)],
    pub(super) start: fn(&Start, &Given) -> Result<Serving, StartError>,
}

/// What every sandbox takes.
#[derive(Clone, Copy)]
pub(super) struct Start {
    pub(super) port: u16,
    pub(super) seed: u64,
    /// What each line of the log begins with.
    pub(super) prefix: &'static str,
    /// Whether there is no log.
    pub(super) is_quiet: bool,
}

impl Start {
    /// A service does not give out its numbers twice, however often it is started; only a seed that is
    /// given repeats a run.
    pub(super) fn new(port: u16, seed: Option<u64>) -> Self {
        Self {
            port,
            seed: seed.unwrap_or_else(|| RandomState::new().hash_one(port)),
            prefix: "",
            is_quiet: false,
        }
    }

    /// One of several, whose name stands in each line of the log.
    pub(super) const fn named(mut self, prefix: &'static str) -> Self {
        self.prefix = prefix;
        self
    }

    /// What all sandboxes have in common.
    fn kit(&self, kit: Settings) -> Settings {
        kit.port(self.port).seed(self.seed).log(self.log()).held()
    }

    fn log(&self) -> impl Fn(&LogLine) + Send + Sync + 'static {
        let Self {
            prefix, is_quiet, ..
        } = *self;
        let blank = if prefix.is_empty() { "" } else { " " };
        move |line| {
            if !is_quiet {
                eprintln!("{prefix}{blank}{line}");
            }
        }
    }
}

/// The public key of MobilePay's tests, whose private half is beside it.
const TEST_KEY: &str = include_str!("../../../../mobilepay/tests/vectors/rsa/pub.pem");

pub(super) const SIDES: [Side; 5] = [
    Side {
        provider: "mobilepay",
        options: &[
            ("client-id", Some(mobilepay::Config::CLIENT_ID)),
            ("client-secret", Some(mobilepay::Config::CLIENT_SECRET)),
            ("public-key", None),
            ("webhook", None),
        ],
        start: |start, given| {
            let mut config = mobilepay::Config::new()
                .kit(|kit| start.kit(kit))
                .credentials(given.get("client-id"), given.get("client-secret"));
            if let Some(url) = given.find("webhook") {
                config = config.webhook(url);
            }
            let pem = match given.find("public-key") {
                None => TEST_KEY.to_owned(),
                Some(file) => std::fs::read_to_string(file).map_err(|error| {
                    StartError::Configuration(format!("--public-key {file}: {error}"))
                })?,
            };
            config = config.public_key(&pem);
            let sandbox = mobilepay::start(config)?;
            let ids = sandbox.control().public_key_ids().into_iter();
            let merchant = mobilepay::Config::MERCHANT_ID.to_owned();
            let facts = ids
                .map(|id| ("public_key_id", id.to_string()))
                .chain([("merchant_id", merchant)])
                .collect();
            let (base, token) = (
                sandbox.base_url().to_owned(),
                sandbox.control_token().to_owned(),
            );
            let desk = sandbox.control().desk();
            Ok(Serving {
                facts,
                ..Serving::new(&base, &token, desk, sandbox)
            })
        },
    },
    Side {
        provider: "mocasa",
        options: &[
            ("client-key", Some(mocasa::Config::CLIENT_KEY)),
            ("client-secret", Some(mocasa::Config::CLIENT_SECRET)),
            ("webhook", None),
        ],
        start: |start, given| {
            let mut config = mocasa::Config::new()
                .kit(|kit| start.kit(kit))
                .credentials(given.get("client-key"), given.get("client-secret"));
            if let Some(url) = given.find("webhook") {
                config = config.webhook(url);
            }
            let sandbox = mocasa::start(config)?;
            let (base, token) = (
                sandbox.base_url().to_owned(),
                sandbox.control_token().to_owned(),
            );
            let desk = sandbox.control().desk();
            Ok(Serving::new(&base, &token, desk, sandbox))
        },
    },
    Side {
        provider: "mocopay",
        options: &[
            ("api-key", Some(mocopay::Config::API_KEY)),
            ("api-secret", Some(mocopay::Config::API_SECRET)),
            ("webhook", None),
        ],
        start: |start, given| {
            let mut config = mocopay::Config::new()
                .kit(|kit| start.kit(kit))
                .credentials(given.get("api-key"), given.get("api-secret"));
            if let Some(url) = given.find("webhook") {
                config = config.notify_url(url);
            }
            let sandbox = mocopay::start(config)?;
            let (base, token) = (
                sandbox.base_url().to_owned(),
                sandbox.control_token().to_owned(),
            );
            let desk = sandbox.control().desk();
            let control_url = sandbox.control_url();
            Ok(Serving {
                control_url,
                ..Serving::new(&base, &token, desk, sandbox)
            })
        },
    },
    Side {
        provider: "moka",
        options: &[
            ("dealer-code", Some(moka::Config::DEALER_CODE)),
            ("username", Some(moka::Config::USERNAME)),
            ("password", Some(moka::Config::PASSWORD)),
            ("webhook", None),
        ],
        start: |start, given| {
            let [dealer, user, password] =
                ["dealer-code", "username", "password"].map(|name| given.get(name));
            let mut config = moka::Config::new()
                .kit(|kit| start.kit(kit))
                .credentials(dealer, user, password);
            if let Some(url) = given.find("webhook") {
                config = config.notification(url);
            }
            let sandbox = moka::start(config)?;
            let (base, token) = (
                sandbox.base_url().to_owned(),
                sandbox.control_token().to_owned(),
            );
            let desk = sandbox.control().desk();
            let control = sandbox.control();
            let secret_of: SecretOf = Box::new(move |reference| {
                let payment = control.payment(reference)?;
                Some(payment.code_for_hash().to_owned())
            });
            Ok(Serving {
                secret_of,
                ..Serving::new(&base, &token, desk, sandbox)
            })
        },
    },
    Side {
        provider: "momo",
        options: &[
            ("partner-code", Some(momo::Config::PARTNER_CODE)),
            ("access-key", Some(momo::Config::ACCESS_KEY)),
            ("secret-key", Some(momo::Config::SECRET_KEY)),
            ("partner-host", None),
            ("webhook", None),
        ],
        start: |start, given| {
            let [partner, access, secret] =
                ["partner-code", "access-key", "secret-key"].map(|name| given.get(name));
            let mut family = momo::Partner::new().secret_key(secret);
            if let Some(url) = given.find("partner-host") {
                family = family.host(url);
            }
            if let Some(url) = given.find("webhook") {
                family = family.notify_url(url);
            }
            let config = momo::Config::new()
                .kit(|kit| start.kit(kit))
                .credentials(partner, access, secret)
                .partner(family);
            let sandbox = momo::start(config)?;
            let (base, token) = (
                sandbox.base_url().to_owned(),
                sandbox.control_token().to_owned(),
            );
            let desk = sandbox.control().desk();
            Ok(Serving::new(&base, &token, desk, sandbox))
        },
    },
];

/// A sandbox that runs as long as this value lives.
pub(super) struct Serving {
    pub(super) base_url: String,
    pub(super) control_url: String,
    pub(super) control_token: String,
    /// What people see of it, and can do.
    pub(super) desk: Desk,
    /// What else a caller has to know.
    pub(super) facts: Vec<(&'static str, String)>,
    /// The secret of one payment, by its reference, where each has its own.
    pub(super) secret_of: SecretOf,
    _sandbox: Box<dyn Any + Send + Sync>,
}

/// Finds the secret of one payment.
pub(super) type SecretOf = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

impl Serving {
    fn new(
        base_url: &str,
        control_token: &str,
        desk: Desk,
        sandbox: impl Any + Send + Sync,
    ) -> Self {
        Self {
            base_url: base_url.to_owned(),
            control_url: format!("{base_url}/_sandbox"),
            control_token: control_token.to_owned(),
            desk,
            facts: Vec::new(),
            secret_of: Box::new(|_| None),
            _sandbox: Box::new(sandbox),
        }
    }
}
