//! What an endpoint makes of a request, and what the inbox takes in.

use sha2::{Digest, Sha256};

use super::inbound::Inbound;
use super::inbox::Row;
use super::notice::Notice;
use super::verified::{Scope, Unverified, Verified};
use super::verifier::Verifier;
use crate::error::Rejected;
use crate::signing::{Keys, Signed};

/// A message that may be kept: its signature held, or its caller is known.
pub trait Message {
    /// Its kind.
    type Notice: Notice;

    /// Whether a repeat must have the same [`Self::digest`]. So it is where no signature tells which
    /// fields count.
    const STRICT: bool;

    /// What it says.
    fn notice(&self) -> &Self::Notice;

    /// Whose it is.
    fn scope(&self) -> &Scope;

    /// The request as it came.
    fn inbound(&self) -> &Inbound;

    /// The request as it is kept: with the headers that it is read again by, and those that its endpoint
    /// was told to keep.
    fn at_rest(&self) -> Inbound {
        self.inbound().at_rest([])
    }

    /// SHA-256 of what a repeat must say too: the values that the notice names, or query and body.
    fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        match self.notice().repeat() {
            Some(values) => {
                // Each after its length, so that no two lists are one text.
                for value in values {
                    hash.update(value.len().to_string());
                    hash.update([0]);
                    hash.update(value);
                }
            }
            None => {
                // A query has no zero byte, so that its end is where it is.
                hash.update(self.inbound().query());
                hash.update([0]);
                hash.update(self.inbound().body());
            }
        }
        hash.finalize().into()
    }
}

impl<N: Notice> Message for Verified<N> {
    type Notice = N;
    const STRICT: bool = false;

    fn notice(&self) -> &N {
        self
    }

    fn scope(&self) -> &Scope {
        self.scope()
    }

    fn inbound(&self) -> &Inbound {
        self.inbound()
    }

    fn at_rest(&self) -> Inbound {
        self.at_rest()
    }
}

impl<N: Notice> Message for Unverified<N> {
    type Notice = N;
    const STRICT: bool = true;

    fn notice(&self) -> &N {
        self.claims()
    }

    fn scope(&self) -> &Scope {
        self.scope()
    }

    fn inbound(&self) -> &Inbound {
        self.inbound()
    }

    fn at_rest(&self) -> Inbound {
        self.at_rest()
    }
}

/// Where messages of one kind come in.
pub trait Endpoint {
    /// What it lets in.
    type Message: Message;

    /// Reads a request and checks what there is to check.
    ///
    /// # Errors
    /// [`Rejected`], without a reason: whoever sent it may be reading.
    fn receive(&self, inbound: &Inbound) -> Result<Self::Message, Rejected>;

    /// Reads a message again that the inbox kept: what a worker does with its row, whoever signs.
    ///
    /// # Errors
    /// [`Rejected`] for a row of another account or kind, for one without its request, and for what
    /// would not be let in any more.
    fn reread(&self, row: &Row) -> Result<Self::Message, Rejected> {
        let kind = <<Self::Message as Message>::Notice as Notice>::NAME;
        let inbound = row.inbound().filter(|_| row.key().notice() == kind);
        let message = self.receive(inbound.ok_or(Rejected)?)?;
        let is_ours = message.scope() == row.scope();
        is_ours.then_some(message).ok_or(Rejected)
    }
}

impl<N> Endpoint for Verifier<N>
where
    N: Notice + Signed,
    N::Keys: Keys + Sized,
{
    type Message = Verified<N>;

    fn receive(&self, inbound: &Inbound) -> Result<Verified<N>, Rejected> {
        self.verify(inbound)
    }
}
