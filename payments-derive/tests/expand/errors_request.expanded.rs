// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Request of Query
// error in line 5 at exactly_on
//     `#[request]` has no `exactly_on` (did you mean `exactly_one`?); known: `exactly_one`, `when`, `unless`, `needs`, `lacks`, `fits` and `at_most`
// error in line 5 at =
//     write `exactly_one("PaymentId", "OtherTrxCode")`
// error in line 6 at request
//     expected attribute arguments in parentheses: #[request(...)]
// error in line 13 at pub
//     fields of a request are private, so that only its builder makes one; an accessor is written for each
// error in line 15 at pub(crate)
//     fields of a request are private, so that only its builder makes one; an accessor is written for each
// error in line 17 at builder
//     `builder` is a method that the derive writes: give the field another Rust name, the wire name stays
// error in line 19 at build
//     `build` is a method that the derive writes: give the field another Rust name, the wire name stays
// error in line 4 at "PaymentID"
//     no field has the wire name `PaymentID` (did you mean `PaymentId`?); known: `PaymentId`, `OtherTrxCode`, `a`, `always`, `builder` and `build`
// error in line 4 at exactly_one
//     `exactly_one` chooses between at least two fields
// error in line 5 at "always"
//     `always` is always given: a member of `exactly_one` is an `Option`
// error in line 5 at "a"
//     `a` is already in the group
// error in line 5 at "payment_id"
//     no field has the wire name `payment_id`: that is the Rust name, write `"PaymentId"`
