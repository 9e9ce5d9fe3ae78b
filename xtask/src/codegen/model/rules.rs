//! Rules that fields of a request have together.

/// What holds for some fields, always or where another one says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Together {
    pub(crate) when: Option<When>,
    pub(crate) needs: Vec<String>,
    pub(crate) lacks: Vec<String>,
    pub(crate) fits: Vec<Test>,
    /// Lists, and how many entries each may have.
    pub(crate) at_most: Vec<(String, usize)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct When {
    pub(crate) test: Test,
    /// Whether it applies where the test does not hold.
    pub(crate) unless: bool,
}

/// What the value of a field is, by its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Test {
    pub(crate) field: String,
    pub(crate) is: Vec<String>,
    pub(crate) not: Vec<String>,
    pub(crate) min: Option<i64>,
    pub(crate) max: Option<i64>,
}
