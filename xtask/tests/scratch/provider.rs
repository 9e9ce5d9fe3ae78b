
/// Golden.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Golden;
