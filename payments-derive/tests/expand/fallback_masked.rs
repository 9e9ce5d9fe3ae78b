//! After an error `Debug` is there all the same.

#[derive(Masked)]
pub enum Kind {
    A,
}
