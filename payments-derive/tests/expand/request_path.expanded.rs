// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Request of UpdateAttempt
///Builds a [`UpdateAttempt`]: give every required field, then [`build`](Self::build).
#[must_use = "a `UpdateAttempt` is made by `.build()`"]
pub struct UpdateAttemptBuilder<
    TPaymentId = ::payments_core::build::Missing,
    TSucceeded = ::payments_core::build::Missing,
> {
    payment_id: TPaymentId,
    succeeded: TSucceeded,
}
const _: () = {
    #[diagnostic::on_unimplemented(
        message = "`UpdateAttempt` lacks its `payment_id`",
        label = "call `.payment_id(…)` before `.build()`",
        note = "`payment_id` is `paymentId` on the wire and is required"
    )]
    #[doc(hidden)]
    pub trait HasPaymentId {
        fn given(self) -> String;
    }
    #[automatically_derived]
    impl HasPaymentId for ::payments_core::build::Given<String> {
        fn given(self) -> String {
            self.0
        }
    }
    #[diagnostic::on_unimplemented(
        message = "`UpdateAttempt` lacks its `succeeded`",
        label = "call `.succeeded(…)` before `.build()`",
        note = "`succeeded` is `succeeded` on the wire and is required"
    )]
    #[doc(hidden)]
    pub trait HasSucceeded {
        fn given(self) -> bool;
    }
    #[automatically_derived]
    impl HasSucceeded for ::payments_core::build::Given<bool> {
        fn given(self) -> bool {
            self.0
        }
    }
    #[automatically_derived]
    impl UpdateAttempt {
        ///Starts a [`UpdateAttempt`], which the builder's `build` finishes.
        pub fn builder() -> UpdateAttemptBuilder {
            UpdateAttemptBuilder {
                payment_id: ::payments_core::build::Missing,
                succeeded: ::payments_core::build::Missing,
            }
        }
    }
    #[automatically_derived]
    #[allow(
        clippy::should_implement_trait,
        clippy::wrong_self_convention,
        reason = "a setter is called as its field"
    )]
    impl<TPaymentId, TSucceeded> UpdateAttemptBuilder<TPaymentId, TSucceeded> {
        /// The payment.
        pub fn payment_id(
            self,
            payment_id: impl ::core::convert::Into<String>,
        ) -> UpdateAttemptBuilder<::payments_core::build::Given<String>, TSucceeded> {
            UpdateAttemptBuilder {
                payment_id: ::payments_core::build::Given(
                    ::core::convert::Into::into(payment_id),
                ),
                succeeded: self.succeeded,
            }
        }
        /// Whether it went well.
        pub fn succeeded(
            self,
            succeeded: bool,
        ) -> UpdateAttemptBuilder<TPaymentId, ::payments_core::build::Given<bool>> {
            UpdateAttemptBuilder {
                succeeded: ::payments_core::build::Given(succeeded),
                payment_id: self.payment_id,
            }
        }
        ///Checks the fields and makes the [`UpdateAttempt`].
        ///
        /// # Errors
        /// [`Misuse`](::payments_core::error::Misuse) with the wire name of a field that is
        /// not as described, and what it must be.
        pub fn build(
            self,
        ) -> ::core::result::Result<UpdateAttempt, ::payments_core::error::Misuse>
        where
            TPaymentId: HasPaymentId,
            TSucceeded: HasSucceeded,
        {
            let Self { payment_id, succeeded } = self;
            let payment_id = HasPaymentId::given(payment_id);
            let succeeded = HasSucceeded::given(succeeded);
            ::payments_core::build::text(
                "paymentId",
                &payment_id,
                ::payments_core::build::TextRule {
                    min: 1,
                    max: ::core::primitive::usize::MAX,
                    chars: "",
                },
            )?;
            ::core::result::Result::Ok(UpdateAttempt {
                payment_id,
                succeeded,
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
impl UpdateAttempt {
    /// The payment.
    #[must_use]
    pub fn payment_id(&self) -> &::core::primitive::str {
        &self.payment_id
    }
    /// Whether it went well.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.succeeded
    }
}
#[automatically_derived]
impl ::payments_core::wire::Wire for UpdateAttempt {
    fn visit(&self, out: &mut dyn ::payments_core::wire::Fields) {
        ::payments_core::wire::Value::put(&self.succeeded, "succeeded", out);
    }
}
#[automatically_derived]
impl ::payments_core::wire::Value for UpdateAttempt {
    fn put(
        &self,
        name: &::core::primitive::str,
        out: &mut dyn ::payments_core::wire::Fields,
    ) {
        out.object(name, self);
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for UpdateAttempt {
    fn fmt(&self, out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        out.debug_struct("UpdateAttempt")
            .field("payment_id", &self.payment_id)
            .field("succeeded", &self.succeeded)
            .finish()
    }
}

// Request of Payment
///Builds a [`Payment`]: give every required field, then [`build`](Self::build).
#[must_use = "a `Payment` is made by `.build()`"]
pub struct PaymentBuilder<TPaymentId = ::payments_core::build::Missing> {
    payment_id: TPaymentId,
}
const _: () = {
    #[diagnostic::on_unimplemented(
        message = "`Payment` lacks its `payment_id`",
        label = "call `.payment_id(…)` before `.build()`",
        note = "`payment_id` is `paymentId` on the wire and is required"
    )]
    #[doc(hidden)]
    pub trait HasPaymentId {
        fn given(self) -> String;
    }
    #[automatically_derived]
    impl HasPaymentId for ::payments_core::build::Given<String> {
        fn given(self) -> String {
            self.0
        }
    }
    #[automatically_derived]
    impl Payment {
        ///Starts a [`Payment`], which the builder's `build` finishes.
        pub fn builder() -> PaymentBuilder {
            PaymentBuilder {
                payment_id: ::payments_core::build::Missing,
            }
        }
    }
    #[automatically_derived]
    #[allow(
        clippy::should_implement_trait,
        clippy::wrong_self_convention,
        reason = "a setter is called as its field"
    )]
    impl<TPaymentId> PaymentBuilder<TPaymentId> {
        /// The payment.
        pub fn payment_id(
            self,
            payment_id: impl ::core::convert::Into<String>,
        ) -> PaymentBuilder<::payments_core::build::Given<String>> {
            PaymentBuilder {
                payment_id: ::payments_core::build::Given(
                    ::core::convert::Into::into(payment_id),
                ),
            }
        }
        ///Checks the fields and makes the [`Payment`].
        ///
        /// # Errors
        /// [`Misuse`](::payments_core::error::Misuse) with the wire name of a field that is
        /// not as described, and what it must be.
        pub fn build(
            self,
        ) -> ::core::result::Result<Payment, ::payments_core::error::Misuse>
        where
            TPaymentId: HasPaymentId,
        {
            let Self { payment_id } = self;
            let payment_id = HasPaymentId::given(payment_id);
            ::payments_core::build::text(
                "paymentId",
                &payment_id,
                ::payments_core::build::TextRule {
                    min: 0,
                    max: ::core::primitive::usize::MAX,
                    chars: "",
                },
            )?;
            ::core::result::Result::Ok(Payment { payment_id })
        }
    }
};
#[automatically_derived]
#[allow(
    clippy::should_implement_trait,
    clippy::wrong_self_convention,
    reason = "an accessor is called as its field"
)]
impl Payment {
    /// The payment.
    #[must_use]
    pub fn payment_id(&self) -> &::core::primitive::str {
        &self.payment_id
    }
}
#[automatically_derived]
impl ::payments_core::wire::Wire for Payment {
    fn visit(&self, _out: &mut dyn ::payments_core::wire::Fields) {}
}
#[automatically_derived]
impl ::payments_core::wire::Value for Payment {
    fn put(
        &self,
        name: &::core::primitive::str,
        out: &mut dyn ::payments_core::wire::Fields,
    ) {
        out.object(name, self);
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for Payment {
    fn fmt(&self, out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        out.debug_struct("Payment")
            .field("payment_id", &::core::format_args!("***"))
            .finish()
    }
}
