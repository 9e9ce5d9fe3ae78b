// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Canonical of Enum
// error in line 5 at enum
//     `Canonical` stands on a struct; an open enum is written with `codes!`

// Request of Enum
// error in line 5 at enum
//     `Request` stands on a struct; an open enum is written with `codes!`

// Masked of Enum
// error in line 5 at enum
//     `Masked` stands on a struct; an open enum is written with `codes!`

// Canonical of Tuple
// error in line 11 at Tuple
//     `Canonical` needs named fields: write `struct Tuple { … }`

// Request of Tuple
// error in line 11 at Tuple
//     `Request` needs named fields: write `struct Tuple { … }`

// Masked of Tuple
// error in line 11 at Tuple
//     `Masked` needs named fields: write `struct Tuple { … }`

// Canonical of Unit
// error in line 15 at Unit
//     `Canonical` needs named fields: write `struct Unit { … }`

// Request of Unit
// error in line 15 at Unit
//     `Request` needs named fields: write `struct Unit { … }`

// Masked of Unit
// error in line 15 at Unit
//     `Masked` needs named fields: write `struct Unit { … }`

// Canonical of Generic
// error in line 19 at 'a, T: Clone
//     `Canonical` takes no generics and no lifetimes: a message owns plain fields

// Request of Generic
// error in line 19 at 'a, T: Clone
//     `Request` takes no generics and no lifetimes: a message owns plain fields

// Masked of Generic
// error in line 19 at 'a, T: Clone
//     `Masked` takes no generics and no lifetimes: a message owns plain fields

// Masked of Clause
// error in line 26 at where
//     `Masked` takes no `where` clause
