//! An absent value is signed as the empty text, or left out with its name and its separator.

use payments_core::Canonical;

#[derive(Canonical)]
#[canonical(pairs = "&", order("a", "b", "c"))]
pub struct SignedAsEmpty {
    #[wire("a")]
    pub a: String,
    #[wire("b")]
    pub b: Option<String>,
    #[wire("c")]
    pub c: Option<i64>,
}

#[derive(Canonical)]
#[canonical(pairs = "&", order("a", skip_absent("b"), "c"))]
pub struct LeftOutInTheMiddle {
    #[wire("a")]
    pub a: String,
    #[wire("b")]
    pub b: Option<String>,
    #[wire("c")]
    pub c: String,
}

#[derive(Canonical)]
#[canonical(
    pairs = "&",
    order(skip_absent("a"), skip_absent(free("b")), "c", free(skip_absent("d")))
)]
pub struct LeftOutInFront {
    #[wire("a")]
    pub a: Option<String>,
    #[wire("b")]
    pub b: Option<String>,
    #[wire("c")]
    pub c: String,
    #[wire("d")]
    pub d: Option<String>,
}

#[derive(Canonical)]
#[canonical(pairs = "&", order("a", skip_absent("b", "c"), skip_absent("c", "b")))]
pub struct LeftOutTogether {
    #[wire("a")]
    pub a: String,
    #[wire("b")]
    pub b: Option<String>,
    #[wire("c")]
    pub c: Option<String>,
}
