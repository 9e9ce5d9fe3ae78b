// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Request of Pay
///Builds a [`Pay`]: give every required field, then [`build`](Self::build).
#[must_use = "a `Pay` is made by `.build()`"]
pub struct PayBuilder<TAmount = ::payments_core::build::Missing> {
    amount: TAmount,
    fee: Option<Money>,
}
const _: () = {
    #[diagnostic::on_unimplemented(
        message = "`Pay` lacks its `amount`",
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
    impl Pay {
        ///Starts a [`Pay`], which the builder's `build` finishes.
        pub fn builder() -> PayBuilder {
            PayBuilder {
                amount: ::payments_core::build::Missing,
                fee: ::core::option::Option::None,
            }
        }
    }
    #[automatically_derived]
    #[allow(
        clippy::should_implement_trait,
        clippy::wrong_self_convention,
        reason = "a setter is called as its field"
    )]
    impl<TAmount> PayBuilder<TAmount> {
        /// What is paid.
        pub fn amount(
            self,
            amount: Money,
        ) -> PayBuilder<::payments_core::build::Given<Money>> {
            PayBuilder {
                amount: ::payments_core::build::Given(amount),
                fee: self.fee,
            }
        }
        /// What it costs.
        pub fn fee(mut self, fee: Money) -> Self {
            self.fee = ::core::option::Option::Some(fee);
            self
        }
        ///Checks the fields and makes the [`Pay`].
        ///
        /// # Errors
        /// [`Misuse`](::payments_core::error::Misuse) with the wire name of a field that is
        /// not as described, and what it must be.
        pub fn build(self) -> ::core::result::Result<Pay, ::payments_core::error::Misuse>
        where
            TAmount: HasAmount,
        {
            let Self { amount, fee } = self;
            let amount = HasAmount::given(amount);
            ::payments_core::build::money(
                "amount",
                amount,
                ::payments_core::money::wire::Form::DecimalNumber,
            )?;
            if let ::core::option::Option::Some(fee) = &fee {
                ::payments_core::build::money(
                    "fee",
                    *fee,
                    ::payments_core::money::wire::Form::DecimalNumber,
                )?;
            }
            let request_type = "capture";
            let version = 2;
            let is_final = true;
            let currency = ::payments_core::build::currency(
                "Currency",
                amount.currency(),
                &[
                    fee.map(|amount| amount.currency()),
                    ::core::option::Option::Some(amount.currency()),
                ],
                currency_text,
            )?;
            ::core::result::Result::Ok(Pay {
                request_type,
                version,
                is_final,
                amount,
                fee,
                currency,
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
    /// What is asked.
    #[must_use]
    pub fn request_type(&self) -> &'static str {
        self.request_type
    }
    /// The version.
    #[must_use]
    pub fn version(&self) -> i64 {
        self.version
    }
    /// Whether it is final.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.is_final
    }
    /// What is paid.
    #[must_use]
    pub fn amount(&self) -> Money {
        self.amount
    }
    /// What it costs.
    #[must_use]
    pub fn fee(&self) -> ::core::option::Option<Money> {
        self.fee
    }
    /// The currency of both.
    #[must_use]
    pub fn currency(&self) -> &'static str {
        self.currency
    }
}
#[automatically_derived]
impl ::payments_core::wire::Wire for Pay {
    fn visit(&self, out: &mut dyn ::payments_core::wire::Fields) {
        ::payments_core::wire::Value::put(&self.request_type, "requestType", out);
        ::payments_core::wire::Value::put(&self.version, "version", out);
        ::payments_core::wire::Value::put(&self.is_final, "final", out);
        ::payments_core::wire::put_money(
            "amount",
            ::payments_core::money::wire::Form::DecimalNumber,
            self.amount,
            out,
        );
        if let ::core::option::Option::Some(fee) = &self.fee {
            ::payments_core::wire::put_money(
                "fee",
                ::payments_core::money::wire::Form::DecimalNumber,
                *fee,
                out,
            );
        }
        ::payments_core::wire::Value::put(&self.currency, "Currency", out);
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
            .field("request_type", &self.request_type)
            .field("version", &self.version)
            .field("is_final", &self.is_final)
            .field("amount", &self.amount)
            .field("fee", &self.fee)
            .field("currency", &self.currency)
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
        let Self { request_type, version, amount, currency, .. } = self;
        ::payments_core::signing::canonical::stream_value(
            sink,
            "Currency",
            "|",
            currency,
        )?;
        sink.literal("|");
        ::payments_core::signing::canonical::stream_value(
            sink,
            "requestType",
            "|",
            request_type,
        )?;
        sink.literal("|");
        ::payments_core::signing::canonical::stream_value(
            sink,
            "version",
            "|",
            version,
        )?;
        sink.literal("|");
        ::payments_core::signing::canonical::stream_money(
            sink,
            "amount",
            "|",
            ::payments_core::money::wire::Form::DecimalNumber,
            *amount,
        )?;
        ::core::result::Result::Ok(())
    }
}

