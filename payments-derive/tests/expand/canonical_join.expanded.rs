// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Canonical of OrderWebhook
#[automatically_derived]
impl ::payments_core::signing::Canonical for OrderWebhook {
    type Keys = OrderWebhookKeys;
    fn stream<S: ::payments_core::signing::Sink>(
        &self,
        keys: &Self::Keys,
        sink: &mut S,
    ) -> ::core::result::Result<(), ::payments_core::signing::Refusal> {
        let Self { order_no, tx_status } = self;
        ::payments_core::signing::canonical::stream_value(
            sink,
            "orderNo",
            "|",
            order_no,
        )?;
        sink.literal("|");
        ::payments_core::signing::canonical::stream_value(
            sink,
            "txStatus",
            "|",
            tx_status,
        )?;
        sink.literal("|");
        sink.secret(
            "secret",
            ::payments_core::signing::check_key(
                "secret",
                ::payments_core::signing::KeyPart::key_bytes(&keys.secret),
            )?,
        );
        ::core::result::Result::Ok(())
    }
}
