// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Priced of Unspelt
// error in line 4 at Unspelt
//     say how currencies are read: `#[priced(spelling = currency_of)]`
// error in line 6 at String
//     an amount is `Money` or `Option<Money>`
// error in line 5 at currency
//     there is no field `currency`

// Priced of Forms
// error in line 10 at spelling
//     write `spelling = currency_of`
// error in line 12 at "cents"
//     there is no wire form `cents`; known: `minor`, `major`, `decimal`, `decimal_number`, `trimmed` and `trimmed_number`
// error in line 14 at )
//     expected `,`

// Priced of Kind
// error in line 21 at Kind
//     `Priced` stands on a struct without generics
