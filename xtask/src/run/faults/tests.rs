//! Short runs, and clients that do what they must not.

use super::figures::Figures;
use super::work::{self, Plan, Wrapped};

fn check(ops: u64, seed: u64, wrapped: Wrapped) -> Figures {
    Figures::of(&work::run(Plan { ops, seed }, wrapped, |_| ()).unwrap())
}

#[test]
fn nothing_happens_twice_and_nothing_definite_is_wrong() {
    let figures = check(200, 1, Wrapped::NOT);
    assert!(figures.are_held(), "{figures:#?}");
}
