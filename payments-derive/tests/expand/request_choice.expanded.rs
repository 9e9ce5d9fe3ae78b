// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Choice of Payment
#[automatically_derived]
impl Payment {
    /// The provider's number.
    ///
    /// Nothing where another is chosen.
    #[must_use]
    pub fn dealer_payment_id(&self) -> ::core::option::Option<i64> {
        match self {
            Self::DealerPaymentId(dealer_payment_id) => {
                ::core::option::Option::Some(*dealer_payment_id)
            }
            _ => ::core::option::Option::None,
        }
    }
    /// The merchant's number.
    ///
    /// Nothing where another is chosen.
    #[must_use]
    pub fn other_trx_code(&self) -> ::core::option::Option<&::core::primitive::str> {
        match self {
            Self::OtherTrxCode(other_trx_code) => {
                ::core::option::Option::Some(other_trx_code.as_str())
            }
            _ => ::core::option::Option::None,
        }
    }
    /// The buyer's number.
    ///
    /// Nothing where another is chosen.
    #[must_use]
    pub fn phone(&self) -> ::core::option::Option<&::core::primitive::str> {
        match self {
            Self::Phone(phone) => ::core::option::Option::Some(phone.as_str()),
            _ => ::core::option::Option::None,
        }
    }
    /// The kind of payment.
    ///
    /// Nothing where another is chosen.
    #[must_use]
    pub fn kind(&self) -> ::core::option::Option<&Kind> {
        match self {
            Self::Kind(kind) => ::core::option::Option::Some(kind),
            _ => ::core::option::Option::None,
        }
    }
}
#[automatically_derived]
impl ::payments_core::build::Choice for Payment {
    fn check(&self) -> ::core::result::Result<(), ::payments_core::error::Misuse> {
        match self {
            Self::DealerPaymentId(dealer_payment_id) => {
                ::payments_core::build::integer(
                    "DealerPaymentId",
                    *dealer_payment_id,
                    1,
                    ::core::primitive::i64::MAX,
                )?;
            }
            Self::OtherTrxCode(other_trx_code) => {
                ::payments_core::build::text(
                    "OtherTrxCode",
                    other_trx_code,
                    ::payments_core::build::TextRule {
                        min: 1,
                        max: 50,
                        chars: "",
                    },
                )?;
            }
            Self::Phone(phone) => {
                ::payments_core::build::text(
                    "Phone",
                    phone,
                    ::payments_core::build::TextRule {
                        min: 0,
                        max: ::core::primitive::usize::MAX,
                        chars: "",
                    },
                )?;
            }
            Self::Kind(kind) => {
                ::payments_core::build::number("Kind", kind.as_str())?;
            }
        }
        ::core::result::Result::Ok(())
    }
}
#[automatically_derived]
impl ::payments_core::wire::Wire for Payment {
    fn visit(&self, out: &mut dyn ::payments_core::wire::Fields) {
        if let Self::DealerPaymentId(dealer_payment_id) = self {
            ::payments_core::wire::Value::put(dealer_payment_id, "DealerPaymentId", out);
        } else {
            out.text("DealerPaymentId", "");
        }
        if let Self::OtherTrxCode(other_trx_code) = self {
            ::payments_core::wire::Value::put(other_trx_code, "OtherTrxCode", out);
        } else {
            out.text("OtherTrxCode", "");
        }
        if let Self::Phone(phone) = self {
            ::payments_core::wire::Value::put(phone, "Phone", out);
        } else {
            out.text("Phone", "");
        }
        if let Self::Kind(kind) = self {
            ::payments_core::wire::put_number("Kind", <Kind>::as_str(kind), out);
        } else {
            out.text("Kind", "");
        }
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for Payment {
    fn fmt(&self, out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match self {
            Self::DealerPaymentId(dealer_payment_id) => {
                out.debug_tuple("DealerPaymentId").field(dealer_payment_id).finish()
            }
            Self::OtherTrxCode(other_trx_code) => {
                out.debug_tuple("OtherTrxCode").field(other_trx_code).finish()
            }
            Self::Phone(_) => {
                out.debug_tuple("Phone").field(&::core::format_args!("***")).finish()
            }
            Self::Kind(kind) => out.debug_tuple("Kind").field(kind).finish(),
        }
    }
}

// Choice of RefundAmount
#[automatically_derived]
impl RefundAmount {
    /// A part.
    ///
    /// Nothing where another is chosen.
    #[must_use]
    pub fn amount(&self) -> ::core::option::Option<Money> {
        match self {
            Self::Amount(amount) => ::core::option::Option::Some(*amount),
            _ => ::core::option::Option::None,
        }
    }
}
#[automatically_derived]
impl ::payments_core::build::Choice for RefundAmount {
    fn check(&self) -> ::core::result::Result<(), ::payments_core::error::Misuse> {
        match self {
            Self::Everything => {}
            Self::Amount(amount) => {
                ::payments_core::build::positive("Amount", *amount)?;
                ::payments_core::build::money(
                    "Amount",
                    *amount,
                    ::payments_core::money::wire::Form::TrimmedNumber,
                )?;
            }
        }
        ::core::result::Result::Ok(())
    }
}
#[automatically_derived]
impl ::payments_core::wire::Wire for RefundAmount {
    fn visit(&self, out: &mut dyn ::payments_core::wire::Fields) {
        if let Self::Amount(amount) = self {
            ::payments_core::wire::put_money(
                "Amount",
                ::payments_core::money::wire::Form::TrimmedNumber,
                *amount,
                out,
            );
        }
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for RefundAmount {
    fn fmt(&self, out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match self {
            Self::Everything => out.write_str("Everything"),
            Self::Amount(amount) => out.debug_tuple("Amount").field(amount).finish(),
        }
    }
}

// Request of Refund
///Builds a [`Refund`]: give every required field, then [`build`](Self::build).
#[must_use = "a `Refund` is made by `.build()`"]
pub struct RefundBuilder<
    TPayment = ::payments_core::build::Missing,
    TAmount = ::payments_core::build::Missing,
    TNote = ::payments_core::build::Missing,
> {
    payment: TPayment,
    amount: TAmount,
    note: TNote,
}
const _: () = {
    #[diagnostic::on_unimplemented(
        message = "`Refund` lacks its `payment`",
        label = "call `.payment(…)` before `.build()`",
        note = "`payment` is `payment` on the wire and is required"
    )]
    #[doc(hidden)]
    pub trait HasPayment {
        fn given(self) -> Payment;
    }
    #[automatically_derived]
    impl HasPayment for ::payments_core::build::Given<Payment> {
        fn given(self) -> Payment {
            self.0
        }
    }
    #[diagnostic::on_unimplemented(
        message = "`Refund` lacks its `amount`",
        label = "call `.amount(…)` before `.build()`",
        note = "`amount` is `amount` on the wire and is required"
    )]
    #[doc(hidden)]
    pub trait HasAmount {
        fn given(self) -> RefundAmount;
    }
    #[automatically_derived]
    impl HasAmount for ::payments_core::build::Given<RefundAmount> {
        fn given(self) -> RefundAmount {
            self.0
        }
    }
    #[diagnostic::on_unimplemented(
        message = "`Refund` lacks its `note`",
        label = "call `.note(…)` before `.build()`",
        note = "`note` is `Note` on the wire and is required"
    )]
    #[doc(hidden)]
    pub trait HasNote {
        fn given(self) -> String;
    }
    #[automatically_derived]
    impl HasNote for ::payments_core::build::Given<String> {
        fn given(self) -> String {
            self.0
        }
    }
    #[automatically_derived]
    impl Refund {
        ///Starts a [`Refund`], which the builder's `build` finishes.
        pub fn builder() -> RefundBuilder {
            RefundBuilder {
                payment: ::payments_core::build::Missing,
                amount: ::payments_core::build::Missing,
                note: ::payments_core::build::Missing,
            }
        }
    }
    #[automatically_derived]
    #[allow(
        clippy::should_implement_trait,
        clippy::wrong_self_convention,
        reason = "a setter is called as its field"
    )]
    impl<TPayment, TAmount, TNote> RefundBuilder<TPayment, TAmount, TNote> {
        /// Which payment is meant.
        pub fn payment(
            self,
            payment: impl ::core::convert::Into<Payment>,
        ) -> RefundBuilder<::payments_core::build::Given<Payment>, TAmount, TNote> {
            RefundBuilder {
                payment: ::payments_core::build::Given(
                    ::core::convert::Into::into(payment),
                ),
                amount: self.amount,
                note: self.note,
            }
        }
        /// How much goes back.
        pub fn amount(
            self,
            amount: impl ::core::convert::Into<RefundAmount>,
        ) -> RefundBuilder<
            TPayment,
            ::payments_core::build::Given<RefundAmount>,
            TNote,
        > {
            RefundBuilder {
                amount: ::payments_core::build::Given(
                    ::core::convert::Into::into(amount),
                ),
                payment: self.payment,
                note: self.note,
            }
        }
        /// A note.
        pub fn note(
            self,
            note: impl ::core::convert::Into<String>,
        ) -> RefundBuilder<TPayment, TAmount, ::payments_core::build::Given<String>> {
            RefundBuilder {
                note: ::payments_core::build::Given(::core::convert::Into::into(note)),
                payment: self.payment,
                amount: self.amount,
            }
        }
        ///Checks the fields and makes the [`Refund`].
        ///
        /// # Errors
        /// [`Misuse`](::payments_core::error::Misuse) with the wire name of a field that is
        /// not as described, and what it must be.
        pub fn build(
            self,
        ) -> ::core::result::Result<Refund, ::payments_core::error::Misuse>
        where
            TPayment: HasPayment,
            TAmount: HasAmount,
            TNote: HasNote,
        {
            let Self { payment, amount, note } = self;
            let payment = HasPayment::given(payment);
            let amount = HasAmount::given(amount);
            let note = HasNote::given(note);
            ::payments_core::build::Choice::check(&payment)?;
            ::payments_core::build::Choice::check(&amount)?;
            ::payments_core::build::text(
                "Note",
                &note,
                ::payments_core::build::TextRule {
                    min: 0,
                    max: ::core::primitive::usize::MAX,
                    chars: "",
                },
            )?;
            ::core::result::Result::Ok(Refund { payment, amount, note })
        }
    }
};
#[automatically_derived]
#[allow(
    clippy::should_implement_trait,
    clippy::wrong_self_convention,
    reason = "an accessor is called as its field"
)]
impl Refund {
    /// Which payment is meant.
    #[must_use]
    pub fn payment(&self) -> &Payment {
        &self.payment
    }
    /// How much goes back.
    #[must_use]
    pub fn amount(&self) -> &RefundAmount {
        &self.amount
    }
    /// A note.
    #[must_use]
    pub fn note(&self) -> &::core::primitive::str {
        &self.note
    }
}
#[automatically_derived]
impl ::payments_core::wire::Wire for Refund {
    fn visit(&self, out: &mut dyn ::payments_core::wire::Fields) {
        ::payments_core::wire::Wire::visit(&self.payment, out);
        ::payments_core::wire::Wire::visit(&self.amount, out);
        ::payments_core::wire::Value::put(&self.note, "Note", out);
    }
}
#[automatically_derived]
impl ::payments_core::wire::Value for Refund {
    fn put(
        &self,
        name: &::core::primitive::str,
        out: &mut dyn ::payments_core::wire::Fields,
    ) {
        out.object(name, self);
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for Refund {
    fn fmt(&self, out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        out.debug_struct("Refund")
            .field("payment", &self.payment)
            .field("amount", &self.amount)
            .field("note", &self.note)
            .finish()
    }
}
