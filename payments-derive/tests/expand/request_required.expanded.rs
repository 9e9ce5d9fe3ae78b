// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Request of Pay
///Builds a [`Pay`]: give every required field, then [`build`](Self::build).
#[must_use = "a `Pay` is made by `.build()`"]
pub struct PayBuilder<
    TOrderNo = ::payments_core::build::Missing,
    TPassword = ::payments_core::build::Missing,
    TAmount = ::payments_core::build::Missing,
    TCount = ::payments_core::build::Missing,
    TShare = ::payments_core::build::Missing,
    TLang = ::payments_core::build::Missing,
> {
    order_no: TOrderNo,
    password: TPassword,
    amount: TAmount,
    count: TCount,
    share: TShare,
    lang: TLang,
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
        message = "`Pay` lacks its `password`",
        label = "call `.password(…)` before `.build()`",
        note = "`password` is `password` on the wire and is required"
    )]
    #[doc(hidden)]
    pub trait HasPassword {
        fn given(self) -> Secret<String>;
    }
    #[automatically_derived]
    impl HasPassword for ::payments_core::build::Given<Secret<String>> {
        fn given(self) -> Secret<String> {
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
    #[diagnostic::on_unimplemented(
        message = "`Pay` lacks its `count`",
        label = "call `.count(…)` before `.build()`",
        note = "`count` is `count` on the wire and is required"
    )]
    #[doc(hidden)]
    pub trait HasCount {
        fn given(self) -> u32;
    }
    #[automatically_derived]
    impl HasCount for ::payments_core::build::Given<u32> {
        fn given(self) -> u32 {
            self.0
        }
    }
    #[diagnostic::on_unimplemented(
        message = "`Pay` lacks its `share`",
        label = "call `.share(…)` before `.build()`",
        note = "`share` is `share` on the wire and is required"
    )]
    #[doc(hidden)]
    pub trait HasShare {
        fn given(self) -> Decimal;
    }
    #[automatically_derived]
    impl HasShare for ::payments_core::build::Given<Decimal> {
        fn given(self) -> Decimal {
            self.0
        }
    }
    #[diagnostic::on_unimplemented(
        message = "`Pay` lacks its `lang`",
        label = "call `.lang(…)` before `.build()`",
        note = "`lang` is `lang` on the wire and is required"
    )]
    #[doc(hidden)]
    pub trait HasLang {
        fn given(self) -> Lang;
    }
    #[automatically_derived]
    impl HasLang for ::payments_core::build::Given<Lang> {
        fn given(self) -> Lang {
            self.0
        }
    }
    #[automatically_derived]
    impl Pay {
        ///Starts a [`Pay`], which the builder's `build` finishes.
        pub fn builder() -> PayBuilder {
            PayBuilder {
                order_no: ::payments_core::build::Missing,
                password: ::payments_core::build::Missing,
                amount: ::payments_core::build::Missing,
                count: ::payments_core::build::Missing,
                share: ::payments_core::build::Missing,
                lang: ::payments_core::build::Missing,
            }
        }
    }
    #[automatically_derived]
    #[allow(
        clippy::should_implement_trait,
        clippy::wrong_self_convention,
        reason = "a setter is called as its field"
    )]
    impl<
        TOrderNo,
        TPassword,
        TAmount,
        TCount,
        TShare,
        TLang,
    > PayBuilder<TOrderNo, TPassword, TAmount, TCount, TShare, TLang> {
        /// The merchant's number.
        ///
        /// Never use one twice.
        pub fn order_no(
            self,
            order_no: impl ::core::convert::Into<String>,
        ) -> PayBuilder<
            ::payments_core::build::Given<String>,
            TPassword,
            TAmount,
            TCount,
            TShare,
            TLang,
        > {
            PayBuilder {
                order_no: ::payments_core::build::Given(
                    ::core::convert::Into::into(order_no),
                ),
                password: self.password,
                amount: self.amount,
                count: self.count,
                share: self.share,
                lang: self.lang,
            }
        }
        /// The password.
        pub fn password(
            self,
            password: impl ::core::convert::Into<Secret<String>>,
        ) -> PayBuilder<
            TOrderNo,
            ::payments_core::build::Given<Secret<String>>,
            TAmount,
            TCount,
            TShare,
            TLang,
        > {
            PayBuilder {
                password: ::payments_core::build::Given(
                    ::core::convert::Into::into(password),
                ),
                order_no: self.order_no,
                amount: self.amount,
                count: self.count,
                share: self.share,
                lang: self.lang,
            }
        }
        /// What is paid.
        pub fn amount(
            self,
            amount: Money,
        ) -> PayBuilder<
            TOrderNo,
            TPassword,
            ::payments_core::build::Given<Money>,
            TCount,
            TShare,
            TLang,
        > {
            PayBuilder {
                amount: ::payments_core::build::Given(amount),
                order_no: self.order_no,
                password: self.password,
                count: self.count,
                share: self.share,
                lang: self.lang,
            }
        }
        /// How often.
        pub fn count(
            self,
            count: u32,
        ) -> PayBuilder<
            TOrderNo,
            TPassword,
            TAmount,
            ::payments_core::build::Given<u32>,
            TShare,
            TLang,
        > {
            PayBuilder {
                count: ::payments_core::build::Given(count),
                order_no: self.order_no,
                password: self.password,
                amount: self.amount,
                share: self.share,
                lang: self.lang,
            }
        }
        /// How much of it.
        pub fn share(
            self,
            share: Decimal,
        ) -> PayBuilder<
            TOrderNo,
            TPassword,
            TAmount,
            TCount,
            ::payments_core::build::Given<Decimal>,
            TLang,
        > {
            PayBuilder {
                share: ::payments_core::build::Given(share),
                order_no: self.order_no,
                password: self.password,
                amount: self.amount,
                count: self.count,
                lang: self.lang,
            }
        }
        /// Which language.
        pub fn lang(
            self,
            lang: impl ::core::convert::Into<Lang>,
        ) -> PayBuilder<
            TOrderNo,
            TPassword,
            TAmount,
            TCount,
            TShare,
            ::payments_core::build::Given<Lang>,
        > {
            PayBuilder {
                lang: ::payments_core::build::Given(::core::convert::Into::into(lang)),
                order_no: self.order_no,
                password: self.password,
                amount: self.amount,
                count: self.count,
                share: self.share,
            }
        }
        ///Checks the fields and makes the [`Pay`].
        ///
        /// # Errors
        /// [`Misuse`](::payments_core::error::Misuse) with the wire name of a field that is
        /// not as described, and what it must be.
        pub fn build(self) -> ::core::result::Result<Pay, ::payments_core::error::Misuse>
        where
            TOrderNo: HasOrderNo,
            TPassword: HasPassword,
            TAmount: HasAmount,
            TCount: HasCount,
            TShare: HasShare,
            TLang: HasLang,
        {
            let Self { order_no, password, amount, count, share, lang } = self;
            let order_no = HasOrderNo::given(order_no);
            let password = HasPassword::given(password);
            let amount = HasAmount::given(amount);
            let count = HasCount::given(count);
            let share = HasShare::given(share);
            let lang = HasLang::given(lang);
            ::payments_core::build::text(
                "orderNo",
                &order_no,
                ::payments_core::build::TextRule {
                    min: 0,
                    max: ::core::primitive::usize::MAX,
                    chars: "",
                },
            )?;
            ::payments_core::build::text(
                "password",
                password.expose(),
                ::payments_core::build::TextRule {
                    min: 0,
                    max: ::core::primitive::usize::MAX,
                    chars: "",
                },
            )?;
            ::payments_core::build::money(
                "amount",
                amount,
                ::payments_core::money::wire::Form::Minor,
            )?;
            ::core::result::Result::Ok(Pay {
                order_no,
                password,
                amount,
                count,
                share,
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
impl Pay {
    /// The merchant's number.
    ///
    /// Never use one twice.
    #[must_use]
    pub fn order_no(&self) -> &::core::primitive::str {
        &self.order_no
    }
    /// The password.
    #[must_use]
    pub fn password(&self) -> &Secret<String> {
        &self.password
    }
    /// What is paid.
    #[must_use]
    pub fn amount(&self) -> Money {
        self.amount
    }
    /// How often.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.count
    }
    /// How much of it.
    #[must_use]
    pub fn share(&self) -> Decimal {
        self.share
    }
    /// Which language.
    #[must_use]
    pub fn lang(&self) -> &Lang {
        &self.lang
    }
}
#[automatically_derived]
impl ::payments_core::wire::Wire for Pay {
    fn visit(&self, out: &mut dyn ::payments_core::wire::Fields) {
        ::payments_core::wire::Value::put(&self.order_no, "orderNo", out);
        ::payments_core::wire::Value::put(&self.password, "password", out);
        ::payments_core::wire::put_money(
            "amount",
            ::payments_core::money::wire::Form::Minor,
            self.amount,
            out,
        );
        ::payments_core::wire::Value::put(&self.count, "count", out);
        ::payments_core::wire::Value::put(&self.share, "share", out);
        ::payments_core::wire::Value::put(&self.lang, "lang", out);
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
            .field("order_no", &self.order_no)
            .field("password", &self.password)
            .field("amount", &self.amount)
            .field("count", &self.count)
            .field("share", &self.share)
            .field("lang", &self.lang)
            .finish()
    }
}
