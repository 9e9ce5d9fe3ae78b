// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Request of Item
///Builds a [`Item`]: give every required field, then [`build`](Self::build).
#[must_use = "a `Item` is made by `.build()`"]
pub struct ItemBuilder {
    name: Option<String>,
}
const _: () = {
    #[automatically_derived]
    impl Item {
        ///Starts a [`Item`], which the builder's `build` finishes.
        pub fn builder() -> ItemBuilder {
            ItemBuilder {
                name: ::core::option::Option::None,
            }
        }
    }
    #[automatically_derived]
    #[allow(
        clippy::should_implement_trait,
        clippy::wrong_self_convention,
        reason = "a setter is called as its field"
    )]
    impl ItemBuilder {
        /// Its name.
        pub fn name(mut self, name: impl ::core::convert::Into<String>) -> Self {
            self.name = ::core::option::Option::Some(::core::convert::Into::into(name));
            self
        }
        ///Checks the fields and makes the [`Item`].
        ///
        /// # Errors
        /// [`Misuse`](::payments_core::error::Misuse) with the wire name of a field that is
        /// not as described, and what it must be.
        pub fn build(
            self,
        ) -> ::core::result::Result<Item, ::payments_core::error::Misuse> {
            let Self { name } = self;
            if let ::core::option::Option::Some(name) = &name {
                ::payments_core::build::text(
                    "name",
                    name,
                    ::payments_core::build::TextRule {
                        min: 0,
                        max: ::core::primitive::usize::MAX,
                        chars: "",
                    },
                )?;
            }
            ::core::result::Result::Ok(Item { name })
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
    pub fn name(&self) -> ::core::option::Option<&::core::primitive::str> {
        self.name.as_deref()
    }
}
#[automatically_derived]
impl ::payments_core::wire::Wire for Item {
    fn visit(&self, out: &mut dyn ::payments_core::wire::Fields) {
        ::payments_core::wire::Value::put(&self.name, "name", out);
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
        out.debug_struct("Item").field("name", &self.name).finish()
    }
}

// Request of Basket
///Builds a [`Basket`]: give every required field, then [`build`](Self::build).
#[must_use = "a `Basket` is made by `.build()`"]
pub struct BasketBuilder<TFirst = ::payments_core::build::Missing> {
    first: TFirst,
    items: Vec<Item>,
    more: Option<Vec<Item>>,
    best: Option<Item>,
    count: Option<i64>,
    share: Option<Decimal>,
    password: Option<Secret<String>>,
}
const _: () = {
    #[diagnostic::on_unimplemented(
        message = "`Basket` lacks its `first`",
        label = "call `.first(…)` before `.build()`",
        note = "`first` is `first` on the wire and is required"
    )]
    #[doc(hidden)]
    pub trait HasFirst {
        fn given(self) -> Item;
    }
    #[automatically_derived]
    impl HasFirst for ::payments_core::build::Given<Item> {
        fn given(self) -> Item {
            self.0
        }
    }
    #[automatically_derived]
    impl Basket {
        ///Starts a [`Basket`], which the builder's `build` finishes.
        pub fn builder() -> BasketBuilder {
            BasketBuilder {
                first: ::payments_core::build::Missing,
                items: ::std::vec::Vec::new(),
                more: ::core::option::Option::None,
                best: ::core::option::Option::None,
                count: ::core::option::Option::None,
                share: ::core::option::Option::None,
                password: ::core::option::Option::None,
            }
        }
    }
    #[automatically_derived]
    #[allow(
        clippy::should_implement_trait,
        clippy::wrong_self_convention,
        reason = "a setter is called as its field"
    )]
    impl<TFirst> BasketBuilder<TFirst> {
        /// The first item.
        pub fn first(
            self,
            first: impl ::core::convert::Into<Item>,
        ) -> BasketBuilder<::payments_core::build::Given<Item>> {
            BasketBuilder {
                first: ::payments_core::build::Given(::core::convert::Into::into(first)),
                items: self.items,
                more: self.more,
                best: self.best,
                count: self.count,
                share: self.share,
                password: self.password,
            }
        }
        /// The items.
        pub fn items(mut self, items: Vec<Item>) -> Self {
            self.items = items;
            self
        }
        /// More items.
        pub fn more(mut self, more: Vec<Item>) -> Self {
            self.more = ::core::option::Option::Some(more);
            self
        }
        /// The best of them.
        pub fn best(mut self, best: impl ::core::convert::Into<Item>) -> Self {
            self.best = ::core::option::Option::Some(::core::convert::Into::into(best));
            self
        }
        /// How many.
        pub fn count(mut self, count: i64) -> Self {
            self.count = ::core::option::Option::Some(count);
            self
        }
        /// How much.
        pub fn share(mut self, share: Decimal) -> Self {
            self.share = ::core::option::Option::Some(share);
            self
        }
        /// Who.
        pub fn password(
            mut self,
            password: impl ::core::convert::Into<Secret<String>>,
        ) -> Self {
            self.password = ::core::option::Option::Some(
                ::core::convert::Into::into(password),
            );
            self
        }
        ///Checks the fields and makes the [`Basket`].
        ///
        /// # Errors
        /// [`Misuse`](::payments_core::error::Misuse) with the wire name of a field that is
        /// not as described, and what it must be.
        pub fn build(
            self,
        ) -> ::core::result::Result<Basket, ::payments_core::error::Misuse>
        where
            TFirst: HasFirst,
        {
            let Self { first, items, more, best, count, share, password } = self;
            let first = HasFirst::given(first);
            if let ::core::option::Option::Some(password) = &password {
                ::payments_core::build::text(
                    "password",
                    password.expose(),
                    ::payments_core::build::TextRule {
                        min: 0,
                        max: ::core::primitive::usize::MAX,
                        chars: "",
                    },
                )?;
            }
            ::core::result::Result::Ok(Basket {
                first,
                items,
                more,
                best,
                count,
                share,
                password,
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
impl Basket {
    /// The first item.
    #[must_use]
    pub fn first(&self) -> &Item {
        &self.first
    }
    /// The items.
    #[must_use]
    pub fn items(&self) -> &Vec<Item> {
        &self.items
    }
    /// More items.
    #[must_use]
    pub fn more(&self) -> ::core::option::Option<&Vec<Item>> {
        self.more.as_ref()
    }
    /// The best of them.
    #[must_use]
    pub fn best(&self) -> ::core::option::Option<&Item> {
        self.best.as_ref()
    }
    /// How many.
    #[must_use]
    pub fn count(&self) -> ::core::option::Option<i64> {
        self.count
    }
    /// How much.
    #[must_use]
    pub fn share(&self) -> ::core::option::Option<Decimal> {
        self.share
    }
    /// Who.
    #[must_use]
    pub fn password(&self) -> ::core::option::Option<&Secret<String>> {
        self.password.as_ref()
    }
}
#[automatically_derived]
impl ::payments_core::wire::Wire for Basket {
    fn visit(&self, out: &mut dyn ::payments_core::wire::Fields) {
        ::payments_core::wire::Value::put(&self.first, "first", out);
        ::payments_core::wire::Value::put(&self.items, "items", out);
        ::payments_core::wire::Value::put(&self.more, "more", out);
        ::payments_core::wire::Value::put(&self.best, "best", out);
        ::payments_core::wire::Value::put(&self.count, "count", out);
        ::payments_core::wire::Value::put(&self.share, "share", out);
        ::payments_core::wire::Value::put(&self.password, "password", out);
    }
}
#[automatically_derived]
impl ::payments_core::wire::Value for Basket {
    fn put(
        &self,
        name: &::core::primitive::str,
        out: &mut dyn ::payments_core::wire::Fields,
    ) {
        out.object(name, self);
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for Basket {
    fn fmt(&self, out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        out.debug_struct("Basket")
            .field("first", &self.first)
            .field("items", &self.items)
            .field("more", &self.more)
            .field("best", &self.best)
            .field("count", &self.count)
            .field("share", &self.share)
            .field("password", &self.password)
            .finish()
    }
}
