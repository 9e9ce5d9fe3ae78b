//! A kind of callback: which fields are signed, how they are read, what answers it.

use http::StatusCode;

use crate::error::Rejected;
use crate::incoming::fields::Fields;
use crate::wire::Wire;

/// A message that a provider sends. Implemented by generated code.
///
/// The implementing type holds the fields **under** the signature (all fields, where the provider
/// signs nothing).
pub trait Notice: Sized {
    /// The fields beside the signature: claims that anyone on the way may have changed.
    type Unsigned;

    /// Who sends it: the name of the provider, as the crate's.
    const PROVIDER: &'static str;

    /// Its name, in snake case: `order_webhook`.
    const NAME: &'static str;

    /// Whether the message may be stored. Not so where it carries card data, encrypted or not: then
    /// no inbox takes it in.
    const MAY_REST: bool = true;

    /// Reads the signed fields.
    ///
    /// # Errors
    /// [`Rejected`] if one is missing, empty where it must not be, or not as described.
    fn read(fields: &Fields<'_>) -> Result<Self, Rejected>;

    /// Reads the rest; what cannot be read is kept as a claim.
    fn read_unsigned(fields: &Fields<'_>) -> Self::Unsigned;

    /// The values that tell two messages apart; a repeat of the same values is the same message.
    fn dedupe(&self) -> Vec<&str>;

    /// Of a message that nobody signs, what else a repeat must say: the values of the fields that the
    /// description names. Without any, a repeat is the same to the byte.
    fn repeat(&self) -> Option<Vec<String>> {
        None
    }

    /// The merchant's reference that the message is about.
    fn reference(&self) -> &str;
}

/// The one reply that a provider takes for "received".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AckRule {
    /// The status.
    pub status: StatusCode,
    /// The content type, where there is a body.
    pub content_type: Option<&'static str>,
    /// The body.
    pub body: &'static str,
}

impl AckRule {
    /// A status with an empty body.
    #[must_use]
    pub const fn empty(status: StatusCode) -> Self {
        Self {
            status,
            content_type: None,
            body: "",
        }
    }
}

/// A message that is answered with the same few bytes whatever it says.
pub trait Acknowledged: Notice {
    /// What the provider takes for "received".
    const ACK: AckRule;
}

/// A message that the provider wants answered with a message, in JSON.
pub trait Answered: Notice {
    /// The status that goes with it.
    const STATUS: StatusCode;

    /// The answer.
    type Answer: Wire;
}
