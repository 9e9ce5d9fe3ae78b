// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Canonical of CheckKey
#[automatically_derived]
impl ::payments_core::signing::Canonical for CheckKey {
    type Keys = DealerKeys;
    fn stream<S: ::payments_core::signing::Sink>(
        &self,
        keys: &Self::Keys,
        sink: &mut S,
    ) -> ::core::result::Result<(), ::payments_core::signing::Refusal> {
        sink.secret(
            "DealerCode",
            ::payments_core::signing::check_key(
                "DealerCode",
                ::payments_core::signing::KeyPart::key_bytes(&keys.dealer_code),
            )?,
        );
        sink.literal("MK");
        sink.secret(
            "Username",
            ::payments_core::signing::check_key(
                "Username",
                ::payments_core::signing::KeyPart::key_bytes(&keys.username),
            )?,
        );
        sink.literal("PD");
        sink.secret(
            "Password",
            ::payments_core::signing::check_key(
                "Password",
                ::payments_core::signing::KeyPart::key_bytes(&keys.password),
            )?,
        );
        ::core::result::Result::Ok(())
    }
}

// Canonical of Labelled
#[automatically_derived]
impl ::payments_core::signing::Canonical for Labelled {
    type Keys = ();
    fn stream<S: ::payments_core::signing::Sink>(
        &self,
        _keys: &Self::Keys,
        sink: &mut S,
    ) -> ::core::result::Result<(), ::payments_core::signing::Refusal> {
        let Self { id } = self;
        sink.literal("v1:pay:");
        ::payments_core::signing::canonical::stream_value(sink, "id", ":", id)?;
        sink.literal(":end");
        ::core::result::Result::Ok(())
    }
}

// Canonical of Constant
#[automatically_derived]
impl ::payments_core::signing::Canonical for Constant {
    type Keys = ();
    fn stream<S: ::payments_core::signing::Sink>(
        &self,
        _keys: &Self::Keys,
        sink: &mut S,
    ) -> ::core::result::Result<(), ::payments_core::signing::Refusal> {
        sink.literal("v1:ping");
        ::core::result::Result::Ok(())
    }
}
