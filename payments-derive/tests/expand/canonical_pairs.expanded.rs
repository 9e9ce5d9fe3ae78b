// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Canonical of Query
#[automatically_derived]
impl ::payments_core::signing::Canonical for Query {
    type Keys = QueryKeys;
    fn stream<S: ::payments_core::signing::Sink>(
        &self,
        keys: &Self::Keys,
        sink: &mut S,
    ) -> ::core::result::Result<(), ::payments_core::signing::Refusal> {
        let Self { trans_id, is_paid, order_id } = self;
        sink.literal("accessKey=");
        sink.secret(
            "accessKey",
            ::payments_core::signing::check_key(
                "accessKey",
                ::payments_core::signing::KeyPart::key_bytes(&keys.access_key),
            )?,
        );
        sink.literal("&orderId=");
        ::payments_core::signing::canonical::stream_value(
            sink,
            "orderId",
            "&=",
            order_id,
        )?;
        sink.literal("&transId=");
        ::payments_core::signing::canonical::stream_value(
            sink,
            "transId",
            "&=",
            trans_id,
        )?;
        sink.literal("&isPaid=");
        ::payments_core::signing::canonical::stream_value(
            sink,
            "isPaid",
            "&=",
            is_paid,
        )?;
        ::core::result::Result::Ok(())
    }
}
