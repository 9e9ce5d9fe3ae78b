// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Request of Odd
///Builds a [`Odd`]: give every required field, then [`build`](Self::build).
#[must_use = "a `Odd` is made by `.build()`"]
pub(crate) struct OddBuilder<
    TType = ::payments_core::build::Missing,
    TA1 = ::payments_core::build::Missing,
    TA1_ = ::payments_core::build::Missing,
    TIsPreAuth = ::payments_core::build::Missing,
    TToDate = ::payments_core::build::Missing,
    TSecret = ::payments_core::build::Missing,
    TSelf = ::payments_core::build::Missing,
    TOut = ::payments_core::build::Missing,
    TName = ::payments_core::build::Missing,
> {
    r#type: TType,
    a1: TA1,
    a_1: TA1_,
    is_pre_auth: TIsPreAuth,
    to_date: TToDate,
    from_date: Option<String>,
    secret: TSecret,
    self_: TSelf,
    out: TOut,
    name: TName,
}
const _: () = {
    #[diagnostic::on_unimplemented(
        message = "`Odd` lacks its `type`",
        label = "call `.r#type(…)` before `.build()`",
        note = "`type` is `type` on the wire and is required"
    )]
    #[doc(hidden)]
    pub(crate) trait HasType {
        fn given(self) -> String;
    }
    #[automatically_derived]
    impl HasType for ::payments_core::build::Given<String> {
        fn given(self) -> String {
            self.0
        }
    }
    #[diagnostic::on_unimplemented(
        message = "`Odd` lacks its `a1`",
        label = "call `.a1(…)` before `.build()`",
        note = "`a1` is `a1` on the wire and is required"
    )]
    #[doc(hidden)]
    pub(crate) trait HasA1 {
        fn given(self) -> u32;
    }
    #[automatically_derived]
    impl HasA1 for ::payments_core::build::Given<u32> {
        fn given(self) -> u32 {
            self.0
        }
    }
    #[diagnostic::on_unimplemented(
        message = "`Odd` lacks its `a_1`",
        label = "call `.a_1(…)` before `.build()`",
        note = "`a_1` is `a_1` on the wire and is required"
    )]
    #[doc(hidden)]
    pub(crate) trait HasA1_ {
        fn given(self) -> u32;
    }
    #[automatically_derived]
    impl HasA1_ for ::payments_core::build::Given<u32> {
        fn given(self) -> u32 {
            self.0
        }
    }
    #[diagnostic::on_unimplemented(
        message = "`Odd` lacks its `is_pre_auth`",
        label = "call `.is_pre_auth(…)` before `.build()`",
        note = "`is_pre_auth` is `IsPreAuth` on the wire and is required"
    )]
    #[doc(hidden)]
    pub(crate) trait HasIsPreAuth {
        fn given(self) -> bool;
    }
    #[automatically_derived]
    impl HasIsPreAuth for ::payments_core::build::Given<bool> {
        fn given(self) -> bool {
            self.0
        }
    }
    #[diagnostic::on_unimplemented(
        message = "`Odd` lacks its `to_date`",
        label = "call `.to_date(…)` before `.build()`",
        note = "`to_date` is `toDate` on the wire and is required"
    )]
    #[doc(hidden)]
    pub(crate) trait HasToDate {
        fn given(self) -> String;
    }
    #[automatically_derived]
    impl HasToDate for ::payments_core::build::Given<String> {
        fn given(self) -> String {
            self.0
        }
    }
    #[diagnostic::on_unimplemented(
        message = "`Odd` lacks its `secret`",
        label = "call `.secret(…)` before `.build()`",
        note = "`secret` is `secret` on the wire and is required"
    )]
    #[doc(hidden)]
    pub(crate) trait HasSecret {
        fn given(self) -> Secret<String>;
    }
    #[automatically_derived]
    impl HasSecret for ::payments_core::build::Given<Secret<String>> {
        fn given(self) -> Secret<String> {
            self.0
        }
    }
    #[diagnostic::on_unimplemented(
        message = "`Odd` lacks its `self_`",
        label = "call `.self_(…)` before `.build()`",
        note = "`self_` is `self_` on the wire and is required"
    )]
    #[doc(hidden)]
    pub(crate) trait HasSelf {
        fn given(self) -> String;
    }
    #[automatically_derived]
    impl HasSelf for ::payments_core::build::Given<String> {
        fn given(self) -> String {
            self.0
        }
    }
    #[diagnostic::on_unimplemented(
        message = "`Odd` lacks its `out`",
        label = "call `.out(…)` before `.build()`",
        note = "`out` is `out` on the wire and is required"
    )]
    #[doc(hidden)]
    pub(crate) trait HasOut {
        fn given(self) -> String;
    }
    #[automatically_derived]
    impl HasOut for ::payments_core::build::Given<String> {
        fn given(self) -> String {
            self.0
        }
    }
    #[diagnostic::on_unimplemented(
        message = "`Odd` lacks its `name`",
        label = "call `.name(…)` before `.build()`",
        note = "`name` is `name` on the wire and is required"
    )]
    #[doc(hidden)]
    pub(crate) trait HasName {
        fn given(self) -> String;
    }
    #[automatically_derived]
    impl HasName for ::payments_core::build::Given<String> {
        fn given(self) -> String {
            self.0
        }
    }
    #[automatically_derived]
    impl Odd {
        ///Starts a [`Odd`], which the builder's `build` finishes.
        pub(crate) fn builder() -> OddBuilder {
            OddBuilder {
                r#type: ::payments_core::build::Missing,
                a1: ::payments_core::build::Missing,
                a_1: ::payments_core::build::Missing,
                is_pre_auth: ::payments_core::build::Missing,
                to_date: ::payments_core::build::Missing,
                from_date: ::core::option::Option::None,
                secret: ::payments_core::build::Missing,
                self_: ::payments_core::build::Missing,
                out: ::payments_core::build::Missing,
                name: ::payments_core::build::Missing,
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
        TType,
        TA1,
        TA1_,
        TIsPreAuth,
        TToDate,
        TSecret,
        TSelf,
        TOut,
        TName,
    > OddBuilder<TType, TA1, TA1_, TIsPreAuth, TToDate, TSecret, TSelf, TOut, TName> {
        ///Sets `type`.
        pub(crate) fn r#type(
            self,
            r#type: impl ::core::convert::Into<String>,
        ) -> OddBuilder<
            ::payments_core::build::Given<String>,
            TA1,
            TA1_,
            TIsPreAuth,
            TToDate,
            TSecret,
            TSelf,
            TOut,
            TName,
        > {
            OddBuilder {
                r#type: ::payments_core::build::Given(
                    ::core::convert::Into::into(r#type),
                ),
                a1: self.a1,
                a_1: self.a_1,
                is_pre_auth: self.is_pre_auth,
                to_date: self.to_date,
                from_date: self.from_date,
                secret: self.secret,
                self_: self.self_,
                out: self.out,
                name: self.name,
            }
        }
        ///Sets `a1`.
        pub(crate) fn a1(
            self,
            a1: u32,
        ) -> OddBuilder<
            TType,
            ::payments_core::build::Given<u32>,
            TA1_,
            TIsPreAuth,
            TToDate,
            TSecret,
            TSelf,
            TOut,
            TName,
        > {
            OddBuilder {
                a1: ::payments_core::build::Given(a1),
                r#type: self.r#type,
                a_1: self.a_1,
                is_pre_auth: self.is_pre_auth,
                to_date: self.to_date,
                from_date: self.from_date,
                secret: self.secret,
                self_: self.self_,
                out: self.out,
                name: self.name,
            }
        }
        ///Sets `a_1`.
        pub(crate) fn a_1(
            self,
            a_1: u32,
        ) -> OddBuilder<
            TType,
            TA1,
            ::payments_core::build::Given<u32>,
            TIsPreAuth,
            TToDate,
            TSecret,
            TSelf,
            TOut,
            TName,
        > {
            OddBuilder {
                a_1: ::payments_core::build::Given(a_1),
                r#type: self.r#type,
                a1: self.a1,
                is_pre_auth: self.is_pre_auth,
                to_date: self.to_date,
                from_date: self.from_date,
                secret: self.secret,
                self_: self.self_,
                out: self.out,
                name: self.name,
            }
        }
        ///Sets `IsPreAuth`.
        pub(crate) fn is_pre_auth(
            self,
            is_pre_auth: bool,
        ) -> OddBuilder<
            TType,
            TA1,
            TA1_,
            ::payments_core::build::Given<bool>,
            TToDate,
            TSecret,
            TSelf,
            TOut,
            TName,
        > {
            OddBuilder {
                is_pre_auth: ::payments_core::build::Given(is_pre_auth),
                r#type: self.r#type,
                a1: self.a1,
                a_1: self.a_1,
                to_date: self.to_date,
                from_date: self.from_date,
                secret: self.secret,
                self_: self.self_,
                out: self.out,
                name: self.name,
            }
        }
        ///Sets `toDate`.
        pub(crate) fn to_date(
            self,
            to_date: impl ::core::convert::Into<String>,
        ) -> OddBuilder<
            TType,
            TA1,
            TA1_,
            TIsPreAuth,
            ::payments_core::build::Given<String>,
            TSecret,
            TSelf,
            TOut,
            TName,
        > {
            OddBuilder {
                to_date: ::payments_core::build::Given(
                    ::core::convert::Into::into(to_date),
                ),
                r#type: self.r#type,
                a1: self.a1,
                a_1: self.a_1,
                is_pre_auth: self.is_pre_auth,
                from_date: self.from_date,
                secret: self.secret,
                self_: self.self_,
                out: self.out,
                name: self.name,
            }
        }
        ///Sets `fromDate`.
        pub(crate) fn from_date(
            mut self,
            from_date: impl ::core::convert::Into<String>,
        ) -> Self {
            self.from_date = ::core::option::Option::Some(
                ::core::convert::Into::into(from_date),
            );
            self
        }
        ///Sets `secret`.
        pub(crate) fn secret(
            self,
            secret: impl ::core::convert::Into<Secret<String>>,
        ) -> OddBuilder<
            TType,
            TA1,
            TA1_,
            TIsPreAuth,
            TToDate,
            ::payments_core::build::Given<Secret<String>>,
            TSelf,
            TOut,
            TName,
        > {
            OddBuilder {
                secret: ::payments_core::build::Given(
                    ::core::convert::Into::into(secret),
                ),
                r#type: self.r#type,
                a1: self.a1,
                a_1: self.a_1,
                is_pre_auth: self.is_pre_auth,
                to_date: self.to_date,
                from_date: self.from_date,
                self_: self.self_,
                out: self.out,
                name: self.name,
            }
        }
        ///Sets `self_`.
        pub(crate) fn self_(
            self,
            self_: impl ::core::convert::Into<String>,
        ) -> OddBuilder<
            TType,
            TA1,
            TA1_,
            TIsPreAuth,
            TToDate,
            TSecret,
            ::payments_core::build::Given<String>,
            TOut,
            TName,
        > {
            OddBuilder {
                self_: ::payments_core::build::Given(::core::convert::Into::into(self_)),
                r#type: self.r#type,
                a1: self.a1,
                a_1: self.a_1,
                is_pre_auth: self.is_pre_auth,
                to_date: self.to_date,
                from_date: self.from_date,
                secret: self.secret,
                out: self.out,
                name: self.name,
            }
        }
        ///Sets `out`.
        pub(crate) fn out(
            self,
            out: impl ::core::convert::Into<String>,
        ) -> OddBuilder<
            TType,
            TA1,
            TA1_,
            TIsPreAuth,
            TToDate,
            TSecret,
            TSelf,
            ::payments_core::build::Given<String>,
            TName,
        > {
            OddBuilder {
                out: ::payments_core::build::Given(::core::convert::Into::into(out)),
                r#type: self.r#type,
                a1: self.a1,
                a_1: self.a_1,
                is_pre_auth: self.is_pre_auth,
                to_date: self.to_date,
                from_date: self.from_date,
                secret: self.secret,
                self_: self.self_,
                name: self.name,
            }
        }
        ///Sets `name`.
        pub(crate) fn name(
            self,
            name: impl ::core::convert::Into<String>,
        ) -> OddBuilder<
            TType,
            TA1,
            TA1_,
            TIsPreAuth,
            TToDate,
            TSecret,
            TSelf,
            TOut,
            ::payments_core::build::Given<String>,
        > {
            OddBuilder {
                name: ::payments_core::build::Given(::core::convert::Into::into(name)),
                r#type: self.r#type,
                a1: self.a1,
                a_1: self.a_1,
                is_pre_auth: self.is_pre_auth,
                to_date: self.to_date,
                from_date: self.from_date,
                secret: self.secret,
                self_: self.self_,
                out: self.out,
            }
        }
        ///Checks the fields and makes the [`Odd`].
        ///
        /// # Errors
        /// [`Misuse`](::payments_core::error::Misuse) with the wire name of a field that is
        /// not as described, and what it must be.
        pub(crate) fn build(
            self,
        ) -> ::core::result::Result<Odd, ::payments_core::error::Misuse>
        where
            TType: HasType,
            TA1: HasA1,
            TA1_: HasA1_,
            TIsPreAuth: HasIsPreAuth,
            TToDate: HasToDate,
            TSecret: HasSecret,
            TSelf: HasSelf,
            TOut: HasOut,
            TName: HasName,
        {
            let Self {
                r#type,
                a1,
                a_1,
                is_pre_auth,
                to_date,
                from_date,
                secret,
                self_,
                out,
                name,
            } = self;
            let r#type = HasType::given(r#type);
            let a1 = HasA1::given(a1);
            let a_1 = HasA1_::given(a_1);
            let is_pre_auth = HasIsPreAuth::given(is_pre_auth);
            let to_date = HasToDate::given(to_date);
            let secret = HasSecret::given(secret);
            let self_ = HasSelf::given(self_);
            let out = HasOut::given(out);
            let name = HasName::given(name);
            ::payments_core::build::text(
                "type",
                &r#type,
                ::payments_core::build::TextRule {
                    min: 0,
                    max: ::core::primitive::usize::MAX,
                    chars: "",
                },
            )?;
            ::payments_core::build::text(
                "toDate",
                &to_date,
                ::payments_core::build::TextRule {
                    min: 0,
                    max: ::core::primitive::usize::MAX,
                    chars: "",
                },
            )?;
            if let ::core::option::Option::Some(from_date) = &from_date {
                ::payments_core::build::text(
                    "fromDate",
                    from_date,
                    ::payments_core::build::TextRule {
                        min: 0,
                        max: ::core::primitive::usize::MAX,
                        chars: "",
                    },
                )?;
            }
            ::payments_core::build::text(
                "secret",
                secret.expose(),
                ::payments_core::build::TextRule {
                    min: 0,
                    max: ::core::primitive::usize::MAX,
                    chars: "",
                },
            )?;
            ::payments_core::build::text(
                "self_",
                &self_,
                ::payments_core::build::TextRule {
                    min: 0,
                    max: ::core::primitive::usize::MAX,
                    chars: "",
                },
            )?;
            ::payments_core::build::text(
                "out",
                &out,
                ::payments_core::build::TextRule {
                    min: 0,
                    max: ::core::primitive::usize::MAX,
                    chars: "",
                },
            )?;
            ::payments_core::build::text(
                "name",
                &name,
                ::payments_core::build::TextRule {
                    min: 0,
                    max: ::core::primitive::usize::MAX,
                    chars: "",
                },
            )?;
            ::core::result::Result::Ok(Odd {
                r#type,
                a1,
                a_1,
                is_pre_auth,
                to_date,
                from_date,
                secret,
                self_,
                out,
                name,
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
impl Odd {
    ///The field `type`.
    #[must_use]
    pub(crate) fn r#type(&self) -> &::core::primitive::str {
        &self.r#type
    }
    ///The field `a1`.
    #[must_use]
    pub(crate) fn a1(&self) -> u32 {
        self.a1
    }
    ///The field `a_1`.
    #[must_use]
    pub(crate) fn a_1(&self) -> u32 {
        self.a_1
    }
    ///The field `IsPreAuth`.
    #[must_use]
    pub(crate) fn is_pre_auth(&self) -> bool {
        self.is_pre_auth
    }
    ///The field `toDate`.
    #[must_use]
    pub(crate) fn to_date(&self) -> &::core::primitive::str {
        &self.to_date
    }
    ///The field `fromDate`.
    #[must_use]
    pub(crate) fn from_date(&self) -> ::core::option::Option<&::core::primitive::str> {
        self.from_date.as_deref()
    }
    ///The field `secret`.
    #[must_use]
    pub(crate) fn secret(&self) -> &Secret<String> {
        &self.secret
    }
    ///The field `self_`.
    #[must_use]
    pub(crate) fn self_(&self) -> &::core::primitive::str {
        &self.self_
    }
    ///The field `out`.
    #[must_use]
    pub(crate) fn out(&self) -> &::core::primitive::str {
        &self.out
    }
    ///The field `name`.
    #[must_use]
    pub(crate) fn name(&self) -> &::core::primitive::str {
        &self.name
    }
}
#[automatically_derived]
impl ::payments_core::wire::Wire for Odd {
    fn visit(&self, out: &mut dyn ::payments_core::wire::Fields) {
        ::payments_core::wire::Value::put(&self.r#type, "type", out);
        ::payments_core::wire::Value::put(&self.a1, "a1", out);
        ::payments_core::wire::Value::put(&self.a_1, "a_1", out);
        ::payments_core::wire::Value::put(&self.is_pre_auth, "IsPreAuth", out);
        ::payments_core::wire::Value::put(&self.to_date, "toDate", out);
        ::payments_core::wire::Value::put(&self.from_date, "fromDate", out);
        ::payments_core::wire::Value::put(&self.secret, "secret", out);
        ::payments_core::wire::Value::put(&self.self_, "self_", out);
        ::payments_core::wire::Value::put(&self.out, "out", out);
        ::payments_core::wire::Value::put(&self.name, "name", out);
    }
}
#[automatically_derived]
impl ::payments_core::wire::Value for Odd {
    fn put(
        &self,
        name: &::core::primitive::str,
        out: &mut dyn ::payments_core::wire::Fields,
    ) {
        out.object(name, self);
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for Odd {
    fn fmt(&self, out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        out.debug_struct("Odd")
            .field("type", &self.r#type)
            .field("a1", &self.a1)
            .field("a_1", &self.a_1)
            .field("is_pre_auth", &self.is_pre_auth)
            .field("to_date", &self.to_date)
            .field("from_date", &self.from_date)
            .field("secret", &self.secret)
            .field("self_", &self.self_)
            .field("out", &self.out)
            .field("name", &self.name)
            .finish()
    }
}

// Request of Private
///Builds a [`Private`]: give every required field, then [`build`](Self::build).
#[must_use = "a `Private` is made by `.build()`"]
struct PrivateBuilder<TA = ::payments_core::build::Missing> {
    a: TA,
}
const _: () = {
    #[diagnostic::on_unimplemented(
        message = "`Private` lacks its `a`",
        label = "call `.a(…)` before `.build()`",
        note = "`a` is `a` on the wire and is required"
    )]
    #[doc(hidden)]
    trait HasA {
        fn given(self) -> String;
    }
    #[automatically_derived]
    impl HasA for ::payments_core::build::Given<String> {
        fn given(self) -> String {
            self.0
        }
    }
    #[automatically_derived]
    impl Private {
        ///Starts a [`Private`], which the builder's `build` finishes.
        fn builder() -> PrivateBuilder {
            PrivateBuilder {
                a: ::payments_core::build::Missing,
            }
        }
    }
    #[automatically_derived]
    #[allow(
        clippy::should_implement_trait,
        clippy::wrong_self_convention,
        reason = "a setter is called as its field"
    )]
    impl<TA> PrivateBuilder<TA> {
        ///Sets `a`.
        fn a(
            self,
            a: impl ::core::convert::Into<String>,
        ) -> PrivateBuilder<::payments_core::build::Given<String>> {
            PrivateBuilder {
                a: ::payments_core::build::Given(::core::convert::Into::into(a)),
            }
        }
        ///Checks the fields and makes the [`Private`].
        ///
        /// # Errors
        /// [`Misuse`](::payments_core::error::Misuse) with the wire name of a field that is
        /// not as described, and what it must be.
        fn build(self) -> ::core::result::Result<Private, ::payments_core::error::Misuse>
        where
            TA: HasA,
        {
            let Self { a } = self;
            let a = HasA::given(a);
            ::payments_core::build::text(
                "a",
                &a,
                ::payments_core::build::TextRule {
                    min: 0,
                    max: ::core::primitive::usize::MAX,
                    chars: "",
                },
            )?;
            ::core::result::Result::Ok(Private { a })
        }
    }
};
#[automatically_derived]
#[allow(
    clippy::should_implement_trait,
    clippy::wrong_self_convention,
    reason = "an accessor is called as its field"
)]
impl Private {
    ///The field `a`.
    #[must_use]
    fn a(&self) -> &::core::primitive::str {
        &self.a
    }
}
#[automatically_derived]
impl ::payments_core::wire::Wire for Private {
    fn visit(&self, out: &mut dyn ::payments_core::wire::Fields) {
        ::payments_core::wire::Value::put(&self.a, "a", out);
    }
}
#[automatically_derived]
impl ::payments_core::wire::Value for Private {
    fn put(
        &self,
        name: &::core::primitive::str,
        out: &mut dyn ::payments_core::wire::Fields,
    ) {
        out.object(name, self);
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for Private {
    fn fmt(&self, out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        out.debug_struct("Private").field("a", &self.a).finish()
    }
}
