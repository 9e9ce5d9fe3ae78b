// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Canonical of Pairs
#[automatically_derived]
impl ::payments_core::signing::Canonical for Pairs {
    type Keys = ();
    fn stream<S: ::payments_core::signing::Sink>(
        &self,
        _keys: &Self::Keys,
        sink: &mut S,
    ) -> ::core::result::Result<(), ::payments_core::signing::Refusal> {
        let Self { order_id, order_info } = self;
        sink.literal("orderId=");
        ::payments_core::signing::canonical::stream_value(
            sink,
            "orderId",
            "&=",
            order_id,
        )?;
        sink.literal("&orderInfo=");
        ::payments_core::signing::canonical::stream_value(
            sink,
            "orderInfo",
            "",
            order_info,
        )?;
        ::core::result::Result::Ok(())
    }
    fn reads_one_way(
        &self,
    ) -> ::core::result::Result<(), ::payments_core::signing::Refusal> {
        let Self { order_info, .. } = self;
        let names = &["orderId", "orderInfo"];
        ::payments_core::signing::canonical::check_names(
            "orderInfo",
            "&",
            names,
            order_info,
        )?;
        ::core::result::Result::Ok(())
    }
}

// Canonical of Joined
#[automatically_derived]
impl ::payments_core::signing::Canonical for Joined {
    type Keys = ();
    fn stream<S: ::payments_core::signing::Sink>(
        &self,
        _keys: &Self::Keys,
        sink: &mut S,
    ) -> ::core::result::Result<(), ::payments_core::signing::Refusal> {
        let Self { order_id, order_info } = self;
        ::payments_core::signing::canonical::stream_value(
            sink,
            "orderId",
            "||",
            order_id,
        )?;
        sink.literal("||");
        ::payments_core::signing::canonical::stream_value(
            sink,
            "orderInfo",
            "",
            order_info,
        )?;
        ::core::result::Result::Ok(())
    }
}
