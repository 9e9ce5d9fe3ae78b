//! Names: raw ones, ones that look alike, ones that a linter has opinions about, types called as
//! fields; fields without docs; messages that are not public.

use payments_core::{Request, Secret};

/// Odd names.
#[derive(Clone, Request)]
pub(crate) struct Odd {
    #[wire("type")]
    r#type: String,
    #[wire("a1")]
    a1: u32,
    #[wire("a_1")]
    a_1: u32,
    #[wire("IsPreAuth")]
    is_pre_auth: bool,
    #[wire("toDate")]
    to_date: String,
    #[wire("fromDate")]
    from_date: Option<String>,
    #[wire("secret")]
    secret: Secret<String>,
    #[wire("self_")]
    self_: String,
    #[wire("out")]
    out: String,
    #[wire("name")]
    name: String,
}

#[derive(Request)]
struct Private {
    #[wire("a")]
    a: String,
}
