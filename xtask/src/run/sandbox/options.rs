//! The options that only some of the providers have.

use super::sides::Side;

/// What only some of the providers have.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct Options {
    /// Where callbacks are sent that no request names an address for, and MobilePay's to https
    /// addresses: http on this machine.
    #[arg(long, value_name = "URL")]
    pub(super) webhook: Option<String>,
    /// MoMo: the partner's server, whose `/api/v1/init` is called: http on this machine.
    #[arg(long, value_name = "URL")]
    pub(super) partner_host: Option<String>,
    /// MoCoPay: the API key that is accepted.
    #[arg(long, value_name = "K")]
    pub(super) api_key: Option<String>,
    /// MoCoPay: the API secret that requests are signed with.
    #[arg(long, value_name = "S")]
    pub(super) api_secret: Option<String>,
    /// MobilePay: the client id that is accepted.
    #[arg(long, value_name = "K")]
    pub(super) client_id: Option<String>,
    /// MobilePay: a file with the PSP's public key (PEM), whose id is printed; the one of the tests
    /// unless given.
    #[arg(long, value_name = "FILE")]
    pub(super) public_key: Option<String>,
    /// Mocasa: the client key that is accepted.
    #[arg(long, value_name = "K")]
    pub(super) client_key: Option<String>,
    /// Mocasa, MobilePay: the client secret that is accepted. Mocasa's signs the webhooks.
    #[arg(long, value_name = "S")]
    pub(super) client_secret: Option<String>,
    /// Moka: the dealer's code.
    #[arg(long, value_name = "CODE")]
    pub(super) dealer_code: Option<String>,
    /// Moka: the name of the API user.
    #[arg(long, value_name = "NAME")]
    pub(super) username: Option<String>,
    /// Moka: the password of the API user.
    #[arg(long, value_name = "P")]
    pub(super) password: Option<String>,
    /// MoMo: the partner's code.
    #[arg(long, value_name = "CODE")]
    pub(super) partner_code: Option<String>,
    /// MoMo: the access key.
    #[arg(long, value_name = "K")]
    pub(super) access_key: Option<String>,
    /// MoMo: the secret key, which signs in both directions.
    #[arg(long, value_name = "S")]
    pub(super) secret_key: Option<String>,
}

impl Options {
    pub(super) fn list(&self) -> [(&'static str, Option<&str>); 14] {
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

    /// Only those whose name `takes`.
    pub(super) fn of(&self, takes: impl Fn(&str) -> bool) -> Self {
        let take = |name: &str, value: &Option<String>| {
            let value = value.as_ref().filter(|_| takes(name));
            value.cloned()
        };
        let Self {
            webhook,
            partner_host,
            api_key,
            api_secret,
            client_id,
            public_key,
            client_key,
            client_secret,
            dealer_code,
            username,
            password,
            partner_code,
            access_key,
            secret_key,
        } = self;
        Self {
            webhook: take("webhook", webhook),
            partner_host: take("partner-host", partner_host),
            api_key: take("api-key", api_key),
            api_secret: take("api-secret", api_secret),
            client_id: take("client-id", client_id),
            public_key: take("public-key", public_key),
            client_key: take("client-key", client_key),
            client_secret: take("client-secret", client_secret),
            dealer_code: take("dealer-code", dealer_code),
            username: take("username", username),
            password: take("password", password),
            partner_code: take("partner-code", partner_code),
            access_key: take("access-key", access_key),
            secret_key: take("secret-key", secret_key),
        }
    }
}

/// The options of one provider with their values, in the order of its [`Side`].
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Given(pub(super) Vec<(&'static str, String)>);

impl Given {
    /// Fills in what stands where an option is not given.
    ///
    /// # Errors
    /// An option of other providers.
    pub(super) fn new(side: &Side, options: &Options) -> Result<Self, String> {
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

    pub(super) fn find(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// One that has a default.
    pub(super) fn get(&self, name: &str) -> &str {
        self.find(name).unwrap_or_default()
    }
}
