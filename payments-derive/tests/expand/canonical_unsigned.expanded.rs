// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Canonical of Ping
#[automatically_derived]
impl ::payments_core::signing::Canonical for Ping {
    type Keys = MacKeys;
    fn stream<S: ::payments_core::signing::Sink>(
        &self,
        _keys: &Self::Keys,
        sink: &mut S,
    ) -> ::core::result::Result<(), ::payments_core::signing::Refusal> {
        let Self { request_id, .. } = self;
        sink.literal("requestId=");
        ::payments_core::signing::canonical::stream_value(
            sink,
            "requestId",
            "&=",
            request_id,
        )?;
        ::core::result::Result::Ok(())
    }
}
