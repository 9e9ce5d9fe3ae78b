//! How Mocasa knows the merchant, and how the merchant knows Mocasa.

use std::time::Duration;

use payments_core::client::{Grant, Login, Provider};
use payments_core::error::{Misuse, Refused};
use payments_core::exchange::Request;
use payments_core::http::HeaderName;
use payments_core::http::header::AUTHORIZATION;
use payments_core::incoming::{KeyRing, Verifier};
use payments_core::{Currency, Secret};

use crate::calls::Credentials;
use crate::inbound::{OrderWebhook, OrderWebhookKeys};
use crate::types::{ApplyToken, ApplyTokenReply};

/// The switches for what Mocasa's document leaves open.
///
/// ```
/// use std::time::Duration;
/// use payments_mocasa::auth::{Mocasa, TokenHeader, TokenLifetime};
///
/// let mocasa = Mocasa::new()
///     .token_header(TokenHeader::Bearer)
///     .token_lifetime(TokenLifetime::Fixed(Duration::from_secs(600)));
/// # let _ = mocasa;
/// ```
#[derive(Clone, Debug)]
pub struct Mocasa {
    currencies: Vec<Currency>,
    token_header: TokenHeader,
    token_lifetime: TokenLifetime,
    basic_login: bool,
    stale_codes: Vec<String>,
}

/// Which header carries the access token. Six tables of the document say `accessToken`, its prose
/// says `Authorization`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenHeader {
    /// `accessToken: <token>`.
    #[default]
    AccessToken,
    /// `Authorization: <token>`.
    Authorization,
    /// `Authorization: Bearer <token>`.
    Bearer,
}

/// How long an access token is used. Mocasa documents neither unit nor meaning of `expireTime`, so
/// that it is never guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenLifetime {
    /// For this long, whatever `expireTime` says.
    Fixed(Duration),
    /// For as many seconds as `expireTime` says.
    ExpireTimeSeconds,
    /// For as many milliseconds as `expireTime` says.
    ExpireTimeMillis,
}

impl Default for Mocasa {
    fn default() -> Self {
        Self {
            currencies: vec![Currency::PHP],
            token_header: TokenHeader::default(),
            token_lifetime: TokenLifetime::Fixed(Duration::from_secs(60)),
            basic_login: false,
            stale_codes: Vec::new(),
        }
    }
}

impl Mocasa {
    /// Amounts in pesos (inferred: there is no currency field), the token in `accessToken`, used
    /// for a minute.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The currency of the account, where it is not the peso.
    #[must_use]
    pub fn currency(mut self, currency: Currency) -> Self {
        self.currencies = vec![currency];
        self
    }

    /// Which header carries the token.
    #[must_use]
    pub fn token_header(mut self, header: TokenHeader) -> Self {
        self.token_header = header;
        self
    }

    /// How long a token is used; zero asks for one before every call.
    #[must_use]
    pub fn token_lifetime(mut self, lifetime: TokenLifetime) -> Self {
        self.token_lifetime = lifetime;
        self
    }

    /// Sends the credentials of the token call by basic authentication too, as the introduction of
    /// the document has it and no table does. Off unless told.
    #[must_use]
    pub fn basic_login(mut self, on: bool) -> Self {
        self.basic_login = on;
        self
    }

    /// A code by which Mocasa refuses an expired token; the document has none. A read that is
    /// refused with it is sent again with a new token, a call that may move money never.
    #[must_use]
    pub fn stale_token_code(mut self, code: impl Into<String>) -> Self {
        self.stale_codes.push(code.into());
        self
    }
}

impl Provider for Mocasa {
    const NAME: &'static str = "mocasa";
    type Credentials = Credentials;
    type Login = ApplyToken;

    fn currencies(&self) -> &[Currency] {
        &self.currencies
    }

    fn authorize(
        &self,
        request: &mut Request,
        _credentials: &Credentials,
        token: Option<&Secret<String>>,
    ) -> Result<(), Misuse> {
        let token = token
            .ok_or_else(|| Misuse::new("accessToken", "is missing"))?
            .expose();
        match self.token_header {
            TokenHeader::AccessToken => {
                request.set_header(HeaderName::from_static("accesstoken"), token, true)
            }
            TokenHeader::Authorization => request.set_header(AUTHORIZATION, token, true),
            TokenHeader::Bearer => {
                let bearer = Secret::new(format!("Bearer {token}"));
                request.set_header(AUTHORIZATION, bearer.expose(), true)
            }
        }
    }

    fn is_stale_token(&self, refused: &Refused) -> bool {
        refused
            .code()
            .is_some_and(|code| self.stale_codes.iter().any(|stale| stale == code))
    }
}

impl Login<Mocasa> for ApplyToken {
    fn of(_: &Mocasa, credentials: &Credentials) -> Result<Option<Self>, Misuse> {
        Self::builder()
            .client_key(credentials.client_key())
            .client_secret(credentials.client_secret().clone())
            .build()
            .map(Some)
    }

    fn authorize(
        mocasa: &Mocasa,
        request: &mut Request,
        credentials: &Credentials,
    ) -> Result<(), Misuse> {
        if mocasa.basic_login {
            request.set_basic_auth(credentials.client_key(), credentials.client_secret())?;
        }
        Ok(())
    }

    fn grant(mocasa: &Mocasa, reply: ApplyTokenReply) -> Grant {
        let given = || u64::try_from(reply.expire_time.unwrap_or(0)).unwrap_or(0);
        Grant {
            lifetime: match mocasa.token_lifetime {
                TokenLifetime::Fixed(lifetime) => lifetime,
                TokenLifetime::ExpireTimeSeconds => Duration::from_secs(given()),
                TokenLifetime::ExpireTimeMillis => Duration::from_millis(given()),
            },
            token: reply.access_token,
        }
    }
}

/// The verifier of an endpoint's order webhooks. `environment` and `account` are the merchant's own
/// names; they keep two accounts with the same order numbers apart.
///
/// The header `signature` must be base64 of the raw digest; [`Verifier::with_text`] takes another
/// form, [`Verifier::with_body`] states the body's format where its content type does not.
#[must_use]
pub fn order_webhooks(
    environment: &str,
    account: &str,
    keys: KeyRing<OrderWebhookKeys>,
) -> Verifier<OrderWebhook> {
    Verifier::new(environment, account, keys)
}
