//! `cargo xtask sandbox`: the sandboxes as servers.

#![expect(clippy::print_stdout, reason = "the lines are the command's output")]

use std::any::Any;
use std::hash::{BuildHasher, RandomState};
use std::io::Write as _;

use clap::builder::PossibleValuesParser;
use payments_core::sandbox::{Blocked, Door, StartError};
use payments_mobilepay::sandbox as mobilepay;
use payments_mocasa::sandbox as mocasa;
use payments_mocopay::sandbox as mocopay;
use payments_moka::sandbox as moka;
use payments_momo::sandbox as momo;

/// How to go about it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Whose side to serve.
    #[arg(long, value_name = "NAME", value_parser = providers())]
    provider: String,
    /// The port on 127.0.0.1; 0 for any that is free.
    #[arg(long, default_value_t = 4010)]
    port: u16,
    /// What ids, links and numbers are drawn from; another for each start unless given.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Open a door beside it that does not work: refuse, close, tls-cut, tls-expired or
    /// tls-self-signed. Can be given several times.
    #[arg(long, value_name = "KIND")]
    door: Vec<Blocked>,
    #[command(flatten)]
    options: Options,
}

/// What only some of the providers have.
#[derive(Clone, Debug, Default, clap::Args)]
struct Options {
    /// Where callbacks are sent that no request names an address for, and MobilePay's to https
    /// addresses: http on this machine.
    #[arg(long, value_name = "URL")]
    webhook: Option<String>,
    /// MoMo: the partner's server, whose `/api/v1/init` is called: http on this machine.
    #[arg(long, value_name = "URL")]
    partner_host: Option<String>,
    /// MoCoPay: the API key that is accepted.
    #[arg(long, value_name = "K")]
    api_key: Option<String>,
    /// MoCoPay: the API secret that requests are signed with.
    #[arg(long, value_name = "S")]
    api_secret: Option<String>,
    /// MobilePay: the client id that is accepted.
    #[arg(long, value_name = "K")]
    client_id: Option<String>,
    /// MobilePay: a file with the PSP's public key (PEM), whose id is printed; the one of the tests
    /// unless given.
    #[arg(long, value_name = "FILE")]
    public_key: Option<String>,
    /// Mocasa: the client key that is accepted.
    #[arg(long, value_name = "K")]
    client_key: Option<String>,
    /// Mocasa, MobilePay: the client secret that is accepted. Mocasa's signs the webhooks.
    #[arg(long, value_name = "S")]
    client_secret: Option<String>,
    /// Moka: the dealer's code.
    #[arg(long, value_name = "CODE")]
    dealer_code: Option<String>,
    /// Moka: the name of the API user.
    #[arg(long, value_name = "NAME")]
    username: Option<String>,
    /// Moka: the password of the API user.
    #[arg(long, value_name = "P")]
    password: Option<String>,
    /// MoMo: the partner's code.
    #[arg(long, value_name = "CODE")]
    partner_code: Option<String>,
    /// MoMo: the access key.
    #[arg(long, value_name = "K")]
    access_key: Option<String>,
    /// MoMo: the secret key, which signs in both directions.
    #[arg(long, value_name = "S")]
    secret_key: Option<String>,
}

