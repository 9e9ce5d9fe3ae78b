// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Priced of Payment
const _: () = {
    #[derive(::payments_core::serde::Deserialize)]
    #[serde(crate = "::payments_core::serde")]
    struct AsWritten {
        #[serde(rename = "Amount")]
        amount: ::payments_core::Decimal,
        #[serde(rename = "Fee", default)]
        fee: ::core::option::Option<::payments_core::Decimal>,
        #[serde(rename = "CurrencyCode")]
        currency_code: String,
        note: Option<String>,
    }
    #[automatically_derived]
    impl<'de> ::payments_core::serde::Deserialize<'de> for Payment {
        fn deserialize<D: ::payments_core::serde::Deserializer<'de>>(
            input: D,
        ) -> ::core::result::Result<Self, D::Error> {
            let AsWritten { amount, fee, currency_code, note } = ::payments_core::serde::Deserialize::deserialize(
                input,
            )?;
            let amount = amount;
            let amount = ::payments_core::json::priced(
                amount,
                ::payments_core::money::wire::Form::TrimmedNumber,
                &currency_code,
                currency_of,
            )?;
            let fee = fee
                .map(|amount| ::payments_core::json::priced(
                    amount,
                    ::payments_core::money::wire::Form::Decimal,
                    &currency_code,
                    currency_of,
                ))
                .transpose()?;
            ::core::result::Result::Ok(Self {
                amount,
                fee,
                currency_code,
                note,
            })
        }
    }
};
