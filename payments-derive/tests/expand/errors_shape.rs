//! Types that are not a plain struct with named fields.

#[derive(Canonical, Request, Masked)]
#[canonical(keys = Keys, join = "|", order("a"))]
pub enum Enum {
    A,
}

#[derive(Canonical, Request, Masked)]
#[canonical(join = "|", order("a"))]
pub struct Tuple(String);

#[derive(Canonical, Request, Masked)]
#[canonical(join = "|", order("a"))]
pub struct Unit;

#[derive(Canonical, Request, Masked)]
#[canonical(join = "|", order("a"))]
pub struct Generic<'a, T: Clone> {
    #[wire("a")]
    a: &'a T,
}

#[derive(Masked)]
pub struct Clause
where
    String: Clone,
{
    #[wire("a")]
    a: String,
}
