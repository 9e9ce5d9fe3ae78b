//! How Moka knows the merchant: a block at the head of every body, with a key made of the password.

use payments_core::client::{NoLogin, Provider};
use payments_core::error::Misuse;
use payments_core::exchange::{Request, Response};
use payments_core::odd::expect_guid;
use payments_core::outgoing::Base;
use payments_core::serde::Deserialize;
use payments_core::signing::{Keys, Scheme, TagString, TagText, tag};
use payments_core::wire::{Fields, Wire};
use payments_core::{Canonical, Currency, Secret, call::Call, call::Fault, json::Object};

use crate::{calls::Credentials, codes::CURRENCIES, types::CreatePage};

/// Moka. There is nothing to switch: what its document leaves open is open in the types.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Moka;

impl Keys for Credentials {}

/// `CheckKey`: lower-case hex of SHA-256 over the credentials with two words between them, in UTF-8
/// (inferred). It is the same for every request, so it is a secret of the password's rank.
#[derive(Canonical)]
#[canonical(
    keys = Credentials,
    join = "",
    order("$dealerCode", lit("MK"), "$username", lit("PD"), "$password")
)]
struct CheckKey {}

/// The block that stands first in every body, with its `CheckKey`.
struct Authentication<'a>(&'a Credentials, TagString);

impl Wire for Authentication<'_> {
    fn visit(&self, out: &mut dyn Fields) {
        let Self(credentials, check_key) = self;
        out.text("DealerCode", credentials.dealer_code());
        out.text("Username", credentials.username());
        out.text("Password", credentials.password().expose());
        out.text("CheckKey", check_key.as_str());
    }
}

impl Provider for Moka {
    const NAME: &'static str = "moka";
    type Credentials = Credentials;
    type Login = NoLogin;

    fn currencies(&self) -> &[Currency] {
        CURRENCIES
    }

    fn authorize(
        &self,
        request: &mut Request,
        credentials: &Credentials,
        _token: Option<&Secret<String>>,
    ) -> Result<(), Misuse> {
        let tag = tag(&CheckKey {}, credentials, Scheme::Sha256)
            .map_err(|refusal| Misuse::new(refusal.field(), "cannot be hashed"))?;
        let block = Authentication(credentials, tag.text(TagText::Hex));
        request.put_first("PaymentDealerAuthentication", &block)
    }

    /// The return of a page without a `CodeForHash` could never be believed; and the buyer is sent to
    /// https only, or to this machine. That is so under [`Live`](crate::Live) too: which service
    /// answered is not told here. It answered over https itself, and nobody else is behind it.
    fn inspect(
        &self,
        call: &'static str,
        response: &Response,
        _credentials: &Credentials,
    ) -> Result<(), Fault> {
        let body = Object::parse(response.body()).ok();
        let data = body.and_then(|body| body.get("Data")).map(|raw| raw.get());
        let data = data.filter(|_| call == CreatePage::NAME).unwrap_or("");
        let page = Object::parse(data.as_bytes()).ok();
        let text = |name| String::deserialize(page.as_ref()?.get(name)?).ok();
        let is_page = |url: &str| Base::parse(url.split('?').next().unwrap_or("")).is_ok();
        expect_guid(call, "CodeForHash", text("CodeForHash").as_deref());
        if data.starts_with('"') {
            Err(Fault::unreadable("a bare string has no `CodeForHash`"))
        } else if text("Url").is_some_and(|url| !is_page(&url)) {
            Err(Fault::unreadable("`Url` is not one of https"))
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use payments_core::signing::text;

    use super::*;

    /// What is given, what is hashed, and the key: K4 to K6, by `tests/vectors/digests.sh`.
    #[test]
    fn the_key_is_made_as_documented() {
        let check = |[dealer, user, password]: [&str; 3], canonical: &str, key: &str| {
            let credentials = Credentials::new(dealer, user, password).unwrap();
            assert_eq!(text(&CheckKey {}, &credentials).unwrap(), canonical);
            let tag = tag(&CheckKey {}, &credentials, Scheme::Sha256);
            assert_eq!(tag.unwrap().text(TagText::Hex).as_str(), key);
        };
        check(
            ["1234", "apiuser", "apipass"],
            "1234MKapiuserPDapipass",
            "ae5682da4e54fe14a9f90d8b405fa40fc2548ee19bb25a9d4ae4cc382765173c",
        );
        check(
            ["DEALER1", "apiuser", "apipass"],
            "DEALER1MKapiuserPDapipass",
            "98b74161ea48bfb76d27ab235cad52c2e170e74ed21adf3e1c22c08e00a5e9c3",
        );
        check(
            ["1234", "kullanıcı", "şifreĞ"],
            "1234MKkullanıcıPDşifreĞ",
            "f873d8c09ee2ac951bf3ad0ab58493fb1bb48f4db0c83eec69ba7cfa009dfa0f",
        );
    }
}
