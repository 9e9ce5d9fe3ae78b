// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Request of Create
///Builds a [`Create`]: give every required field, then [`build`](Self::build).
#[must_use = "a `Create` is made by `.build()`"]
pub struct CreateBuilder<
    TOrderId = ::payments_core::build::Missing,
    TAmount = ::payments_core::build::Missing,
> {
    order_id: TOrderId,
    amount: TAmount,
    extra_data: Option<String>,
    buyer: Option<String>,
    lang: Option<String>,
}
const _: () = {
    #[diagnostic::on_unimplemented(
        message = "`Create` lacks its `order_id`",
        label = "call `.order_id(…)` before `.build()`",
        note = "`order_id` is `orderId` on the wire and is required"
    )]
    #[doc(hidden)]
    pub trait HasOrderId {
        fn given(self) -> String;
    }
    #[automatically_derived]
    impl HasOrderId for ::payments_core::build::Given<String> {
        fn given(self) -> String {
            self.0
        }
    }
    #[diagnostic::on_unimplemented(
        message = "`Create` lacks its `amount`",
        label = "call `.amount(…)` before `.build()`",
        note = "`amount` is `amount` on the wire and is required"
    )]
    #[doc(hidden)]
    pub trait HasAmount {
        fn given(self) -> Money;
    }
    #[automatically_derived]
    impl HasAmount for ::payments_core::build::Given<Money> {
        fn given(self) -> Money {
            self.0
        }
    }
    #[automatically_derived]
    impl Create {
        ///Starts a [`Create`], which the builder's `build` finishes.
        pub fn builder() -> CreateBuilder {
            CreateBuilder {
                order_id: ::payments_core::build::Missing,
                amount: ::payments_core::build::Missing,
                extra_data: ::core::option::Option::None,
                buyer: ::core::option::Option::None,
                lang: ::core::option::Option::None,
            }
        }
    }
    #[automatically_derived]
    #[allow(
        clippy::should_implement_trait,
        clippy::wrong_self_convention,
        reason = "a setter is called as its field"
    )]
    impl<TOrderId, TAmount> CreateBuilder<TOrderId, TAmount> {
        /// The merchant's number.
        pub fn order_id(
            self,
            order_id: impl ::core::convert::Into<String>,
        ) -> CreateBuilder<::payments_core::build::Given<String>, TAmount> {
            CreateBuilder {
                order_id: ::payments_core::build::Given(
                    ::core::convert::Into::into(order_id),
                ),
                amount: self.amount,
                extra_data: self.extra_data,
                buyer: self.buyer,
                lang: self.lang,
            }
        }
        /// What is paid.
        pub fn amount(
            self,
            amount: Money,
        ) -> CreateBuilder<TOrderId, ::payments_core::build::Given<Money>> {
            CreateBuilder {
                amount: ::payments_core::build::Given(amount),
                order_id: self.order_id,
                extra_data: self.extra_data,
                buyer: self.buyer,
                lang: self.lang,
            }
        }
        /// Comes back unchanged.
        pub fn extra_data(
            mut self,
            extra_data: impl ::core::convert::Into<String>,
        ) -> Self {
            self.extra_data = ::core::option::Option::Some(
                ::core::convert::Into::into(extra_data),
            );
            self
        }
        /// Signed, and shown to nobody.
        pub fn buyer(mut self, buyer: impl ::core::convert::Into<String>) -> Self {
            self.buyer = ::core::option::Option::Some(
                ::core::convert::Into::into(buyer),
            );
            self
        }
        /// Not signed.
        pub fn lang(mut self, lang: impl ::core::convert::Into<String>) -> Self {
            self.lang = ::core::option::Option::Some(::core::convert::Into::into(lang));
            self
        }
        ///Checks the fields and makes the [`Create`].
        ///
        /// # Errors
        /// [`Misuse`](::payments_core::error::Misuse) with the wire name of a field that is
        /// not as described, and what it must be.
        pub fn build(
            self,
        ) -> ::core::result::Result<Create, ::payments_core::error::Misuse>
        where
            TOrderId: HasOrderId,
            TAmount: HasAmount,
        {
            let Self { order_id, amount, extra_data, buyer, lang } = self;
            let order_id = HasOrderId::given(order_id);
            let amount = HasAmount::given(amount);
            ::payments_core::build::text(
                "orderId",
                &order_id,
                ::payments_core::build::TextRule {
                    min: 1,
                    max: 50,
                    chars: "",
                },
            )?;
            ::payments_core::build::only_in("amount", amount, "VND")?;
            ::payments_core::build::positive("amount", amount)?;
            ::payments_core::build::money(
                "amount",
                amount,
                ::payments_core::money::wire::Form::Minor,
            )?;
            if let ::core::option::Option::Some(extra_data) = &extra_data {
                ::payments_core::build::text(
                    "extraData",
                    extra_data,
                    ::payments_core::build::TextRule {
                        min: 0,
                        max: ::core::primitive::usize::MAX,
                        chars: "",
                    },
                )?;
            }
            if let ::core::option::Option::Some(buyer) = &buyer {
                ::payments_core::build::text(
                    "buyer",
                    buyer,
                    ::payments_core::build::TextRule {
                        min: 0,
                        max: ::core::primitive::usize::MAX,
                        chars: "",
                    },
                )?;
            }
            if let ::core::option::Option::Some(lang) = &lang {
                ::payments_core::build::text(
                    "lang",
                    lang,
                    ::payments_core::build::TextRule {
                        min: 0,
                        max: ::core::primitive::usize::MAX,
                        chars: "",
                    },
                )?;
            }
            ::core::result::Result::Ok(Create {
                order_id,
                amount,
                extra_data,
                buyer,
                lang,
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
impl Create {
    /// The merchant's number.
    #[must_use]
    pub fn order_id(&self) -> &::core::primitive::str {
        &self.order_id
    }
    /// What is paid.
    #[must_use]
    pub fn amount(&self) -> Money {
        self.amount
    }
    /// Comes back unchanged.
    #[must_use]
    pub fn extra_data(&self) -> ::core::option::Option<&::core::primitive::str> {
        self.extra_data.as_deref()
    }
    /// Signed, and shown to nobody.
    #[must_use]
    pub fn buyer(&self) -> ::core::option::Option<&::core::primitive::str> {
        self.buyer.as_deref()
    }
    /// Not signed.
    #[must_use]
    pub fn lang(&self) -> ::core::option::Option<&::core::primitive::str> {
        self.lang.as_deref()
    }
}
#[automatically_derived]
impl ::payments_core::wire::Wire for Create {
    fn visit(&self, out: &mut dyn ::payments_core::wire::Fields) {
        ::payments_core::wire::Value::put(&self.order_id, "orderId", out);
        ::payments_core::wire::put_money(
            "amount",
            ::payments_core::money::wire::Form::Minor,
            self.amount,
            out,
        );
        ::payments_core::wire::Value::put(&self.extra_data, "extraData", out);
        ::payments_core::wire::Value::put(&self.buyer, "buyer", out);
        ::payments_core::wire::Value::put(&self.lang, "lang", out);
    }
}
#[automatically_derived]
impl ::payments_core::wire::Value for Create {
    fn put(
        &self,
        name: &::core::primitive::str,
        out: &mut dyn ::payments_core::wire::Fields,
    ) {
        out.object(name, self);
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for Create {
    fn fmt(&self, out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        out.debug_struct("Create")
            .field("order_id", &self.order_id)
            .field("amount", &self.amount)
            .field("extra_data", &self.extra_data)
            .field(
                "buyer",
                &match &self.buyer {
                    ::core::option::Option::Some(_) => ::core::format_args!("Some(***)"),
                    ::core::option::Option::None => ::core::format_args!("None"),
                },
            )
            .field("lang", &self.lang)
            .finish()
    }
}

// Canonical of Create
#[automatically_derived]
impl ::payments_core::signing::Canonical for Create {
    type Keys = CreateKeys;
    const SENSITIVE: &'static [&'static str] = &["buyer"];
    fn stream<S: ::payments_core::signing::Sink>(
        &self,
        keys: &Self::Keys,
        sink: &mut S,
    ) -> ::core::result::Result<(), ::payments_core::signing::Refusal> {
        let Self { order_id, amount, extra_data, buyer, .. } = self;
        sink.literal("accessKey=");
        sink.secret(
            "accessKey",
            ::payments_core::signing::check_key(
                "accessKey",
                ::payments_core::signing::KeyPart::key_bytes(&keys.access_key),
            )?,
        );
        sink.literal("&amount=");
        ::payments_core::signing::canonical::stream_money(
            sink,
            "amount",
            "&=",
            ::payments_core::money::wire::Form::Minor,
            *amount,
        )?;
        sink.literal("&buyer=");
        ::payments_core::signing::canonical::stream_value(sink, "buyer", "&=", buyer)?;
        sink.literal("&extraData=");
        ::payments_core::signing::canonical::stream_value(
            sink,
            "extraData",
            "&=",
            extra_data,
        )?;
        sink.literal("&orderId=");
        ::payments_core::signing::canonical::stream_value(
            sink,
            "orderId",
            "&=",
            order_id,
        )?;
        ::core::result::Result::Ok(())
    }
}
