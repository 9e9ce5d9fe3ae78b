// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Masked of Kind
// error in line 4 at enum
//     `Masked` stands on a struct; an open enum is written with `codes!`
#[automatically_derived]
impl ::core::fmt::Debug for Kind {
    fn fmt(&self, out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        out.write_str("Kind")
    }
}
