//! A request without fields.

use payments_core::Request;

/// Asks for nothing in particular.
#[derive(Request)]
pub struct Ping {}
