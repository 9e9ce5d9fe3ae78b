// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Canonical of Webhook
// error in line 21 at "$secret2"
//     `free` marks a field: write its wire name here
// error in line 22 at lit
//     `free` marks a field: write its wire name here
// error in line 23 at frei
//     there is no `frei` (did you mean `free`?); known: `lit`, `free` and `skip_absent`
// error in line 24 at 17
//     write a wire name as in `"orderNo"`, a credential as in `"$secret"`, `lit("…")`, `free("…")` or `skip_absent("…")`
// error in line 25 at 3
//     write `lit("MK")`
// error in line 39 at "amount"
//     say how the amount is written: `#[wire("amount", money = "…")]` with `minor`, `major`, `decimal`, `decimal_number`, `trimmed` or `trimmed_number`
// error in line 7 at "orderNumber"
//     no field has the wire name `orderNumber` (did you mean `orderNo`?); known: `orderNo`, `txStatus`, `rate`, `rates`, `items`, `amount` and `note`
// error in line 8 at "order_no"
//     no field has the wire name `order_no`: that is the Rust name, write `"orderNo"`
// error in line 9 at "somethingElse"
//     no field has the wire name `somethingElse`; known: `orderNo`, `txStatus`, `rate`, `rates`, `items`, `amount` and `note`
// error in line 11 at "txStatus"
//     `txStatus` is already in the order
// error in line 13 at "$secret"
//     `$secret` is already in the order
// error in line 14 at "$"
//     write the name of a credential after the `$`, as in `"$accessKey"`
// error in line 15 at "$not an ident"
//     write the name of a credential after the `$`, as in `"$accessKey"`
// error in line 34 at f64
//     `rate` is signed, and a float has no exact text: use `Decimal`, or `Money` with a wire form
// error in line 36 at f32
//     `rates` is signed, and a float has no exact text: use `Decimal`, or `Money` with a wire form
// error in line 18 at "items"
//     `items` is a list, which has no one text to sign
// error in line 20 at skip_absent
//     without names, a part that is left out moves the others: `skip_absent` goes with `pairs`
// error in line 12 at "$secret"
//     `$secret` is read from the keys: name their type, `#[canonical(keys = …Keys, …)]`

// Canonical of Pairs
// error in line 46 at ""
//     the pairs would run into each other: write what stands between them, as in `pairs = "&"`
// error in line 46 at lit
//     every part of a `pairs` layout has a name: `lit` goes with `join`
// error in line 46 at skip_absent
//     `a` is never absent: write `"a"`, or make its type an `Option`
// error in line 46 at "a"
//     `a` is never absent: take it out here
// error in line 46 at "b"
//     no field has the wire name `b`; known: `a`

// Canonical of Nameless
// error in line 53 at "a"
//     no field has the wire name `a`: no field has a `#[wire("…")]`
