// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Request of Report
///Builds a [`Report`]: give every required field, then [`build`](Self::build).
#[must_use = "a `Report` is made by `.build()`"]
pub struct ReportBuilder<
    TSucceeded = ::payments_core::build::Missing,
    TCountry = ::payments_core::build::Missing,
> {
    succeeded: TSucceeded,
    country: TCountry,
    reason_code: Option<Reason>,
    note: Option<String>,
    acquirer: Option<String>,
    age: Option<i64>,
    items: Vec<String>,
}
const _: () = {
    #[diagnostic::on_unimplemented(
        message = "`Report` lacks its `succeeded`",
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
    #[diagnostic::on_unimplemented(
        message = "`Report` lacks its `country`",
        label = "call `.country(…)` before `.build()`",
        note = "`country` is `country` on the wire and is required"
    )]
    #[doc(hidden)]
    pub trait HasCountry {
        fn given(self) -> String;
    }
    #[automatically_derived]
    impl HasCountry for ::payments_core::build::Given<String> {
        fn given(self) -> String {
            self.0
        }
    }
    #[automatically_derived]
    impl Report {
        ///Starts a [`Report`], which the builder's `build` finishes.
        pub fn builder() -> ReportBuilder {
            ReportBuilder {
                succeeded: ::payments_core::build::Missing,
                country: ::payments_core::build::Missing,
                reason_code: ::core::option::Option::None,
                note: ::core::option::Option::None,
                acquirer: ::core::option::Option::None,
                age: ::core::option::Option::None,
                items: ::std::vec::Vec::new(),
            }
        }
    }
    #[automatically_derived]
    #[allow(
        clippy::should_implement_trait,
        clippy::wrong_self_convention,
        reason = "a setter is called as its field"
    )]
    impl<TSucceeded, TCountry> ReportBuilder<TSucceeded, TCountry> {
        /// Whether it succeeded.
        pub fn succeeded(
            self,
            succeeded: bool,
        ) -> ReportBuilder<::payments_core::build::Given<bool>, TCountry> {
            ReportBuilder {
                succeeded: ::payments_core::build::Given(succeeded),
                country: self.country,
                reason_code: self.reason_code,
                note: self.note,
                acquirer: self.acquirer,
                age: self.age,
                items: self.items,
            }
        }
        /// Where.
        pub fn country(
            self,
            country: impl ::core::convert::Into<String>,
        ) -> ReportBuilder<TSucceeded, ::payments_core::build::Given<String>> {
            ReportBuilder {
                country: ::payments_core::build::Given(
                    ::core::convert::Into::into(country),
                ),
                succeeded: self.succeeded,
                reason_code: self.reason_code,
                note: self.note,
                acquirer: self.acquirer,
                age: self.age,
                items: self.items,
            }
        }
        /// Why not.
        pub fn reason_code(
            mut self,
            reason_code: impl ::core::convert::Into<Reason>,
        ) -> Self {
            self.reason_code = ::core::option::Option::Some(
                ::core::convert::Into::into(reason_code),
            );
            self
        }
        /// A note.
        pub fn note(mut self, note: impl ::core::convert::Into<String>) -> Self {
            self.note = ::core::option::Option::Some(::core::convert::Into::into(note));
            self
        }
        /// The acquirer.
        pub fn acquirer(mut self, acquirer: impl ::core::convert::Into<String>) -> Self {
            self.acquirer = ::core::option::Option::Some(
                ::core::convert::Into::into(acquirer),
            );
            self
        }
        /// The age.
        pub fn age(mut self, age: i64) -> Self {
            self.age = ::core::option::Option::Some(age);
            self
        }
        /// What is bought.
        pub fn items(mut self, items: Vec<String>) -> Self {
            self.items = items;
            self
        }
        ///Checks the fields and makes the [`Report`].
        ///
        /// # Errors
        /// [`Misuse`](::payments_core::error::Misuse) with the wire name of a field that is
        /// not as described, and what it must be.
        pub fn build(
            self,
        ) -> ::core::result::Result<Report, ::payments_core::error::Misuse>
        where
            TSucceeded: HasSucceeded,
            TCountry: HasCountry,
        {
            let Self { succeeded, country, reason_code, note, acquirer, age, items } = self;
            let succeeded = HasSucceeded::given(succeeded);
            let country = HasCountry::given(country);
            ::payments_core::build::text(
                "country",
                &country,
                ::payments_core::build::TextRule {
                    min: 1,
                    max: ::core::primitive::usize::MAX,
                    chars: "",
                },
            )?;
            if let ::core::option::Option::Some(reason_code) = &reason_code {
                ::payments_core::build::number("reasonCode", reason_code.as_str())?;
            }
            if let ::core::option::Option::Some(note) = &note {
                ::payments_core::build::text(
                    "note",
                    note,
                    ::payments_core::build::TextRule {
                        min: 0,
                        max: ::core::primitive::usize::MAX,
                        chars: "",
                    },
                )?;
            }
            if let ::core::option::Option::Some(acquirer) = &acquirer {
                ::payments_core::build::text(
                    "acquirer",
                    acquirer,
                    ::payments_core::build::TextRule {
                        min: 0,
                        max: ::core::primitive::usize::MAX,
                        chars: "",
                    },
                )?;
            }
            {
                let when = ::payments_core::build::When {
                    field: "succeeded",
                    test: ::payments_core::build::Test {
                        is: &["false"],
                        not: &[],
                        min: ::core::option::Option::None,
                        max: ::core::option::Option::None,
                    },
                    unless: false,
                };
                if when.applies(::core::option::Option::Some(&succeeded)) {
                    ::payments_core::build::needed(
                        "reasonCode",
                        reason_code.is_some(),
                        ::core::option::Option::Some(&when),
                    )?;
                    ::payments_core::build::needed(
                        "note",
                        note.is_some(),
                        ::core::option::Option::Some(&when),
                    )?;
                }
            }
            {
                let when = ::payments_core::build::When {
                    field: "succeeded",
                    test: ::payments_core::build::Test {
                        is: &["false"],
                        not: &[],
                        min: ::core::option::Option::None,
                        max: ::core::option::Option::None,
                    },
                    unless: true,
                };
                if when.applies(::core::option::Option::Some(&succeeded)) {
                    ::payments_core::build::lacking(
                        "reasonCode",
                        reason_code.is_some(),
                        ::core::option::Option::Some(&when),
                    )?;
                }
            }
            {
                let when = ::payments_core::build::When {
                    field: "reasonCode",
                    test: ::payments_core::build::Test {
                        is: &[],
                        not: &["1009"],
                        min: ::core::option::Option::Some(1000),
                        max: ::core::option::Option::Some(1999),
                    },
                    unless: false,
                };
                if when.applies(reason_code.as_ref()) {
                    ::payments_core::build::needed(
                        "acquirer",
                        acquirer.is_some(),
                        ::core::option::Option::Some(&when),
                    )?;
                }
            }
            {
                let when = ::payments_core::build::When {
                    field: "country",
                    test: ::payments_core::build::Test {
                        is: &["DK", "FI"],
                        not: &[],
                        min: ::core::option::Option::None,
                        max: ::core::option::Option::None,
                    },
                    unless: false,
                };
                if when.applies(::core::option::Option::Some(&country)) {
                    ::payments_core::build::fitting(
                        "age",
                        age.as_ref(),
                        &::payments_core::build::Test {
                            is: &[],
                            not: &[],
                            min: ::core::option::Option::Some(-1),
                            max: ::core::option::Option::Some(5),
                        },
                        ::core::option::Option::Some(&when),
                    )?;
                    ::payments_core::build::fitting(
                        "reasonCode",
                        reason_code.as_ref(),
                        &::payments_core::build::Test {
                            is: &[],
                            not: &[],
                            min: ::core::option::Option::None,
                            max: ::core::option::Option::Some(2000),
                        },
                        ::core::option::Option::Some(&when),
                    )?;
                }
            }
            ::payments_core::build::needed(
                "items",
                !items.is_empty(),
                ::core::option::Option::None,
            )?;
            ::payments_core::build::at_most(
                "items",
                items.len(),
                50,
                ::core::option::Option::None,
            )?;
            ::payments_core::build::fitting(
                "country",
                ::core::option::Option::Some(&country),
                &::payments_core::build::Test {
                    is: &[],
                    not: &["XX"],
                    min: ::core::option::Option::None,
                    max: ::core::option::Option::None,
                },
                ::core::option::Option::None,
            )?;
            ::core::result::Result::Ok(Report {
                succeeded,
                country,
                reason_code,
                note,
                acquirer,
                age,
                items,
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
impl Report {
    /// Whether it succeeded.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.succeeded
    }
    /// Where.
    #[must_use]
    pub fn country(&self) -> &::core::primitive::str {
        &self.country
    }
    /// Why not.
    #[must_use]
    pub fn reason_code(&self) -> ::core::option::Option<&Reason> {
        self.reason_code.as_ref()
    }
    /// A note.
    #[must_use]
    pub fn note(&self) -> ::core::option::Option<&::core::primitive::str> {
        self.note.as_deref()
    }
    /// The acquirer.
    #[must_use]
    pub fn acquirer(&self) -> ::core::option::Option<&::core::primitive::str> {
        self.acquirer.as_deref()
    }
    /// The age.
    #[must_use]
    pub fn age(&self) -> ::core::option::Option<i64> {
        self.age
    }
    /// What is bought.
    #[must_use]
    pub fn items(&self) -> &Vec<String> {
        &self.items
    }
}
#[automatically_derived]
impl ::payments_core::wire::Wire for Report {
    fn visit(&self, out: &mut dyn ::payments_core::wire::Fields) {
        ::payments_core::wire::Value::put(&self.succeeded, "succeeded", out);
        ::payments_core::wire::Value::put(&self.country, "country", out);
        if let ::core::option::Option::Some(reason_code) = &self.reason_code {
            ::payments_core::wire::put_number(
                "reasonCode",
                <Reason>::as_str(reason_code),
                out,
            );
        }
        ::payments_core::wire::Value::put(&self.note, "note", out);
        ::payments_core::wire::Value::put(&self.acquirer, "acquirer", out);
        ::payments_core::wire::Value::put(&self.age, "age", out);
        ::payments_core::wire::Value::put(&self.items, "items", out);
    }
}
#[automatically_derived]
impl ::payments_core::wire::Value for Report {
    fn put(
        &self,
        name: &::core::primitive::str,
        out: &mut dyn ::payments_core::wire::Fields,
    ) {
        out.object(name, self);
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for Report {
    fn fmt(&self, out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        out.debug_struct("Report")
            .field("succeeded", &self.succeeded)
            .field("country", &self.country)
            .field("reason_code", &self.reason_code)
            .field("note", &self.note)
            .field("acquirer", &self.acquirer)
            .field("age", &self.age)
            .field("items", &self.items)
            .finish()
    }
}
