//! How {{Name}} knows who asks.

use payments_core::Secret;
use payments_core::client::{NoLogin, Provider};
use payments_core::error::Misuse;
use payments_core::exchange::Request;

use crate::calls::Credentials;

/// The switches for what {{Name}}'s document leaves open.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct {{Name}};

impl Provider for {{Name}} {
    const NAME: &'static str = "{{name}}";
    type Credentials = Credentials;
    type Login = NoLogin;

    fn authorize(
        &self,
        request: &mut Request,
        credentials: &Credentials,
        _token: Option<&Secret<String>>,
    ) -> Result<(), Misuse> {
        // Look up in the provider's document how a request is authorized.
        request.set_basic_auth(credentials.api_key(), credentials.api_secret())
    }
}
