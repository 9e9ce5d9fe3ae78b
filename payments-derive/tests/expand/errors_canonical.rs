//! Mistakes in `#[canonical(…)]` itself.

#[derive(Canonical)]
pub struct NoAttribute {}

#[derive(Canonical)]
#[canonical]
pub struct NoArguments {}

#[derive(Canonical)]
#[canonical()]
pub struct Nothing {}

#[derive(Canonical)]
#[canonical(join = "|", order())]
pub struct NothingSigned {}

#[derive(Canonical)]
#[canonical(join = "|", pairs = "&", order(lit("a")), order(lit("b")))]
#[canonical(join = "|")]
pub struct Twice {}

#[derive(Canonical)]
#[canonical(key = Keys, join, pairs = 3, keys = "Keys", order = "a")]
pub struct Malformed {}

#[derive(Canonical)]
#[canonical(join = "|" order(lit("a")))]
pub struct NoComma {}
