//! How MoCoPay knows the merchant: a signature over the path and the query of every request.

mod signature;

use std::fmt::Debug;
use std::sync::Arc;

use payments_core::Secret;
use payments_core::client::{NoLogin, Provider};
use payments_core::error::Misuse;
use payments_core::exchange::Request;
use payments_core::http::header::ACCEPT;
use payments_core::incoming::{Receiver, danger};
use payments_core::signing::{Place, check_given, check_secret, expect_strong};

use crate::calls::Credentials;
use crate::inbound::BrowserReturn;

pub use payments_core::signing::{Escaping, SignedQuery};
pub use signature::{RULES, canonical, signature};

/// The base URL that was seen in use (third-party). The control box shows each merchant its own;
/// whether a host answers to https is unknown, and plain http has to be asked for:
/// [`payments_core::client::danger::plain_http`].
pub const OBSERVED_BASE: &str = "https://payment.mocopay.com/v1/payment";

/// The switches for what MoCoPay's pages leave open.
///
/// ```
/// use payments_mocopay::auth::{Escaping, Mocopay, SignaturePlace};
///
/// let mocopay = Mocopay::new()
///     .trailing_slash(false)
///     .escaping(Escaping::Percent)
///     .signature_place(SignaturePlace::Parameter);
/// # let _ = mocopay;
/// ```
#[derive(Clone, Debug, Default)]
pub struct Mocopay {
    no_slash: bool,
    escaping: Escaping,
    place: SignaturePlace,
    signer: Option<Arc<dyn Sign>>,
}

/// Where a request carries its signature: in one of the two, never in both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignaturePlace {
    /// The header `Signature`.
    #[default]
    Header,
    /// The parameter `signature`, which is not signed itself. It stands in every log of addresses.
    Parameter,
}

/// Another way to sign, in the place of the documented one.
pub trait Sign: Debug + Send + Sync {
    /// The value of the signature over `canonical`: path, `?`, and the sorted parameters, without
    /// the secret.
    ///
    /// # Errors
    /// [`Misuse`] for what cannot be signed.
    fn sign(&self, canonical: &str, credentials: &Credentials) -> Result<String, Misuse>;
}

impl Mocopay {
    /// The signature pages' reading: a slash at the end of every path, values signed as they are
    /// meant, the signature in the header.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether paths end in a slash, as the signature pages have it; the samples do without. What is
    /// sent is what is signed.
    #[must_use]
    pub fn trailing_slash(mut self, slash: bool) -> Self {
        self.no_slash = !slash;
        self
    }

    /// How values stand in what is signed. Only values with other characters than letters, digits
    /// and `-._~` are affected: set the URLs in the control box, and the question does not arise.
    #[must_use]
    pub fn escaping(mut self, escaping: Escaping) -> Self {
        self.escaping = escaping;
        self
    }

    /// Where the signature stands.
    #[must_use]
    pub fn signature_place(mut self, place: SignaturePlace) -> Self {
        self.place = place;
        self
    }

    /// Signs in another way: the samples of 2014 have a digest of 20 bytes that no page explains.
    #[must_use]
    pub fn signer(mut self, signer: impl Sign + 'static) -> Self {
        self.signer = Some(Arc::new(signer));
        self
    }
}

impl Provider for Mocopay {
    const NAME: &'static str = "mocopay";
    type Credentials = Credentials;
    type Login = NoLogin;

    /// A short secret is refused here as well; a weak one is reported once, for each client.
    fn check(&self, credentials: &Credentials) -> Result<(), Misuse> {
        check_given("apiKey", credentials.api_key())?;
        check_secret("apiSecret", credentials.api_secret())?;
        // MD5 is searched fast.
        expect_strong("apiSecret", credentials.api_secret(), 128);
        Ok(())
    }

    fn authorize(
        &self,
        request: &mut Request,
        credentials: &Credentials,
        _token: Option<&Secret<String>>,
    ) -> Result<(), Misuse> {
        let query = SignedQuery::parse(request.query(), &RULES)?;
        let slash = if self.no_slash { "" } else { "/" };
        let path = format!("{}{slash}", request.path().trim_end_matches('/'));
        let sent = request.clone().with_path(path).with_query(query.sent());
        let path = sent.sent_path();
        let value = match &self.signer {
            Some(signer) => signer.sign(&canonical(&path, &query, self.escaping), credentials)?,
            None => signature(&path, &query, self.escaping, credentials),
        };
        let place = match self.place {
            SignaturePlace::Header => Place::Header("signature"),
            SignaturePlace::Parameter => Place::Field("signature"),
        };
        *request = sent;
        request.carry_signature(place, &value)?;
        request.set_header(ACCEPT, "application/json, application/*+json", false)
    }
}

/// The receiver of what buyers' browsers bring back. Nobody can know a browser: what it says is a
/// reason to ask, and no more.
#[must_use]
pub fn browser_returns(environment: &str, account: &str) -> Receiver<BrowserReturn> {
    Receiver::new(environment, account, danger::authenticated_elsewhere())
}
