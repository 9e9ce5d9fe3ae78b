// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Request of CreateBeneficiary
///Builds a [`CreateBeneficiary`]: give every required field, then [`build`](Self::build).
#[must_use = "a `CreateBeneficiary` is made by `.build()`"]
pub struct CreateBeneficiaryBuilder<
    TIdNo = ::payments_core::build::Missing,
    TPassword = ::payments_core::build::Missing,
    TNickname = ::payments_core::build::Missing,
> {
    id_no: TIdNo,
    phone: Option<String>,
    income: Option<Money>,
    password: TPassword,
    nickname: TNickname,
}
const _: () = {
    #[diagnostic::on_unimplemented(
        message = "`CreateBeneficiary` lacks its `id_no`",
        label = "call `.id_no(…)` before `.build()`",
        note = "`id_no` is `idNo` on the wire and is required"
    )]
    #[doc(hidden)]
    pub trait HasIdNo {
        fn given(self) -> String;
    }
    #[automatically_derived]
    impl HasIdNo for ::payments_core::build::Given<String> {
        fn given(self) -> String {
            self.0
        }
    }
    #[diagnostic::on_unimplemented(
        message = "`CreateBeneficiary` lacks its `password`",
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
        message = "`CreateBeneficiary` lacks its `nickname`",
        label = "call `.nickname(…)` before `.build()`",
        note = "`nickname` is `nickname` on the wire and is required"
    )]
    #[doc(hidden)]
    pub trait HasNickname {
        fn given(self) -> String;
    }
    #[automatically_derived]
    impl HasNickname for ::payments_core::build::Given<String> {
        fn given(self) -> String {
            self.0
        }
    }
    #[automatically_derived]
    impl CreateBeneficiary {
        ///Starts a [`CreateBeneficiary`], which the builder's `build` finishes.
        pub fn builder() -> CreateBeneficiaryBuilder {
            CreateBeneficiaryBuilder {
                id_no: ::payments_core::build::Missing,
                phone: ::core::option::Option::None,
                income: ::core::option::Option::None,
                password: ::payments_core::build::Missing,
                nickname: ::payments_core::build::Missing,
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
        TIdNo,
        TPassword,
        TNickname,
    > CreateBeneficiaryBuilder<TIdNo, TPassword, TNickname> {
        /// Number of the identity document.
        pub fn id_no(
            self,
            id_no: impl ::core::convert::Into<String>,
        ) -> CreateBeneficiaryBuilder<
            ::payments_core::build::Given<String>,
            TPassword,
            TNickname,
        > {
            CreateBeneficiaryBuilder {
                id_no: ::payments_core::build::Given(::core::convert::Into::into(id_no)),
                phone: self.phone,
                income: self.income,
                password: self.password,
                nickname: self.nickname,
            }
        }
        /// Phone number.
        pub fn phone(mut self, phone: impl ::core::convert::Into<String>) -> Self {
            self.phone = ::core::option::Option::Some(
                ::core::convert::Into::into(phone),
            );
            self
        }
        /// Income.
        pub fn income(mut self, income: Money) -> Self {
            self.income = ::core::option::Option::Some(income);
            self
        }
        /// A secret masks itself.
        pub fn password(
            self,
            password: impl ::core::convert::Into<Secret<String>>,
        ) -> CreateBeneficiaryBuilder<
            TIdNo,
            ::payments_core::build::Given<Secret<String>>,
            TNickname,
        > {
            CreateBeneficiaryBuilder {
                password: ::payments_core::build::Given(
                    ::core::convert::Into::into(password),
                ),
                id_no: self.id_no,
                phone: self.phone,
                income: self.income,
                nickname: self.nickname,
            }
        }
        /// Everyone may know it.
        pub fn nickname(
            self,
            nickname: impl ::core::convert::Into<String>,
        ) -> CreateBeneficiaryBuilder<
            TIdNo,
            TPassword,
            ::payments_core::build::Given<String>,
        > {
            CreateBeneficiaryBuilder {
                nickname: ::payments_core::build::Given(
                    ::core::convert::Into::into(nickname),
                ),
                id_no: self.id_no,
                phone: self.phone,
                income: self.income,
                password: self.password,
            }
        }
        ///Checks the fields and makes the [`CreateBeneficiary`].
        ///
        /// # Errors
        /// [`Misuse`](::payments_core::error::Misuse) with the wire name of a field that is
        /// not as described, and what it must be.
        pub fn build(
            self,
        ) -> ::core::result::Result<CreateBeneficiary, ::payments_core::error::Misuse>
        where
            TIdNo: HasIdNo,
            TPassword: HasPassword,
            TNickname: HasNickname,
        {
            let Self { id_no, phone, income, password, nickname } = self;
            let id_no = HasIdNo::given(id_no);
            let password = HasPassword::given(password);
            let nickname = HasNickname::given(nickname);
            ::payments_core::build::text(
                "idNo",
                &id_no,
                ::payments_core::build::TextRule {
                    min: 1,
                    max: ::core::primitive::usize::MAX,
                    chars: "",
                },
            )?;
            if let ::core::option::Option::Some(phone) = &phone {
                ::payments_core::build::text(
                    "phone",
                    phone,
                    ::payments_core::build::TextRule {
                        min: 0,
                        max: ::core::primitive::usize::MAX,
                        chars: "",
                    },
                )?;
            }
            if let ::core::option::Option::Some(income) = &income {
                ::payments_core::build::money(
                    "income",
                    *income,
                    ::payments_core::money::wire::Form::Minor,
                )?;
            }
            ::payments_core::build::text(
                "password",
                password.expose(),
                ::payments_core::build::TextRule {
                    min: 0,
                    max: ::core::primitive::usize::MAX,
                    chars: "",
                },
            )?;
            ::payments_core::build::text(
                "nickname",
                &nickname,
                ::payments_core::build::TextRule {
                    min: 0,
                    max: ::core::primitive::usize::MAX,
                    chars: "",
                },
            )?;
            ::core::result::Result::Ok(CreateBeneficiary {
                id_no,
                phone,
                income,
                password,
                nickname,
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
impl CreateBeneficiary {
    /// Number of the identity document.
    #[must_use]
    pub fn id_no(&self) -> &::core::primitive::str {
        &self.id_no
    }
    /// Phone number.
    #[must_use]
    pub fn phone(&self) -> ::core::option::Option<&::core::primitive::str> {
        self.phone.as_deref()
    }
    /// Income.
    #[must_use]
    pub fn income(&self) -> ::core::option::Option<Money> {
        self.income
    }
    /// A secret masks itself.
    #[must_use]
    pub fn password(&self) -> &Secret<String> {
        &self.password
    }
    /// Everyone may know it.
    #[must_use]
    pub fn nickname(&self) -> &::core::primitive::str {
        &self.nickname
    }
}
#[automatically_derived]
impl ::payments_core::wire::Wire for CreateBeneficiary {
    fn visit(&self, out: &mut dyn ::payments_core::wire::Fields) {
        ::payments_core::wire::Value::put(&self.id_no, "idNo", out);
        ::payments_core::wire::Value::put(&self.phone, "phone", out);
        if let ::core::option::Option::Some(income) = &self.income {
            ::payments_core::wire::put_money(
                "income",
                ::payments_core::money::wire::Form::Minor,
                *income,
                out,
            );
        }
        ::payments_core::wire::Value::put(&self.password, "password", out);
        ::payments_core::wire::Value::put(&self.nickname, "nickname", out);
    }
}
#[automatically_derived]
impl ::payments_core::wire::Value for CreateBeneficiary {
    fn put(
        &self,
        name: &::core::primitive::str,
        out: &mut dyn ::payments_core::wire::Fields,
    ) {
        out.object(name, self);
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for CreateBeneficiary {
    fn fmt(&self, out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        out.debug_struct("CreateBeneficiary")
            .field("id_no", &::core::format_args!("***"))
            .field(
                "phone",
                &match &self.phone {
                    ::core::option::Option::Some(_) => ::core::format_args!("Some(***)"),
                    ::core::option::Option::None => ::core::format_args!("None"),
                },
            )
            .field(
                "income",
                &match &self.income {
                    ::core::option::Option::Some(_) => ::core::format_args!("Some(***)"),
                    ::core::option::Option::None => ::core::format_args!("None"),
                },
            )
            .field("password", &self.password)
            .field("nickname", &self.nickname)
            .finish()
    }
}
