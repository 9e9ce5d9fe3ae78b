// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Request of Pay
///Builds a [`Pay`]: give every required field, then [`build`](Self::build).
#[must_use = "a `Pay` is made by `.build()`"]
pub struct PayBuilder<
    TPooled = ::payments_core::build::Missing,
    TChannel = ::payments_core::build::Missing,
    TCount = ::payments_core::build::Missing,
> {
    pooled: TPooled,
    saved: Option<bool>,
    channel: TChannel,
    other: Option<Channel>,
    count: TCount,
    rate: Option<i64>,
}
const _: () = {
    #[diagnostic::on_unimplemented(
        message = "`Pay` lacks its `pooled`",
        label = "call `.pooled(…)` before `.build()`",
        note = "`pooled` is `pooled` on the wire and is required"
    )]
    #[doc(hidden)]
    pub trait HasPooled {
        fn given(self) -> bool;
    }
    #[automatically_derived]
    impl HasPooled for ::payments_core::build::Given<bool> {
        fn given(self) -> bool {
            self.0
        }
    }
    #[diagnostic::on_unimplemented(
        message = "`Pay` lacks its `channel`",
        label = "call `.channel(…)` before `.build()`",
        note = "`channel` is `channel` on the wire and is required"
    )]
    #[doc(hidden)]
    pub trait HasChannel {
        fn given(self) -> Channel;
    }
    #[automatically_derived]
    impl HasChannel for ::payments_core::build::Given<Channel> {
        fn given(self) -> Channel {
            self.0
        }
    }
    #[diagnostic::on_unimplemented(
        message = "`Pay` lacks its `count`",
        label = "call `.count(…)` before `.build()`",
        note = "`count` is `count` on the wire and is required"
    )]
    #[doc(hidden)]
    pub trait HasCount {
        fn given(self) -> i64;
    }
    #[automatically_derived]
    impl HasCount for ::payments_core::build::Given<i64> {
        fn given(self) -> i64 {
            self.0
        }
    }
    #[automatically_derived]
    impl Pay {
        ///Starts a [`Pay`], which the builder's `build` finishes.
        pub fn builder() -> PayBuilder {
            PayBuilder {
                pooled: ::payments_core::build::Missing,
                saved: ::core::option::Option::None,
                channel: ::payments_core::build::Missing,
                other: ::core::option::Option::None,
                count: ::payments_core::build::Missing,
                rate: ::core::option::Option::None,
            }
        }
    }
    #[automatically_derived]
    #[allow(
        clippy::should_implement_trait,
        clippy::wrong_self_convention,
        reason = "a setter is called as its field"
    )]
    impl<TPooled, TChannel, TCount> PayBuilder<TPooled, TChannel, TCount> {
        /// Whether it is pooled.
        pub fn pooled(
            self,
            pooled: bool,
        ) -> PayBuilder<::payments_core::build::Given<bool>, TChannel, TCount> {
            PayBuilder {
                pooled: ::payments_core::build::Given(pooled),
                saved: self.saved,
                channel: self.channel,
                other: self.other,
                count: self.count,
                rate: self.rate,
            }
        }
        /// Whether the card is kept.
        pub fn saved(mut self, saved: bool) -> Self {
            self.saved = ::core::option::Option::Some(saved);
            self
        }
        /// Where it comes from.
        pub fn channel(
            self,
            channel: impl ::core::convert::Into<Channel>,
        ) -> PayBuilder<TPooled, ::payments_core::build::Given<Channel>, TCount> {
            PayBuilder {
                channel: ::payments_core::build::Given(
                    ::core::convert::Into::into(channel),
                ),
                pooled: self.pooled,
                saved: self.saved,
                other: self.other,
                count: self.count,
                rate: self.rate,
            }
        }
        /// Where it comes from, too.
        pub fn other(mut self, other: impl ::core::convert::Into<Channel>) -> Self {
            self.other = ::core::option::Option::Some(
                ::core::convert::Into::into(other),
            );
            self
        }
        /// How many.
        pub fn count(
            self,
            count: i64,
        ) -> PayBuilder<TPooled, TChannel, ::payments_core::build::Given<i64>> {
            PayBuilder {
                count: ::payments_core::build::Given(count),
                pooled: self.pooled,
                saved: self.saved,
                channel: self.channel,
                other: self.other,
                rate: self.rate,
            }
        }
        /// A rate.
        pub fn rate(mut self, rate: i64) -> Self {
            self.rate = ::core::option::Option::Some(rate);
            self
        }
        ///Checks the fields and makes the [`Pay`].
        ///
        /// # Errors
        /// [`Misuse`](::payments_core::error::Misuse) with the wire name of a field that is
        /// not as described, and what it must be.
        pub fn build(self) -> ::core::result::Result<Pay, ::payments_core::error::Misuse>
        where
            TPooled: HasPooled,
            TChannel: HasChannel,
            TCount: HasCount,
        {
            let Self { pooled, saved, channel, other, count, rate } = self;
            let pooled = HasPooled::given(pooled);
            let channel = HasChannel::given(channel);
            let count = HasCount::given(count);
            ::payments_core::build::number("channel", channel.as_str())?;
            if let ::core::option::Option::Some(other) = &other {
                ::payments_core::build::number("other", other.as_str())?;
            }
            ::payments_core::build::integer("count", count, 2, 12)?;
            if let ::core::option::Option::Some(rate) = &rate {
                ::payments_core::build::integer(
                    "rate",
                    *rate,
                    -10,
                    ::core::primitive::i64::MAX,
                )?;
            }
            ::core::result::Result::Ok(Pay {
                pooled,
                saved,
                channel,
                other,
                count,
                rate,
            })
        }
    }
};
#[automatically_derived]
#[allow(
    clippy::should_implement_trait,
    clippy::wrong_self_convention,
    reason = "an accessor is called as its field"
)]
impl Pay {
    /// Whether it is pooled.
    #[must_use]
    pub fn pooled(&self) -> bool {
        self.pooled
    }
    /// Whether the card is kept.
    #[must_use]
    pub fn saved(&self) -> ::core::option::Option<bool> {
        self.saved
    }
    /// Where it comes from.
    #[must_use]
    pub fn channel(&self) -> &Channel {
        &self.channel
    }
    /// Where it comes from, too.
    #[must_use]
    pub fn other(&self) -> ::core::option::Option<&Channel> {
        self.other.as_ref()
    }
    /// How many.
    #[must_use]
    pub fn count(&self) -> i64 {
        self.count
    }
    /// A rate.
    #[must_use]
    pub fn rate(&self) -> ::core::option::Option<i64> {
        self.rate
    }
}
#[automatically_derived]
impl ::payments_core::wire::Wire for Pay {
    fn visit(&self, out: &mut dyn ::payments_core::wire::Fields) {
        ::payments_core::wire::put_flag("pooled", self.pooled, out);
        if let ::core::option::Option::Some(saved) = &self.saved {
            ::payments_core::wire::put_flag("saved", *saved, out);
        }
        ::payments_core::wire::put_number(
            "channel",
            <Channel>::as_str(&self.channel),
            out,
        );
        if let ::core::option::Option::Some(other) = &self.other {
            ::payments_core::wire::put_number("other", <Channel>::as_str(other), out);
        }
        ::payments_core::wire::Value::put(&self.count, "count", out);
        ::payments_core::wire::Value::put(&self.rate, "rate", out);
    }
}
#[automatically_derived]
impl ::payments_core::wire::Value for Pay {
    fn put(
        &self,
        name: &::core::primitive::str,
        out: &mut dyn ::payments_core::wire::Fields,
    ) {
        out.object(name, self);
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for Pay {
    fn fmt(&self, out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        out.debug_struct("Pay")
            .field("pooled", &self.pooled)
            .field("saved", &self.saved)
            .field("channel", &self.channel)
            .field("other", &self.other)
            .field("count", &self.count)
            .field("rate", &self.rate)
            .finish()
    }
}

// Canonical of Pay
#[automatically_derived]
impl ::payments_core::signing::Canonical for Pay {
    type Keys = ();
    fn stream<S: ::payments_core::signing::Sink>(
        &self,
        _keys: &Self::Keys,
        sink: &mut S,
    ) -> ::core::result::Result<(), ::payments_core::signing::Refusal> {
        let Self { pooled, saved, channel, .. } = self;
        sink.literal("pooled=");
        ::payments_core::signing::canonical::stream_value(
            sink,
            "pooled",
            "&=",
            &::core::primitive::u32::from(*pooled),
        )?;
        sink.literal("&saved=");
        match saved {
            ::core::option::Option::Some(saved) => {
                ::payments_core::signing::canonical::stream_value(
                    sink,
                    "saved",
                    "&=",
                    &::core::primitive::u32::from(*saved),
                )?;
            }
            ::core::option::Option::None => sink.value("saved", ""),
        }
        sink.literal("&channel=");
        ::payments_core::signing::canonical::stream_value(
            sink,
            "channel",
            "&=",
            channel,
        )?;
        ::core::result::Result::Ok(())
    }
}
