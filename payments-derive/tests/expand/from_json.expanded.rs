// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Request of Pay
///Builds a [`Pay`]: give every required field, then [`build`](Self::build).
#[must_use = "a `Pay` is made by `.build()`"]
pub struct PayBuilder<
    TOrderId = ::payments_core::build::Missing,
    TAmount = ::payments_core::build::Missing,
> {
    order_id: TOrderId,
    amount: TAmount,
    return_url: Option<String>,
    valid_until: Option<String>,
    expires_in: Option<i64>,
    items: Vec<Item>,
}
const _: () = {
    #[diagnostic::on_unimplemented(
        message = "`Pay` lacks its `order_id`",
        label = "call `.order_id(…)` before `.build()`",
        note = "`order_id` is `orderId` on the wire and is required"
    )]
    #[doc(hidden)]
    pub trait HasOrderId {
        fn given(self) -> String;
    }
    #[automatically_derived]
    impl HasOrderId for ::payments_core::build::Given<String> {
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
                order_id: ::payments_core::build::Missing,
                amount: ::payments_core::build::Missing,
                return_url: ::core::option::Option::None,
                valid_until: ::core::option::Option::None,
                expires_in: ::core::option::Option::None,
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
    impl<TOrderId, TAmount> PayBuilder<TOrderId, TAmount> {
        /// The number.
        pub fn order_id(
            self,
            order_id: impl ::core::convert::Into<String>,
        ) -> PayBuilder<::payments_core::build::Given<String>, TAmount> {
            PayBuilder {
                order_id: ::payments_core::build::Given(
                    ::core::convert::Into::into(order_id),
                ),
                amount: self.amount,
                return_url: self.return_url,
                valid_until: self.valid_until,
                expires_in: self.expires_in,
                items: self.items,
            }
        }
        /// What is paid.
        pub fn amount(
            self,
            amount: Money,
        ) -> PayBuilder<TOrderId, ::payments_core::build::Given<Money>> {
            PayBuilder {
                amount: ::payments_core::build::Given(amount),
                order_id: self.order_id,
                return_url: self.return_url,
                valid_until: self.valid_until,
                expires_in: self.expires_in,
                items: self.items,
            }
        }
        /// Where the buyer comes back to.
        pub fn return_url(
            mut self,
            return_url: impl ::core::convert::Into<String>,
        ) -> Self {
            self.return_url = ::core::option::Option::Some(
                ::core::convert::Into::into(return_url),
            );
            self
        }
        /// Until when.
        pub fn valid_until(
            mut self,
            valid_until: impl ::core::convert::Into<String>,
        ) -> Self {
            self.valid_until = ::core::option::Option::Some(
                ::core::convert::Into::into(valid_until),
            );
            self
        }
        /// Seconds.
        pub fn expires_in(mut self, expires_in: i64) -> Self {
            self.expires_in = ::core::option::Option::Some(expires_in);
            self
        }
        /// What is bought.
        pub fn items(mut self, items: Vec<Item>) -> Self {
            self.items = items;
            self
        }
        ///Checks the fields and makes the [`Pay`].
        ///
        /// # Errors
        /// [`Misuse`](::payments_core::error::Misuse) with the wire name of a field that is
        /// not as described, and what it must be.
        pub fn build(self) -> ::core::result::Result<Pay, ::payments_core::error::Misuse>
        where
            TOrderId: HasOrderId,
            TAmount: HasAmount,
        {
            let Self { order_id, amount, return_url, valid_until, expires_in, items } = self;
            let order_id = HasOrderId::given(order_id);
            let amount = HasAmount::given(amount);
            ::payments_core::build::text(
                "orderId",
                &order_id,
                ::payments_core::build::TextRule {
                    min: 1,
                    max: ::core::primitive::usize::MAX,
                    chars: "",
                },
            )?;
            ::payments_core::build::money(
                "amount",
                amount,
                ::payments_core::money::wire::Form::Minor,
            )?;
            if let ::core::option::Option::Some(return_url) = &return_url {
                ::payments_core::build::text(
                    "returnUrl",
                    return_url,
                    ::payments_core::build::TextRule {
                        min: 0,
                        max: ::core::primitive::usize::MAX,
                        chars: "",
                    },
                )?;
                ::payments_core::build::link("returnUrl", return_url)?;
            }
            if let ::core::option::Option::Some(valid_until) = &valid_until {
                ::payments_core::build::text(
                    "validUntil",
                    valid_until,
                    ::payments_core::build::TextRule {
                        min: 0,
                        max: ::core::primitive::usize::MAX,
                        chars: "",
                    },
                )?;
                ::payments_core::build::time("validUntil", valid_until)?;
            }
            if let ::core::option::Option::Some(expires_in) = &expires_in {
                ::payments_core::build::integer(
                    "expiresIn",
                    *expires_in,
                    1,
                    ::core::primitive::i64::MAX,
                )?;
            }
            let currency = ::payments_core::build::currency(
                "currency",
                amount.currency(),
                &[::core::option::Option::Some(amount.currency())],
                currency_text,
            )?;
            ::core::result::Result::Ok(Pay {
                order_id,
                amount,
                currency,
                return_url,
                valid_until,
                expires_in,
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
impl Pay {
    /// The number.
    #[must_use]
    pub fn order_id(&self) -> &::core::primitive::str {
        &self.order_id
    }
    /// What is paid.
    #[must_use]
    pub fn amount(&self) -> Money {
        self.amount
    }
    /// The currency of it.
    #[must_use]
    pub fn currency(&self) -> &'static str {
        self.currency
    }
    /// Where the buyer comes back to.
    #[must_use]
    pub fn return_url(&self) -> ::core::option::Option<&::core::primitive::str> {
        self.return_url.as_deref()
    }
    /// Until when.
    #[must_use]
    pub fn valid_until(&self) -> ::core::option::Option<&::core::primitive::str> {
        self.valid_until.as_deref()
    }
    /// Seconds.
    #[must_use]
    pub fn expires_in(&self) -> ::core::option::Option<i64> {
        self.expires_in
    }
    /// What is bought.
    #[must_use]
    pub fn items(&self) -> &Vec<Item> {
        &self.items
    }
}
#[automatically_derived]
impl ::payments_core::wire::Wire for Pay {
    fn visit(&self, out: &mut dyn ::payments_core::wire::Fields) {
        ::payments_core::wire::Value::put(&self.order_id, "orderId", out);
        ::payments_core::wire::put_money(
            "amount",
            ::payments_core::money::wire::Form::Minor,
            self.amount,
            out,
        );
        ::payments_core::wire::Value::put(&self.currency, "currency", out);
        ::payments_core::wire::Value::put(&self.return_url, "returnUrl", out);
        ::payments_core::wire::Value::put(&self.valid_until, "validUntil", out);
        ::payments_core::wire::Value::put(&self.expires_in, "expiresIn", out);
        ::payments_core::wire::Value::put(&self.items, "items", out);
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
            .field("order_id", &self.order_id)
            .field("amount", &self.amount)
            .field("currency", &self.currency)
            .field("return_url", &self.return_url)
            .field("valid_until", &self.valid_until)
            .field("expires_in", &self.expires_in)
            .field("items", &self.items)
            .finish()
    }
}

// FromJson of Pay
#[automatically_derived]
impl Pay {
    /// Reads it from JSON, under any of the names of its fields, and checks it as its builder
    /// does. Whether other fields are passed over, the object says.
    ///
    /// # Errors
    /// [`Misuse`](::payments_core::error::Misuse) with the wire name of a field that is
    /// missing, doubled, or not as described; it does not repeat the value.
    pub fn from_object(
        object: &::payments_core::json::Object<'_>,
    ) -> ::core::result::Result<Self, ::payments_core::error::Misuse> {
        object
            .refuse_others(
                &[
                    "orderId",
                    "OrderId",
                    "order_id",
                    "amount",
                    "currency",
                    "currencyCode",
                    "returnUrl",
                    "validUntil",
                    "expiresIn",
                    "items",
                ],
            )?;
        PayBuilder {
            order_id: ::payments_core::build::Given(
                ::payments_core::build::required(
                    "orderId",
                    object.read::<String>(&["orderId", "OrderId", "order_id"])?,
                )?,
            ),
            amount: ::payments_core::build::Given(
                ::payments_core::build::required(
                    "amount",
                    object
                        .read_money(
                            &["amount"],
                            ::payments_core::money::wire::Form::Minor,
                            &["currency", "currencyCode"],
                            currency_of,
                        )?,
                )?,
            ),
            return_url: object.read::<String>(&["returnUrl"])?,
            valid_until: object.read::<String>(&["validUntil"])?,
            expires_in: object.read::<i64>(&["expiresIn"])?,
            items: object.read::<Vec<Item>>(&["items"])?.unwrap_or_default(),
        }
            .build()
    }
}
#[automatically_derived]
impl ::payments_core::json::FromJson for Pay {
    fn from_json(
        field: &'static ::core::primitive::str,
        text: &::core::primitive::str,
        reading: ::payments_core::json::Reading,
    ) -> ::core::result::Result<Self, ::payments_core::error::Misuse> {
        Self::from_object(&reading.object(field, text)?)
    }
}

// Request of Item
///Builds a [`Item`]: give every required field, then [`build`](Self::build).
#[must_use = "a `Item` is made by `.build()`"]
pub struct ItemBuilder<TName = ::payments_core::build::Missing> {
    name: TName,
    kind: Option<Kind>,
}
const _: () = {
    #[diagnostic::on_unimplemented(
        message = "`Item` lacks its `name`",
        label = "call `.name(…)` before `.build()`",
        note = "`name` is `name` on the wire and is required"
    )]
    #[doc(hidden)]
    pub trait HasName {
        fn given(self) -> String;
    }
    #[automatically_derived]
    impl HasName for ::payments_core::build::Given<String> {
        fn given(self) -> String {
            self.0
        }
    }
    #[automatically_derived]
    impl Item {
        ///Starts a [`Item`], which the builder's `build` finishes.
        pub fn builder() -> ItemBuilder {
            ItemBuilder {
                name: ::payments_core::build::Missing,
                kind: ::core::option::Option::None,
            }
        }
    }
    #[automatically_derived]
    #[allow(
        clippy::should_implement_trait,
        clippy::wrong_self_convention,
        reason = "a setter is called as its field"
    )]
    impl<TName> ItemBuilder<TName> {
        /// Its name.
        pub fn name(
            self,
            name: impl ::core::convert::Into<String>,
        ) -> ItemBuilder<::payments_core::build::Given<String>> {
            ItemBuilder {
                name: ::payments_core::build::Given(::core::convert::Into::into(name)),
                kind: self.kind,
            }
        }
        /// What it is.
        pub fn kind(mut self, kind: impl ::core::convert::Into<Kind>) -> Self {
            self.kind = ::core::option::Option::Some(::core::convert::Into::into(kind));
            self
        }
        ///Checks the fields and makes the [`Item`].
        ///
        /// # Errors
        /// [`Misuse`](::payments_core::error::Misuse) with the wire name of a field that is
        /// not as described, and what it must be.
        pub fn build(
            self,
        ) -> ::core::result::Result<Item, ::payments_core::error::Misuse>
        where
            TName: HasName,
        {
            let Self { name, kind } = self;
            let name = HasName::given(name);
            ::payments_core::build::text(
                "name",
                &name,
                ::payments_core::build::TextRule {
                    min: 1,
                    max: ::core::primitive::usize::MAX,
                    chars: "",
                },
            )?;
            if let ::core::option::Option::Some(kind) = &kind {
                ::payments_core::build::number("kind", kind.as_str())?;
            }
            ::core::result::Result::Ok(Item { name, kind })
        }
    }
};
#[automatically_derived]
#[allow(
    clippy::should_implement_trait,
    clippy::wrong_self_convention,
    reason = "an accessor is called as its field"
)]
impl Item {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &::core::primitive::str {
        &self.name
    }
    /// What it is.
    #[must_use]
    pub fn kind(&self) -> ::core::option::Option<&Kind> {
        self.kind.as_ref()
    }
}
#[automatically_derived]
impl ::payments_core::wire::Wire for Item {
    fn visit(&self, out: &mut dyn ::payments_core::wire::Fields) {
        ::payments_core::wire::Value::put(&self.name, "name", out);
        if let ::core::option::Option::Some(kind) = &self.kind {
            ::payments_core::wire::put_number("kind", <Kind>::as_str(kind), out);
        }
    }
}
#[automatically_derived]
impl ::payments_core::wire::Value for Item {
    fn put(
        &self,
        name: &::core::primitive::str,
        out: &mut dyn ::payments_core::wire::Fields,
    ) {
        out.object(name, self);
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for Item {
    fn fmt(&self, out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        out.debug_struct("Item")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .finish()
    }
}

// FromJson of Item
#[automatically_derived]
impl Item {
    /// Reads it from JSON, under any of the names of its fields, and checks it as its builder
    /// does. Whether other fields are passed over, the object says.
    ///
    /// # Errors
    /// [`Misuse`](::payments_core::error::Misuse) with the wire name of a field that is
    /// missing, doubled, or not as described; it does not repeat the value.
    pub fn from_object(
        object: &::payments_core::json::Object<'_>,
    ) -> ::core::result::Result<Self, ::payments_core::error::Misuse> {
        object.refuse_others(&["name", "kind"])?;
        ItemBuilder {
            name: ::payments_core::build::Given(
                ::payments_core::build::required(
                    "name",
                    object.read::<String>(&["name"])?,
                )?,
            ),
            kind: object.read_number::<Kind>(&["kind"])?,
        }
            .build()
    }
}
#[automatically_derived]
impl ::payments_core::json::FromJson for Item {
    fn from_json(
        field: &'static ::core::primitive::str,
        text: &::core::primitive::str,
        reading: ::payments_core::json::Reading,
    ) -> ::core::result::Result<Self, ::payments_core::error::Misuse> {
        Self::from_object(&reading.object(field, text)?)
    }
}
