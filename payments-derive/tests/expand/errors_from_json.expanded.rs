// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// FromJson of Unreadable
// error in line 6 at id
//     `id` stands in the path: such a request is not read from JSON
// error in line 8 at quick
//     `quick` is a flag or a secret: such a request is not read from JSON
// error in line 10 at password
//     `password` is a flag or a secret: such a request is not read from JSON
// error in line 12 at key
//     `key` is a choice: such a request is not read from JSON

// FromJson of Spellings
// error in line 18 at "second"
//     `second` stands twice
// error in line 21 at #[spelt()]
//     write the other spellings: `#[spelt("sid")]`
// error in line 24 at "other"
//     `other` stands twice

// FromJson of Unpriced
// error in line 31 at amount
//     `amount` has no currency beside it: such a request is not read from JSON

// FromJson of WithoutSpelling
// error in line 35 at WithoutSpelling
//     say how currencies are read: `#[priced(spelling = currency_of)]`

// FromJson of Kind
// error in line 43 at enum
//     `FromJson` stands on a struct; an open enum is written with `codes!`
