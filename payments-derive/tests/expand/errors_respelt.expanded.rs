// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Respelt of Plain
// error in line 4 at Plain
//     no field has another spelling: derive serde's `Deserialize`

// Respelt of Spellings
// error in line 10 at #[spelt()]
//     write the other spellings: `#[spelt("sid")]`
// error in line 12 at "twice"
//     `twice` stands twice
// error in line 15 at "own"
//     `own` stands twice
// error in line 17 at unquoted
//     expected string literal
// error in line 19 at skip
//     a field with other spellings takes `rename`, `default` and `deserialize_with`

// Respelt of Kind
// error in line 25 at Kind
//     `Respelt` stands on a struct without generics
