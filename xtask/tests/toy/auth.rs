//! How Toy knows who asks.

use payments_core::Secret;
use payments_core::client::{NoLogin, Provider};
use payments_core::error::Misuse;
use payments_core::exchange::Request;

use crate::calls::Credentials;

/// Toy.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Toy;

impl Provider for Toy {
    const NAME: &'static str = "toy";
    type Credentials = Credentials;
    type Login = NoLogin;

    fn authorize(
        &self,
        _request: &mut Request,
        _credentials: &Credentials,
        _token: Option<&Secret<String>>,
    ) -> Result<(), Misuse> {
        Ok(()) // The signature of a request is described; nothing else proves who asks.
    }
}
