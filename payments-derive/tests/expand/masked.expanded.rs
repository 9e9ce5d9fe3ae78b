// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Masked of Buyer
#[automatically_derived]
impl ::core::fmt::Debug for Buyer {
    fn fmt(&self, out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        out.debug_struct("Buyer")
            .field("phone", &::core::format_args!("***"))
            .field(
                "e_mail",
                &match &self.e_mail {
                    ::core::option::Option::Some(_) => ::core::format_args!("Some(***)"),
                    ::core::option::Option::None => ::core::format_args!("None"),
                },
            )
            .field("lang", &self.lang)
            .finish()
    }
}
