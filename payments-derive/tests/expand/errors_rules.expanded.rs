// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Request of Report
// error in line 5 at #[request(when("succeeded", is("false")))]
//     nothing follows: add `needs("…")`, `lacks("…")` or `fits("…", …)`
// error in line 6 at si
//     `a test` has no `si`; known: `is`, `not`, `min` and `max`
// error in line 9 at x
//     write `min = 1`
// error in line 10 at when
//     one condition per `#[request(…)]`
// error in line 11 at whenever
//     `#[request]` has no `whenever` (did you mean `when`?); known: `exactly_one`, `when`, `unless`, `needs`, `lacks`, `fits` and `at_most`
// error in line 12 at =
//     write `needs("reasonCode")`
// error in line 14 at )
//     unexpected end of input, write `at_most("items", 50)`
// error in line 4 at "succeded"
//     no field has the wire name `succeded` (did you mean `succeeded`?); known: `succeeded`, `note` and `amount`
// error in line 7 at "amount"
//     `amount` cannot be looked at: a rule takes texts, truth values, integers and codes that are given
// error in line 8 at "succeeded"
//     `succeeded` is always given: a rule is about an `Option` or a list
// error in line 13 at "note"
//     `note` is no list: `at_most` counts entries