impl Options {
    fn list(&self) -> [(&'static str, Option<&str>); 14] {
        [
            ("webhook", self.webhook.as_deref()),
            ("partner-host", self.partner_host.as_deref()),
            ("api-key", self.api_key.as_deref()),
            ("api-secret", self.api_secret.as_deref()),
            ("client-id", self.client_id.as_deref()),
            ("public-key", self.public_key.as_deref()),
            ("client-key", self.client_key.as_deref()),
            ("client-secret", self.client_secret.as_deref()),
            ("dealer-code", self.dealer_code.as_deref()),
            ("username", self.username.as_deref()),
            ("password", self.password.as_deref()),
            ("partner-code", self.partner_code.as_deref()),
            ("access-key", self.access_key.as_deref()),
            ("secret-key", self.secret_key.as_deref()),
        ]
    }
}

/// A provider's sandbox, and the options that it takes: each with what stands where it is not given.
struct Side {
    provider: &'static str,
    options: &'static [(&'static str, Option<&'static str>)],
    start: fn(Start, &Given) -> Result<Serving, StartError>,
}

/// What every sandbox takes.
#[derive(Clone, Copy)]
struct Start {
    port: u16,
    seed: u64,
}

impl Start {
    /// A service does not give out its numbers twice, however often it is started; only a seed that is
    /// given repeats a run.
    fn new(port: u16, seed: Option<u64>) -> Self {
        Self {
            port,
            seed: seed.unwrap_or_else(|| RandomState::new().hash_one(port)),
        }
    }
}

/// The public key of MobilePay's tests, whose private half is beside it.
const TEST_KEY: &str = include_str!("../../../mobilepay/tests/vectors/rsa/pub.pem");

const SIDES: [Side; 5] = [
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
                .port(start.port)
                .seed(start.seed)
                .credentials(given.get("client-id"), given.get("client-secret"))
                .log(|line| eprintln!("{line}"));
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
            Ok(Serving {
                facts,
                ..Serving::new(base, token, sandbox)
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
                .port(start.port)
                .seed(start.seed)
                .credentials(given.get("client-key"), given.get("client-secret"))
                .log(|line| eprintln!("{line}"));
            if let Some(url) = given.find("webhook") {
                config = config.webhook(url);
            }
            let sandbox = mocasa::start(config)?;
            let (base, token) = (
                sandbox.base_url().to_owned(),
                sandbox.control_token().to_owned(),
            );
            Ok(Serving::new(base, token, sandbox))
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
                .port(start.port)
                .seed(start.seed)
                .credentials(given.get("api-key"), given.get("api-secret"))
                .log(|line| eprintln!("{line}"));
            if let Some(url) = given.find("webhook") {
                config = config.notify_url(url);
            }
            let sandbox = mocopay::start(config)?;
            let (base, token) = (
                sandbox.base_url().to_owned(),
                sandbox.control_token().to_owned(),
            );
            let control_url = sandbox.control_url();
            Ok(Serving {
                control_url,
                ..Serving::new(base, token, sandbox)
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
                .port(start.port)
                .seed(start.seed)
                .credentials(dealer, user, password)
                .log(|line| eprintln!("{line}"));
            if let Some(url) = given.find("webhook") {
                config = config.notification(url);
            }
            let sandbox = moka::start(config)?;
            let (base, token) = (
                sandbox.base_url().to_owned(),
                sandbox.control_token().to_owned(),
            );
            Ok(Serving::new(base, token, sandbox))
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
                .port(start.port)
                .seed(start.seed)
                .credentials(partner, access, secret)
                .partner(family)
                .log(|line| eprintln!("{line}"));
            let sandbox = momo::start(config)?;
            let (base, token) = (
                sandbox.base_url().to_owned(),
                sandbox.control_token().to_owned(),
            );
            Ok(Serving::new(base, token, sandbox))
        },
    },
];

fn providers() -> PossibleValuesParser {
    PossibleValuesParser::new(SIDES.iter().map(|side| side.provider))
}

/// A sandbox that runs as long as this value lives.
struct Serving {
    base_url: String,
    control_url: String,
    control_token: String,
    /// What else a caller has to know.
    facts: Vec<(&'static str, String)>,
    _sandbox: Box<dyn Any>,
}

impl Serving {
    fn new(base_url: String, control_token: String, sandbox: impl Any) -> Self {
        Self {
            control_url: format!("{base_url}/_sandbox"),
            base_url,
            control_token,
            facts: Vec::new(),
            _sandbox: Box::new(sandbox),
        }
    }
}

/// The options of one provider with their values, in the order of its [`Side`].
#[derive(Debug, PartialEq, Eq)]
struct Given(Vec<(&'static str, String)>);

impl Given {
    /// Fills in what stands where an option is not given.
    ///
    /// # Errors
    /// An option of other providers.
    fn new(side: &Side, options: &Options) -> Result<Self, String> {
        let given = options.list();
        let takes = |name: &str| side.options.iter().any(|(known, _)| *known == name);
        for (name, value) in given {
            if value.is_some() && !takes(name) {
                let names: Vec<String> =
                    side.options.iter().map(|(n, _)| format!("--{n}")).collect();
                return Err(format!(
                    "--{name} is no option of {}, which takes {}",
                    side.provider,
                    names.join(", ")
                ));
            }
        }
        let valued = side.options.iter().filter_map(|(name, default)| {
            let value = given.iter().find(|(known, _)| known == name)?.1;
            Some((*name, value.or(*default)?.to_owned()))
        });
        Ok(Self(valued.collect()))
    }

    fn find(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// One that has a default.
    fn get(&self, name: &str) -> &str {
        self.find(name).unwrap_or_default()
    }
}

/// Serves until it is stopped.
///
/// # Errors
/// A port that is in use, a callback address that is not on this machine, an empty credential, an
/// option of another provider.
pub(crate) fn run(arguments: &Arguments) -> Result<u8, String> {
    let side = SIDES
        .iter()
        .find(|side| side.provider == arguments.provider)
        .ok_or_else(|| format!("no sandbox of {}", arguments.provider))?;
    let given = Given::new(side, &arguments.options)?;
    let start = Start::new(arguments.port, arguments.seed);
    let serving = (side.start)(start, &given).map_err(|error| error.to_string())?;
    let doors = arguments.door.iter().copied().map(Door::open);
    let doors: Vec<Door> = doors
        .collect::<Result<_, _>>()
        .map_err(|error| error.to_string())?;
    println!("provider={}", side.provider);
    println!("base_url={}", serving.base_url);
    for (name, value) in &given.0 {
        println!("{}={value}", name.replace('-', "_"));
    }
    for (name, value) in &serving.facts {
        println!("{name}={value}");
    }
    println!("seed={}", start.seed);
    for door in &doors {
        let name = door.kind().name().replace('-', "_");
        println!("door_{name}={}", door.url());
    }
    println!("control_url={}", serving.control_url);
    println!("control_token={}", serving.control_token);
    // Whoever starts this from a script reads the lines through a pipe.
    std::io::stdout()
        .flush()
        .map_err(|error| format!("the lines cannot be printed: {error}"))?;
    eprintln!("a sandbox, no money moves; stop it with Ctrl-C");
    loop {
        std::thread::park();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(provider: &str) -> &'static Side {
        SIDES.iter().find(|side| side.provider == provider).unwrap()
    }

    #[test]
    fn options_are_those_of_the_provider() {
        let options = Options {
            dealer_code: Some("77".to_owned()),
            ..Options::default()
        };
        let given = Given::new(side("moka"), &options).unwrap();
        assert_eq!(given.get("dealer-code"), "77");
        assert_eq!(given.get("username"), moka::Config::USERNAME);
        assert_eq!(given.find("webhook"), None);
        assert_eq!(
            Given::new(side("mocasa"), &options).unwrap_err(),
            "--dealer-code is no option of mocasa, which takes --client-key, --client-secret, --webhook"
        );
    }

    #[test]
    fn every_option_of_a_side_is_one_of_the_command() {
        let known = Options::default().list().map(|(name, _)| name);
        for side in &SIDES {
            for (name, _) in side.options {
                assert!(known.contains(name), "{}: --{name}", side.provider);
            }
        }
    }

    #[test]
    fn every_side_starts() {
        for side in &SIDES {
            let given = Given::new(side, &Options::default()).unwrap();
            let serving = (side.start)(Start::new(0, None), &given).unwrap();
            assert!(serving.base_url.starts_with("http://127.0.0.1:"));
            let nowhere = Given(vec![("webhook", "http://shop.example/".to_owned())]);
            assert!(
                (side.start)(Start::new(0, None), &nowhere).is_err(),
                "{}",
                side.provider
            );
        }
    }

    #[test]
    fn a_run_is_repeated_only_with_its_seed() {
        let seed = |given| Start::new(4010, given).seed;
        assert_eq!(seed(Some(7)), 7);
        assert_ne!(seed(None), seed(None));
    }
}
