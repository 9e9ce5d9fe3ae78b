// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Canonical of Odd
#[automatically_derived]
impl ::payments_core::signing::Canonical for Odd {
    type Keys = OddKeys;
    fn stream<S: ::payments_core::signing::Sink>(
        &self,
        keys: &Self::Keys,
        sink: &mut S,
    ) -> ::core::result::Result<(), ::payments_core::signing::Refusal> {
        let Self { keys, sink, r#type, value } = self;
        sink.literal("Type=");
        sink.secret(
            "Type",
            ::payments_core::signing::check_key(
                "Type",
                ::payments_core::signing::KeyPart::key_bytes(&keys.r#type),
            )?,
        );
        sink.literal("&keys=");
        ::payments_core::signing::canonical::stream_value(sink, "keys", "&=", keys)?;
        sink.literal("&sink=");
        ::payments_core::signing::canonical::stream_value(sink, "sink", "&=", sink)?;
        sink.literal("&type=");
        ::payments_core::signing::canonical::stream_value(sink, "type", "&=", r#type)?;
        sink.literal("&value=");
        ::payments_core::signing::canonical::stream_value(sink, "value", "&=", value)?;
        ::core::result::Result::Ok(())
    }
}

// Canonical of Free
#[automatically_derived]
impl ::payments_core::signing::Canonical for Free {
    type Keys = ();
    fn stream<S: ::payments_core::signing::Sink>(
        &self,
        _keys: &Self::Keys,
        sink: &mut S,
    ) -> ::core::result::Result<(), ::payments_core::signing::Refusal> {
        let Self { names, list } = self;
        sink.literal("names=");
        ::payments_core::signing::canonical::stream_value(sink, "names", "", names)?;
        sink.literal("&list=");
        ::payments_core::signing::canonical::stream_value(sink, "list", "", list)?;
        ::core::result::Result::Ok(())
    }
    fn reads_one_way(
        &self,
    ) -> ::core::result::Result<(), ::payments_core::signing::Refusal> {
        let Self { names, list } = self;
        let names = &["names", "list"];
        ::payments_core::signing::canonical::check_names("names", "&", names, names)?;
        ::payments_core::signing::canonical::check_names("list", "&", names, list)?;
        ::core::result::Result::Ok(())
    }
}
