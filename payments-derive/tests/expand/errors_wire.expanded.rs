// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Request of Wire
// error in line 6 at wire
//     expected attribute arguments in parentheses: #[wire(...)]
// error in line 8 at )
//     begin with the wire name, as in `#[wire("orderNo")]`
// error in line 10 at ""
//     the wire name must not be empty
// error in line 17 at wire
//     one `#[wire(…)]` per field: put everything into the first
// error in line 19 at mim
//     `#[wire]` has no `mim` (did you mean `min`?); known: `min`, `max`, `chars`, `money`, `positive`, `only`, `sensitive`, `link`, `time`, `path`, `flag`, `number`, `always`, `currency_of` and `spelling`
// error in line 19 at min
//     `min` is already given
// error in line 19 at optional
//     `#[wire]` has no `optional`; known: `min`, `max`, `chars`, `money`, `positive`, `only`, `sensitive`, `link`, `time`, `path`, `flag`, `number`, `always`, `currency_of` and `spelling`
// error in line 21 at min
//     write `min = 1`
// error in line 21 at "a"
//     write `max = 64`
// error in line 21 at 7
//     write `chars = "A-Za-z0-9_-"`
// error in line 21 at 1
//     write `money = "minor"`
// error in line 25 at 99999999999999999999999
//     write `max = 64`
// error in line 14 at "same"
//     another field has the wire name `same` already
// error in line 23 at min
//     nothing fits: `min = 5` is more than `max = 3`
// error in line 27 at "z-a"
//     the range `z-a` is the wrong way round
// error in line 29 at "[a-z]"
//     write the class without its brackets, as in `A-Za-z0-9_-`
// error in line 31 at "\\d"
//     there is no `\d`: write single characters and ranges, as in `A-Za-z0-9_-`; a backslash itself stands last
// error in line 33 at "^a"
//     a class cannot be negated: write what is allowed, `^` itself not first
// error in line 35 at ""
//     no character is allowed: leave `chars` out to allow all
// error in line 37 at chars
//     `chars` goes with text: `String`, `Secret<String>`, or an `Option` of them
// error in line 39 at money
//     `money` goes with `Money` or `Option<Money>`
// error in line 39 at positive
//     `positive` goes with `Money` or `Option<Money>`
// error in line 39 at only
//     `only` goes with `Money` or `Option<Money>`
// error in line 41 at "formless"
//     say how the amount is written: `#[wire("formless", money = "…")]` with `minor`, `major`, `decimal`, `decimal_number`, `trimmed` or `trimmed_number`
// error in line 43 at "decimals"
//     there is no wire form `decimals` (did you mean `decimal`?); known: `minor`, `major`, `decimal`, `decimal_number`, `trimmed` and `trimmed_number`
// error in line 45 at "cents"
//     there is no wire form `cents`; known: `minor`, `major`, `decimal`, `decimal_number`, `trimmed` and `trimmed_number`
// error in line 52 at f64
//     an amount is never a float: use `Money`
// error in line 53 at path
//     `path` goes with a plain `String`: a path takes no secret, and has no place for what is absent
// error in line 55 at path
//     `path` goes with a plain `String`: a path takes no secret, and has no place for what is absent
// error in line 57 at path
//     `path` goes with a plain `String`: a path takes no secret, and has no place for what is absent
// error in line 5 at no_wire
//     `no_wire` has no wire name: write `#[wire("…")]` above it
// error in line 48 at f64
//     a float has no exact text: use `Decimal`, or `Money` with a wire form
// error in line 50 at f32
//     a float has no exact text: use `Decimal`, or `Money` with a wire form
