// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Request of Texts
///Builds a [`Texts`]: give every required field, then [`build`](Self::build).
#[must_use = "a `Texts` is made by `.build()`"]
pub struct TextsBuilder<
    TPlain = ::payments_core::build::Missing,
    TRuled = ::payments_core::build::Missing,
    TSecret = ::payments_core::build::Missing,
> {
    plain: TPlain,
    ruled: TRuled,
    secret: TSecret,
    note: Option<String>,
    pin: Option<Secret<String>>,
}
const _: () = {
    #[diagnostic::on_unimplemented(
        message = "`Texts` lacks its `plain`",
        label = "call `.plain(…)` before `.build()`",
        note = "`plain` is `plain` on the wire and is required"
    )]
    #[doc(hidden)]
    pub trait HasPlain {
        fn given(self) -> String;
    }
    #[automatically_derived]
    impl HasPlain for ::payments_core::build::Given<String> {
        fn given(self) -> String {
            self.0
        }
    }
    #[diagnostic::on_unimplemented(
        message = "`Texts` lacks its `ruled`",
        label = "call `.ruled(…)` before `.build()`",
        note = "`ruled` is `ruled` on the wire and is required"
    )]
    #[doc(hidden)]
    pub trait HasRuled {
        fn given(self) -> String;
    }
    #[automatically_derived]
    impl HasRuled for ::payments_core::build::Given<String> {
        fn given(self) -> String {
            self.0
        }
    }
    #[diagnostic::on_unimplemented(
        message = "`Texts` lacks its `secret`",
        label = "call `.secret(…)` before `.build()`",
        note = "`secret` is `secret` on the wire and is required"
    )]
    #[doc(hidden)]
    pub trait HasSecret {
        fn given(self) -> Secret<String>;
    }
    #[automatically_derived]
    impl HasSecret for ::payments_core::build::Given<Secret<String>> {
        fn given(self) -> Secret<String> {
            self.0
        }
    }
    #[automatically_derived]
    impl Texts {
        ///Starts a [`Texts`], which the builder's `build` finishes.
        pub fn builder() -> TextsBuilder {
            TextsBuilder {
                plain: ::payments_core::build::Missing,
                ruled: ::payments_core::build::Missing,
                secret: ::payments_core::build::Missing,
                note: ::core::option::Option::None,
                pin: ::core::option::Option::None,
            }
        }
    }
    #[automatically_derived]
    #[allow(
        clippy::should_implement_trait,
        clippy::wrong_self_convention,
        reason = "a setter is called as its field"
    )]
    impl<TPlain, TRuled, TSecret> TextsBuilder<TPlain, TRuled, TSecret> {
        /// Anything but control characters.
        pub fn plain(
            self,
            plain: impl ::core::convert::Into<String>,
        ) -> TextsBuilder<::payments_core::build::Given<String>, TRuled, TSecret> {
            TextsBuilder {
                plain: ::payments_core::build::Given(::core::convert::Into::into(plain)),
                ruled: self.ruled,
                secret: self.secret,
                note: self.note,
                pin: self.pin,
            }
        }
        /// All rules.
        pub fn ruled(
            self,
            ruled: impl ::core::convert::Into<String>,
        ) -> TextsBuilder<TPlain, ::payments_core::build::Given<String>, TSecret> {
            TextsBuilder {
                ruled: ::payments_core::build::Given(::core::convert::Into::into(ruled)),
                plain: self.plain,
                secret: self.secret,
                note: self.note,
                pin: self.pin,
            }
        }
        /// A secret.
        pub fn secret(
            self,
            secret: impl ::core::convert::Into<Secret<String>>,
        ) -> TextsBuilder<
            TPlain,
            TRuled,
            ::payments_core::build::Given<Secret<String>>,
        > {
            TextsBuilder {
                secret: ::payments_core::build::Given(
                    ::core::convert::Into::into(secret),
                ),
                plain: self.plain,
                ruled: self.ruled,
                note: self.note,
                pin: self.pin,
            }
        }
        /// A text that may be absent.
        pub fn note(mut self, note: impl ::core::convert::Into<String>) -> Self {
            self.note = ::core::option::Option::Some(::core::convert::Into::into(note));
            self
        }
        /// A secret that may be absent.
        pub fn pin(mut self, pin: impl ::core::convert::Into<Secret<String>>) -> Self {
            self.pin = ::core::option::Option::Some(::core::convert::Into::into(pin));
            self
        }
        ///Checks the fields and makes the [`Texts`].
        ///
        /// # Errors
        /// [`Misuse`](::payments_core::error::Misuse) with the wire name of a field that is
        /// not as described, and what it must be.
        pub fn build(
            self,
        ) -> ::core::result::Result<Texts, ::payments_core::error::Misuse>
        where
            TPlain: HasPlain,
            TRuled: HasRuled,
            TSecret: HasSecret,
        {
            let Self { plain, ruled, secret, note, pin } = self;
            let plain = HasPlain::given(plain);
            let ruled = HasRuled::given(ruled);
            let secret = HasSecret::given(secret);
            ::payments_core::build::text(
                "plain",
                &plain,
                ::payments_core::build::TextRule {
                    min: 0,
                    max: ::core::primitive::usize::MAX,
                    chars: "",
                },
            )?;
            ::payments_core::build::text(
                "ruled",
                &ruled,
                ::payments_core::build::TextRule {
                    min: 1,
                    max: 64,
                    chars: "A-Za-z0-9_-",
                },
            )?;
            ::payments_core::build::text(
                "secret",
                secret.expose(),
                ::payments_core::build::TextRule {
                    min: 8,
                    max: ::core::primitive::usize::MAX,
                    chars: "",
                },
            )?;
            if let ::core::option::Option::Some(note) = &note {
                ::payments_core::build::text(
                    "note",
                    note,
                    ::payments_core::build::TextRule {
                        min: 0,
                        max: 255,
                        chars: "",
                    },
                )?;
            }
            if let ::core::option::Option::Some(pin) = &pin {
                ::payments_core::build::text(
                    "pin",
                    pin.expose(),
                    ::payments_core::build::TextRule {
                        min: 4,
                        max: 4,
                        chars: "0-9",
                    },
                )?;
            }
            ::core::result::Result::Ok(Texts {
                plain,
                ruled,
                secret,
                note,
                pin,
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
impl Texts {
    /// Anything but control characters.
    #[must_use]
    pub fn plain(&self) -> &::core::primitive::str {
        &self.plain
    }
    /// All rules.
    #[must_use]
    pub fn ruled(&self) -> &::core::primitive::str {
        &self.ruled
    }
    /// A secret.
    #[must_use]
    pub fn secret(&self) -> &Secret<String> {
        &self.secret
    }
    /// A text that may be absent.
    #[must_use]
    pub fn note(&self) -> ::core::option::Option<&::core::primitive::str> {
        self.note.as_deref()
    }
    /// A secret that may be absent.
    #[must_use]
    pub fn pin(&self) -> ::core::option::Option<&Secret<String>> {
        self.pin.as_ref()
    }
}
#[automatically_derived]
impl ::payments_core::wire::Wire for Texts {
    fn visit(&self, out: &mut dyn ::payments_core::wire::Fields) {
        ::payments_core::wire::Value::put(&self.plain, "plain", out);
        ::payments_core::wire::Value::put(&self.ruled, "ruled", out);
        ::payments_core::wire::Value::put(&self.secret, "secret", out);
        ::payments_core::wire::Value::put(&self.note, "note", out);
        ::payments_core::wire::Value::put(&self.pin, "pin", out);
    }
}
#[automatically_derived]
impl ::payments_core::wire::Value for Texts {
    fn put(
        &self,
        name: &::core::primitive::str,
        out: &mut dyn ::payments_core::wire::Fields,
    ) {
        out.object(name, self);
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for Texts {
    fn fmt(&self, out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        out.debug_struct("Texts")
            .field("plain", &self.plain)
            .field("ruled", &self.ruled)
            .field("secret", &self.secret)
            .field("note", &self.note)
            .field("pin", &self.pin)
            .finish()
    }
}