// Request of Prices
///Builds a [`Prices`]: give every required field, then [`build`](Self::build).
#[must_use = "a `Prices` is made by `.build()`"]
pub struct PricesBuilder {
    net: Option<Money>,
    gross: Option<Money>,
}
const _: () = {
    #[automatically_derived]
    impl Prices {
        ///Starts a [`Prices`], which the builder's `build` finishes.
        pub fn builder() -> PricesBuilder {
            PricesBuilder {
                net: ::core::option::Option::None,
                gross: ::core::option::Option::None,
            }
        }
    }
    #[automatically_derived]
    #[allow(
        clippy::should_implement_trait,
        clippy::wrong_self_convention,
        reason = "a setter is called as its field"
    )]
    impl PricesBuilder {
        /// Without tax.
        pub fn net(mut self, net: Money) -> Self {
            self.net = ::core::option::Option::Some(net);
            self
        }
        /// With tax.
        pub fn gross(mut self, gross: Money) -> Self {
            self.gross = ::core::option::Option::Some(gross);
            self
        }
        ///Checks the fields and makes the [`Prices`].
        ///
        /// # Errors
        /// [`Misuse`](::payments_core::error::Misuse) with the wire name of a field that is
        /// not as described, and what it must be.
        pub fn build(
            self,
        ) -> ::core::result::Result<Prices, ::payments_core::error::Misuse> {
            let Self { net, gross } = self;
            if let ::core::option::Option::Some(net) = &net {
                ::payments_core::build::money(
                    "net",
                    *net,
                    ::payments_core::money::wire::Form::TrimmedNumber,
                )?;
            }
            if let ::core::option::Option::Some(gross) = &gross {
                ::payments_core::build::money(
                    "gross",
                    *gross,
                    ::payments_core::money::wire::Form::TrimmedNumber,
                )?;
            }
            let currency = ::payments_core::build::optional_currency(
                "Currency",
                &[
                    net.map(|amount| amount.currency()),
                    gross.map(|amount| amount.currency()),
                ],
                self::currency_text,
            )?;
            ::core::result::Result::Ok(Prices { net, gross, currency })
        }
    }
};
#[automatically_derived]
#[allow(
    clippy::should_implement_trait,
    clippy::wrong_self_convention,
    reason = "an accessor is called as its field"
)]
impl Prices {
    /// Without tax.
    #[must_use]
    pub fn net(&self) -> ::core::option::Option<Money> {
        self.net
    }
    /// With tax.
    #[must_use]
    pub fn gross(&self) -> ::core::option::Option<Money> {
        self.gross
    }
    /// The currency of both.
    #[must_use]
    pub fn currency(&self) -> Option<&'static str> {
        self.currency
    }
}
#[automatically_derived]
impl ::payments_core::wire::Wire for Prices {
    fn visit(&self, out: &mut dyn ::payments_core::wire::Fields) {
        if let ::core::option::Option::Some(net) = &self.net {
            ::payments_core::wire::put_money(
                "net",
                ::payments_core::money::wire::Form::TrimmedNumber,
                *net,
                out,
            );
        }
        if let ::core::option::Option::Some(gross) = &self.gross {
            ::payments_core::wire::put_money(
                "gross",
                ::payments_core::money::wire::Form::TrimmedNumber,
                *gross,
                out,
            );
        }
        ::payments_core::wire::Value::put(&self.currency, "Currency", out);
    }
}
#[automatically_derived]
impl ::payments_core::wire::Value for Prices {
    fn put(
        &self,
        name: &::core::primitive::str,
        out: &mut dyn ::payments_core::wire::Fields,
    ) {
        out.object(name, self);
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for Prices {
    fn fmt(&self, out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        out.debug_struct("Prices")
            .field("net", &self.net)
            .field("gross", &self.gross)
            .field("currency", &self.currency)
            .finish()
    }
}
