// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Request of Ping
///Builds a [`Ping`]: give every required field, then [`build`](Self::build).
#[must_use = "a `Ping` is made by `.build()`"]
pub struct PingBuilder {}
const _: () = {
    #[automatically_derived]
    impl Ping {
        ///Starts a [`Ping`], which the builder's `build` finishes.
        pub fn builder() -> PingBuilder {
            PingBuilder {}
        }
    }
    #[automatically_derived]
    #[allow(
        clippy::should_implement_trait,
        clippy::wrong_self_convention,
        reason = "a setter is called as its field"
    )]
    impl PingBuilder {
        ///Checks the fields and makes the [`Ping`].
        ///
        /// # Errors
        /// [`Misuse`](::payments_core::error::Misuse) with the wire name of a field that is
        /// not as described, and what it must be.
        pub fn build(
            self,
        ) -> ::core::result::Result<Ping, ::payments_core::error::Misuse> {
            let Self {} = self;
            ::core::result::Result::Ok(Ping {})
        }
    }
};
#[automatically_derived]
impl ::payments_core::wire::Wire for Ping {
    fn visit(&self, _out: &mut dyn ::payments_core::wire::Fields) {}
}
#[automatically_derived]
impl ::payments_core::wire::Value for Ping {
    fn put(
        &self,
        name: &::core::primitive::str,
        out: &mut dyn ::payments_core::wire::Fields,
    ) {
        out.object(name, self);
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for Ping {
    fn fmt(&self, out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        out.debug_struct("Ping").finish()
    }
}
