//! The dashboard over real HTTP.
