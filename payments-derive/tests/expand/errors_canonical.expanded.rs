// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Canonical of NoAttribute
// error in line 4 at NoAttribute
//     `Canonical` needs the order of the parts: write `#[canonical(join = "|", order("…", "$…"))]`

// Canonical of NoArguments
// error in line 7 at canonical
//     expected attribute arguments in parentheses: #[canonical(...)]

// Canonical of Nothing
// error in line 11 at canonical
//     say how the parts are joined: `join = "|"` for values alone, `pairs = "&"` for `name=value`
// error in line 11 at canonical
//     say what is signed: `order("…", "$…")` with the wire names in the provider's order

// Canonical of NothingSigned
// error in line 15 at order
//     nothing would be signed: write the wire names

// Canonical of Twice
// error in line 19 at pairs
//     one layout only: either `join` or `pairs`
// error in line 19 at order
//     `order` is already given
// error in line 20 at canonical
//     one `#[canonical(…)]` per type: a message has one canonical string

// Canonical of Malformed
// error in line 24 at key
//     `#[canonical]` has no `key` (did you mean `keys`?); known: `keys`, `join`, `pairs` and `order`
// error in line 24 at join
//     write `join = "|"`
// error in line 24 at 3
//     write `pairs = "&"`
// error in line 24 at "Keys"
//     write `keys = WebhookKeys`
// error in line 24 at =
//     write `order("orderNo", "$secret")`

// Canonical of NoComma
// error in line 28 at order
//     a comma belongs here
