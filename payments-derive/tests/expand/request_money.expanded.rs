// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Request of Amounts
///Builds a [`Amounts`]: give every required field, then [`build`](Self::build).
#[must_use = "a `Amounts` is made by `.build()`"]
pub struct AmountsBuilder<
    TRefund = ::payments_core::build::Missing,
    TAmount = ::payments_core::build::Missing,
> {
    refund: TRefund,
    amount: TAmount,
    tip: Option<Money>,
    fee: Option<Money>,
}
const _: () = {
    #[diagnostic::on_unimplemented(
        message = "`Amounts` lacks its `refund`",
        label = "call `.refund(…)` before `.build()`",
        note = "`refund` is `refund` on the wire and is required"
    )]
    #[doc(hidden)]
    pub trait HasRefund {
        fn given(self) -> Money;
    }
    #[automatically_derived]
    impl HasRefund for ::payments_core::build::Given<Money> {
        fn given(self) -> Money {
            self.0
        }
    }
    #[diagnostic::on_unimplemented(
        message = "`Amounts` lacks its `amount`",
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
    impl Amounts {
        ///Starts a [`Amounts`], which the builder's `build` finishes.
        pub fn builder() -> AmountsBuilder {
            AmountsBuilder {
                refund: ::payments_core::build::Missing,
                amount: ::payments_core::build::Missing,
                tip: ::core::option::Option::None,
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
    impl<TRefund, TAmount> AmountsBuilder<TRefund, TAmount> {
        /// Any amount.
        pub fn refund(
            self,
            refund: Money,
        ) -> AmountsBuilder<::payments_core::build::Given<Money>, TAmount> {
            AmountsBuilder {
                refund: ::payments_core::build::Given(refund),
                amount: self.amount,
                tip: self.tip,
                fee: self.fee,
            }
        }
        /// More than nothing.
        pub fn amount(
            self,
            amount: Money,
        ) -> AmountsBuilder<TRefund, ::payments_core::build::Given<Money>> {
            AmountsBuilder {
                amount: ::payments_core::build::Given(amount),
                refund: self.refund,
                tip: self.tip,
                fee: self.fee,
            }
        }
        /// May be absent.
        pub fn tip(mut self, tip: Money) -> Self {
            self.tip = ::core::option::Option::Some(tip);
            self
        }
        /// More than nothing if it is there.
        pub fn fee(mut self, fee: Money) -> Self {
            self.fee = ::core::option::Option::Some(fee);
            self
        }
        ///Checks the fields and makes the [`Amounts`].
        ///
        /// # Errors
        /// [`Misuse`](::payments_core::error::Misuse) with the wire name of a field that is
        /// not as described, and what it must be.
        pub fn build(
            self,
        ) -> ::core::result::Result<Amounts, ::payments_core::error::Misuse>
        where
            TRefund: HasRefund,
            TAmount: HasAmount,
        {
            let Self { refund, amount, tip, fee } = self;
            let refund = HasRefund::given(refund);
            let amount = HasAmount::given(amount);
            ::payments_core::build::money(
                "refund",
                refund,
                ::payments_core::money::wire::Form::Major,
            )?;
            ::payments_core::build::positive("amount", amount)?;
            ::payments_core::build::money(
                "amount",
                amount,
                ::payments_core::money::wire::Form::Trimmed,
            )?;
            if let ::core::option::Option::Some(tip) = &tip {
                ::payments_core::build::money(
                    "tip",
                    *tip,
                    ::payments_core::money::wire::Form::Decimal,
                )?;
            }
            if let ::core::option::Option::Some(fee) = &fee {
                ::payments_core::build::positive("fee", *fee)?;
                ::payments_core::build::money(
                    "fee",
                    *fee,
                    ::payments_core::money::wire::Form::DecimalNumber,
                )?;
            }
            ::core::result::Result::Ok(Amounts {
                refund,
                amount,
                tip,
                fee,
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
impl Amounts {
    /// Any amount.
    #[must_use]
    pub fn refund(&self) -> Money {
        self.refund
    }
    /// More than nothing.
    #[must_use]
    pub fn amount(&self) -> Money {
        self.amount
    }
    /// May be absent.
    #[must_use]
    pub fn tip(&self) -> ::core::option::Option<Money> {
        self.tip
    }
    /// More than nothing if it is there.
    #[must_use]
    pub fn fee(&self) -> ::core::option::Option<Money> {
        self.fee
    }
}
#[automatically_derived]
impl ::payments_core::wire::Wire for Amounts {
    fn visit(&self, out: &mut dyn ::payments_core::wire::Fields) {
        ::payments_core::wire::put_money(
            "refund",
            ::payments_core::money::wire::Form::Major,
            self.refund,
            out,
        );
        ::payments_core::wire::put_money(
            "amount",
            ::payments_core::money::wire::Form::Trimmed,
            self.amount,
            out,
        );
        if let ::core::option::Option::Some(tip) = &self.tip {
            ::payments_core::wire::put_money(
                "tip",
                ::payments_core::money::wire::Form::Decimal,
                *tip,
                out,
            );
        }
        if let ::core::option::Option::Some(fee) = &self.fee {
            ::payments_core::wire::put_money(
                "fee",
                ::payments_core::money::wire::Form::DecimalNumber,
                *fee,
                out,
            );
        }
    }
}
#[automatically_derived]
impl ::payments_core::wire::Value for Amounts {
    fn put(
        &self,
        name: &::core::primitive::str,
        out: &mut dyn ::payments_core::wire::Fields,
    ) {
        out.object(name, self);
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for Amounts {
    fn fmt(&self, out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        out.debug_struct("Amounts")
            .field("refund", &self.refund)
            .field("amount", &self.amount)
            .field("tip", &self.tip)
            .field("fee", &self.fee)
            .finish()
    }
}
