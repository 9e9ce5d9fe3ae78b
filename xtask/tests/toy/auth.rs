//! How Toy knows who asks.

/// Toy.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Toy;
