// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Choice of Wrong
// error in line 4 at #[choice(unused = "empty")]
//     write `#[choice(unused_empty)]`, or leave it out: what is not chosen is not written
// error in line 9 at Two
//     write one value: `Two(String)`
// error in line 7 at NothingEither
//     one variant at most stands for none of the members
// error in line 8 at Unnamed
//     `Unnamed` has no wire name: write `#[wire("…")]` above it
// error in line 10 at flag
//     `flag` goes with `bool`: it is written as 0 or 1
// error in line 12 at "a"
//     another member has the wire name `a` already
// error in line 12 at number
//     `number` goes with an open enum of codes; integers are numbers anyhow
// error in line 14 at path
//     `path` has no place in a choice
// error in line 14 at always
//     `always` has no place in a choice
// error in line 17 at f64
//     an amount is never a float: use `Money`

// Choice of One
// error in line 21 at One
//     a choice is between at least two variants

// Choice of Struct
// error in line 27 at Struct
//     `Choice` stands on an enum with a value in each variant

// Request of Made
// error in line 48 at always
//     write `always = "WEB"`
// error in line 34 at min
//     a length is not less than nothing
// error in line 36 at min
//     `min` goes with text or `i64`: `String`, `Secret<String>`, or an `Option` of them
// error in line 38 at chars
//     `chars` goes with text: `String`, `Secret<String>`, or an `Option` of them
// error in line 40 at currency_of
//     write both: `currency_of("amount"), spelling = currency_text`
// error in line 42 at spelling
//     write both: `currency_of("amount"), spelling = currency_text`
// error in line 44 at currency_of
//     either a constant or the currency of an amount
// error in line 44 at "text"
//     `text` is no amount: it has no currency
// error in line 44 at "amuont"
//     no field has the wire name `amuont` (did you mean `alone`?); known: `text`, `truth`, `letters`, `alone`, `spelt`, `both`, `none` and `constant`
// error in line 46 at currency_of
//     write the wire name of an amount
