// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Canonical of SignedAsEmpty
#[automatically_derived]
impl ::payments_core::signing::Canonical for SignedAsEmpty {
    type Keys = ();
    fn stream<S: ::payments_core::signing::Sink>(
        &self,
        _keys: &Self::Keys,
        sink: &mut S,
    ) -> ::core::result::Result<(), ::payments_core::signing::Refusal> {
        let Self { a, b, c } = self;
        sink.literal("a=");
        ::payments_core::signing::canonical::stream_value(sink, "a", "&=", a)?;
        sink.literal("&b=");
        ::payments_core::signing::canonical::stream_value(sink, "b", "&=", b)?;
        sink.literal("&c=");
        ::payments_core::signing::canonical::stream_value(sink, "c", "&=", c)?;
        ::core::result::Result::Ok(())
    }
}

// Canonical of LeftOutInTheMiddle
#[automatically_derived]
impl ::payments_core::signing::Canonical for LeftOutInTheMiddle {
    type Keys = ();
    fn stream<S: ::payments_core::signing::Sink>(
        &self,
        _keys: &Self::Keys,
        sink: &mut S,
    ) -> ::core::result::Result<(), ::payments_core::signing::Refusal> {
        let Self { a, b, c } = self;
        sink.literal("a=");
        ::payments_core::signing::canonical::stream_value(sink, "a", "&=", a)?;
        if let ::core::option::Option::Some(b) = b {
            sink.literal("&b=");
            ::payments_core::signing::canonical::stream_value(sink, "b", "&=", b)?;
        }
        sink.literal("&c=");
        ::payments_core::signing::canonical::stream_value(sink, "c", "&=", c)?;
        ::core::result::Result::Ok(())
    }
}

// Canonical of LeftOutInFront
#[automatically_derived]
impl ::payments_core::signing::Canonical for LeftOutInFront {
    type Keys = ();
    fn stream<S: ::payments_core::signing::Sink>(
        &self,
        _keys: &Self::Keys,
        sink: &mut S,
    ) -> ::core::result::Result<(), ::payments_core::signing::Refusal> {
        let Self { a, b, c, d } = self;
        if let ::core::option::Option::Some(a) = a {
            sink.literal("a=");
            ::payments_core::signing::canonical::stream_value(sink, "a", "&=", a)?;
        }
        if let ::core::option::Option::Some(b) = b {
            if a.is_some() {
                sink.literal("&");
            }
            sink.literal("b=");
            ::payments_core::signing::canonical::stream_value(sink, "b", "", b)?;
        }
        if a.is_some() || b.is_some() {
            sink.literal("&");
        }
        sink.literal("c=");
        ::payments_core::signing::canonical::stream_value(sink, "c", "&=", c)?;
        if let ::core::option::Option::Some(d) = d {
            sink.literal("&d=");
            ::payments_core::signing::canonical::stream_value(sink, "d", "", d)?;
        }
        ::core::result::Result::Ok(())
    }
    fn reads_one_way(
        &self,
    ) -> ::core::result::Result<(), ::payments_core::signing::Refusal> {
        let Self { b, d, .. } = self;
        let names = &["a", "b", "c", "d"];
        ::payments_core::signing::canonical::check_names("b", "&", names, b)?;
        ::payments_core::signing::canonical::check_names("d", "&", names, d)?;
        ::core::result::Result::Ok(())
    }
}

// Canonical of LeftOutTogether
#[automatically_derived]
impl ::payments_core::signing::Canonical for LeftOutTogether {
    type Keys = ();
    fn stream<S: ::payments_core::signing::Sink>(
        &self,
        _keys: &Self::Keys,
        sink: &mut S,
    ) -> ::core::result::Result<(), ::payments_core::signing::Refusal> {
        let Self { a, b, c } = self;
        sink.literal("a=");
        ::payments_core::signing::canonical::stream_value(sink, "a", "&=", a)?;
        if b.is_some() || c.is_some() {
            sink.literal("&b=");
            ::payments_core::signing::canonical::stream_value(sink, "b", "&=", b)?;
        }
        if c.is_some() || b.is_some() {
            sink.literal("&c=");
            ::payments_core::signing::canonical::stream_value(sink, "c", "&=", c)?;
        }
        ::core::result::Result::Ok(())
    }
}
