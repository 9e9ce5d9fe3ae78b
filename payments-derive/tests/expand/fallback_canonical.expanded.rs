// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Canonical of Webhook
// error in line 4 at "orderNumber"
//     no field has the wire name `orderNumber` (did you mean `orderNo`?); known: `orderNo`
#[automatically_derived]
impl ::payments_core::signing::Canonical for Webhook {
    type Keys = WebhookKeys;
    fn stream<S: ::payments_core::signing::Sink>(
        &self,
        _: &Self::Keys,
        _: &mut S,
    ) -> ::core::result::Result<(), ::payments_core::signing::Refusal> {
        ::core::result::Result::Ok(())
    }
}

// Canonical of Generic
// error in line 12 at 'a, T: Clone
//     `Canonical` takes no generics and no lifetimes: a message owns plain fields
#[automatically_derived]
impl<'a, T: Clone> ::payments_core::signing::Canonical for Generic<'a, T>
where
    T: Default,
{
    type Keys = ();
    fn stream<S: ::payments_core::signing::Sink>(
        &self,
        _: &Self::Keys,
        _: &mut S,
    ) -> ::core::result::Result<(), ::payments_core::signing::Refusal> {
        ::core::result::Result::Ok(())
    }
}
