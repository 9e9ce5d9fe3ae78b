
/// Golden.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Golden;

impl payments_core::client::Provider for Golden {
    const NAME: &'static str = "golden";
    type Credentials = crate::golden::calls::Credentials;
    type Login = payments_core::client::NoLogin;

    fn authorize(
        &self,
        _request: &mut payments_core::exchange::Request,
        _credentials: &Self::Credentials,
        _token: Option<&payments_core::Secret<String>>,
    ) -> Result<(), payments_core::error::Misuse> {
        Ok(())
    }
}
