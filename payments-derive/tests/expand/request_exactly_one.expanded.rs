// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Request of Query
///Builds a [`Query`]: give every required field, then [`build`](Self::build).
#[must_use = "a `Query` is made by `.build()`"]
pub struct QueryBuilder {
    payment_id: Option<i64>,
    other_trx_code: Option<String>,
    a: Option<bool>,
    b: Option<bool>,
    c: Option<bool>,
}
const _: () = {
    #[automatically_derived]
    impl Query {
        ///Starts a [`Query`], which the builder's `build` finishes.
        pub fn builder() -> QueryBuilder {
            QueryBuilder {
                payment_id: ::core::option::Option::None,
                other_trx_code: ::core::option::Option::None,
                a: ::core::option::Option::None,
                b: ::core::option::Option::None,
                c: ::core::option::Option::None,
            }
        }
    }
    #[automatically_derived]
    #[allow(
        clippy::should_implement_trait,
        clippy::wrong_self_convention,
        reason = "a setter is called as its field"
    )]
    impl QueryBuilder {
        /// The provider's number.
        pub fn payment_id(mut self, payment_id: i64) -> Self {
            self.payment_id = ::core::option::Option::Some(payment_id);
            self
        }
        /// The merchant's number.
        pub fn other_trx_code(
            mut self,
            other_trx_code: impl ::core::convert::Into<String>,
        ) -> Self {
            self.other_trx_code = ::core::option::Option::Some(
                ::core::convert::Into::into(other_trx_code),
            );
            self
        }
        /// A.
        pub fn a(mut self, a: bool) -> Self {
            self.a = ::core::option::Option::Some(a);
            self
        }
        /// B.
        pub fn b(mut self, b: bool) -> Self {
            self.b = ::core::option::Option::Some(b);
            self
        }
        /// C.
        pub fn c(mut self, c: bool) -> Self {
            self.c = ::core::option::Option::Some(c);
            self
        }
        ///Checks the fields and makes the [`Query`].
        ///
        /// # Errors
        /// [`Misuse`](::payments_core::error::Misuse) with the wire name of a field that is
        /// not as described, and what it must be.
        pub fn build(
            self,
        ) -> ::core::result::Result<Query, ::payments_core::error::Misuse> {
            let Self { payment_id, other_trx_code, a, b, c } = self;
            if let ::core::option::Option::Some(other_trx_code) = &other_trx_code {
                ::payments_core::build::text(
                    "OtherTrxCode",
                    other_trx_code,
                    ::payments_core::build::TextRule {
                        min: 1,
                        max: ::core::primitive::usize::MAX,
                        chars: "",
                    },
                )?;
            }
            ::payments_core::build::exactly_one(
                "PaymentId or OtherTrxCode",
                &[payment_id.is_some(), other_trx_code.is_some()],
            )?;
            ::payments_core::build::exactly_one(
                "a, b or c",
                &[a.is_some(), b.is_some(), c.is_some()],
            )?;
            ::core::result::Result::Ok(Query {
                payment_id,
                other_trx_code,
                a,
                b,
                c,
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
impl Query {
    /// The provider's number.
    #[must_use]
    pub fn payment_id(&self) -> ::core::option::Option<i64> {
        self.payment_id
    }
    /// The merchant's number.
    #[must_use]
    pub fn other_trx_code(&self) -> ::core::option::Option<&::core::primitive::str> {
        self.other_trx_code.as_deref()
    }
    /// A.
    #[must_use]
    pub fn a(&self) -> ::core::option::Option<bool> {
        self.a
    }
    /// B.
    #[must_use]
    pub fn b(&self) -> ::core::option::Option<bool> {
        self.b
    }
    /// C.
    #[must_use]
    pub fn c(&self) -> ::core::option::Option<bool> {
        self.c
    }
}
#[automatically_derived]
impl ::payments_core::wire::Wire for Query {
    fn visit(&self, out: &mut dyn ::payments_core::wire::Fields) {
        ::payments_core::wire::Value::put(&self.payment_id, "PaymentId", out);
        ::payments_core::wire::Value::put(&self.other_trx_code, "OtherTrxCode", out);
        ::payments_core::wire::Value::put(&self.a, "a", out);
        ::payments_core::wire::Value::put(&self.b, "b", out);
        ::payments_core::wire::Value::put(&self.c, "c", out);
    }
}
#[automatically_derived]
impl ::payments_core::wire::Value for Query {
    fn put(
        &self,
        name: &::core::primitive::str,
        out: &mut dyn ::payments_core::wire::Fields,
    ) {
        out.object(name, self);
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for Query {
    fn fmt(&self, out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        out.debug_struct("Query")
            .field("payment_id", &self.payment_id)
            .field("other_trx_code", &self.other_trx_code)
            .field("a", &self.a)
            .field("b", &self.b)
            .field("c", &self.c)
            .finish()
    }
}
