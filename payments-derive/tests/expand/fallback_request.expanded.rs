// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Request of Pay
// error in line 6 at mim
//     `#[wire]` has no `mim` (did you mean `min`?); known: `min`, `max`, `chars`, `money`, `positive`, `only`, `sensitive`, `link`, `time`, `path`, `flag`, `number`, `always`, `currency_of` and `spelling`
// error in line 9 at "amount"
//     say how the amount is written: `#[wire("amount", money = "…")]` with `minor`, `major`, `decimal`, `decimal_number`, `trimmed` or `trimmed_number`
// error in line 13 at f64
//     a float has no exact text: use `Decimal`, or `Money` with a wire form
///Builds a [`Pay`]: give every required field, then [`build`](Self::build).
#[must_use = "a `Pay` is made by `.build()`"]
pub struct PayBuilder<
    TOrderNo = ::payments_core::build::Missing,
    TAmount = ::payments_core::build::Missing,
> {
    order_no: TOrderNo,
    amount: TAmount,
    share: Option<f64>,
}
const _: () = {
    #[diagnostic::on_unimplemented(
        message = "`Pay` lacks its `order_no`",
        label = "call `.order_no(…)` before `.build()`",
        note = "`order_no` is `orderNo` on the wire and is required"
    )]
    #[doc(hidden)]
    pub trait HasOrderNo {
        fn given(self) -> String;
    }
    #[automatically_derived]
    impl HasOrderNo for ::payments_core::build::Given<String> {
        fn given(self) -> String {
            self.0
        }
    }
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
                order_no: ::payments_core::build::Missing,
                amount: ::payments_core::build::Missing,
                share: ::core::option::Option::None,
            }
        }
    }
    #[automatically_derived]
    #[allow(
        clippy::should_implement_trait,
        clippy::wrong_self_convention,
        reason = "a setter is called as its field"
    )]
    impl<TOrderNo, TAmount> PayBuilder<TOrderNo, TAmount> {
        /// The merchant's number.
        pub fn order_no(
            self,
            order_no: impl ::core::convert::Into<String>,
        ) -> PayBuilder<::payments_core::build::Given<String>, TAmount> {
            PayBuilder {
                order_no: ::payments_core::build::Given(
                    ::core::convert::Into::into(order_no),
                ),
                amount: self.amount,
                share: self.share,
            }
        }
        /// What is paid.
        pub fn amount(
            self,
            amount: Money,
        ) -> PayBuilder<TOrderNo, ::payments_core::build::Given<Money>> {
            PayBuilder {
                amount: ::payments_core::build::Given(amount),
                order_no: self.order_no,
                share: self.share,
            }
        }
        /// How much of it.
        pub fn share(mut self, share: f64) -> Self {
            self.share = ::core::option::Option::Some(share);
            self
        }
        ///Checks the fields and makes the [`Pay`].
        ///
        /// # Errors
        /// [`Misuse`](::payments_core::error::Misuse) with the wire name of a field that is
        /// not as described, and what it must be.
        pub fn build(self) -> ::core::result::Result<Pay, ::payments_core::error::Misuse>
        where
            TOrderNo: HasOrderNo,
            TAmount: HasAmount,
        {
            let Self { order_no, amount, share } = self;
            let order_no = HasOrderNo::given(order_no);
            let amount = HasAmount::given(amount);
            ::core::result::Result::Ok(Pay { order_no, amount, share })
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
    /// The merchant's number.
    #[must_use]
    pub fn order_no(&self) -> &::core::primitive::str {
        &self.order_no
    }
    /// What is paid.
    #[must_use]
    pub fn amount(&self) -> Money {
        self.amount
    }
    /// How much of it.
    #[must_use]
    pub fn share(&self) -> ::core::option::Option<f64> {
        self.share
    }
}
#[automatically_derived]
impl ::payments_core::wire::Wire for Pay {
    fn visit(&self, _out: &mut dyn ::payments_core::wire::Fields) {}
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
            .field("order_no", &self.order_no)
            .field("amount", &self.amount)
            .field("share", &self.share)
            .finish()
    }
}

// Request of Tuple
// error in line 17 at Tuple
//     `Request` needs named fields: write `struct Tuple { … }`
#[automatically_derived]
impl ::payments_core::wire::Wire for Tuple {
    fn visit(&self, _: &mut dyn ::payments_core::wire::Fields) {}
}
#[automatically_derived]
impl ::payments_core::wire::Value for Tuple {
    fn put(
        &self,
        _: &::core::primitive::str,
        _: &mut dyn ::payments_core::wire::Fields,
    ) {}
}
#[automatically_derived]
impl ::core::fmt::Debug for Tuple {
    fn fmt(&self, out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        out.write_str("Tuple")
    }
}
