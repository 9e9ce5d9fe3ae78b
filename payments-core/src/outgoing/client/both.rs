//! Methods for both clients of a provider crate.

/// Adds methods to the async and the blocking client of the provider crate that writes them: each a
/// query, and what is made of its reply. Each client is there with its feature only.
///
/// The crate has the clients where the generator puts them, `crate::calls::Client` and
/// `crate::calls::blocking::Client`, and the features `client` and `blocking`.
#[macro_export]
#[expect(
    clippy::crate_in_macro_def,
    reason = "the clients are those of the crate that writes the method"
)]
macro_rules! on_both_clients {
    ($(
        $(#[$doc:meta])*
        pub fn $name:ident($($argument:ident: $type:ty),* $(,)?) -> $out:ty {
            $call:ident($query:expr) => |$reply:ident| $judged:expr
        }
    )+) => {
        #[cfg(feature = "client")]
        impl crate::calls::Client {$(
            $(#[$doc])*
            pub async fn $name(&self, $($argument: $type),*) -> $out {
                let $reply = self.$call($query).await?;
                $judged
            }
        )+}

        #[cfg(feature = "blocking")]
        impl crate::calls::blocking::Client {$(
            $(#[$doc])*
            pub fn $name(&self, $($argument: $type),*) -> $out {
                let $reply = self.$call($query)?;
                $judged
            }
        )+}
    };
}
