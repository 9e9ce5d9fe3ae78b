// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Canonical of Amounts
#[automatically_derived]
impl ::payments_core::signing::Canonical for Amounts {
    type Keys = ();
    fn stream<S: ::payments_core::signing::Sink>(
        &self,
        _keys: &Self::Keys,
        sink: &mut S,
    ) -> ::core::result::Result<(), ::payments_core::signing::Refusal> {
        let Self { minor, major, decimal, number, trimmed, tip, fee } = self;
        sink.literal("minor=");
        ::payments_core::signing::canonical::stream_money(
            sink,
            "minor",
            "&=",
            ::payments_core::money::wire::Form::Minor,
            *minor,
        )?;
        sink.literal("&major=");
        ::payments_core::signing::canonical::stream_money(
            sink,
            "major",
            "&=",
            ::payments_core::money::wire::Form::Major,
            *major,
        )?;
        sink.literal("&decimal=");
        ::payments_core::signing::canonical::stream_money(
            sink,
            "decimal",
            "&=",
            ::payments_core::money::wire::Form::Decimal,
            *decimal,
        )?;
        sink.literal("&number=");
        ::payments_core::signing::canonical::stream_money(
            sink,
            "number",
            "&=",
            ::payments_core::money::wire::Form::DecimalNumber,
            *number,
        )?;
        sink.literal("&trimmed=");
        ::payments_core::signing::canonical::stream_money(
            sink,
            "trimmed",
            "&=",
            ::payments_core::money::wire::Form::Trimmed,
            *trimmed,
        )?;
        sink.literal("&tip=");
        match tip {
            ::core::option::Option::Some(tip) => {
                ::payments_core::signing::canonical::stream_money(
                    sink,
                    "tip",
                    "&=",
                    ::payments_core::money::wire::Form::Minor,
                    *tip,
                )?;
            }
            ::core::option::Option::None => sink.value("tip", ""),
        }
        if let ::core::option::Option::Some(fee) = fee {
            sink.literal("&fee=");
            ::payments_core::signing::canonical::stream_money(
                sink,
                "fee",
                "&=",
                ::payments_core::money::wire::Form::Minor,
                *fee,
            )?;
        }
        ::core::result::Result::Ok(())
    }
}
