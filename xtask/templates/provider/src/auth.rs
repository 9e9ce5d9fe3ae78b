//! How {{Name}} knows who asks.

/// {{Name}}.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct {{Name}};
