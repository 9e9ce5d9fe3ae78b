//! Mistakes in replies with several spellings.

#[derive(Respelt)]
pub struct Plain {
    note: String,
}

#[derive(Respelt)]
pub struct Spellings {
    #[spelt()]
    none: String,
    #[spelt("twice", "twice")]
    first: String,
    #[serde(rename = "own")]
    #[spelt("own")]
    same: String,
    #[spelt(unquoted)]
    odd: String,
    #[serde(skip)]
    #[spelt("other")]
    skipped: String,
}

#[derive(Respelt)]
pub enum Kind {}
