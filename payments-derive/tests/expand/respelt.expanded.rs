// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.

// Respelt of Session
const _: () = {
    #[derive(::payments_core::serde::Deserialize)]
    #[serde(crate = "::payments_core::serde", transparent)]
    struct Field0(String);
    #[derive(::payments_core::serde::Deserialize)]
    #[serde(crate = "::payments_core::serde", transparent)]
    struct Field1(Option<String>);
    #[derive(::payments_core::serde::Deserialize)]
    #[serde(crate = "::payments_core::serde", transparent)]
    struct Field2(
        #[serde(deserialize_with = "payments_core::json::lenient_integer")]
        Option<i64>,
    );
    #[derive(::payments_core::serde::Deserialize)]
    #[serde(crate = "::payments_core::serde")]
    struct AsWritten {
        #[serde(rename = "sessionId", default)]
        session_id: ::core::option::Option<Field0>,
        #[serde(rename = "sid", default)]
        session_id_1: ::core::option::Option<Field0>,
        #[serde(rename = "session_id", default)]
        session_id_2: ::core::option::Option<Field0>,
        #[serde(rename = "kind", default)]
        kind: ::core::option::Option<Field1>,
        #[serde(rename = "sessionType", default)]
        kind_1: ::core::option::Option<Field1>,
        #[serde(rename = "expiresIn", default)]
        expires_in: ::core::option::Option<Field2>,
        #[serde(rename = "ttl", default)]
        expires_in_1: ::core::option::Option<Field2>,
        note: Option<String>,
    }
    #[automatically_derived]
    impl<'de> ::payments_core::serde::Deserialize<'de> for Session {
        fn deserialize<D: ::payments_core::serde::Deserializer<'de>>(
            input: D,
        ) -> ::core::result::Result<Self, D::Error> {
            let AsWritten {
                session_id,
                session_id_1,
                session_id_2,
                kind,
                kind_1,
                expires_in,
                expires_in_1,
                note,
            } = ::payments_core::serde::Deserialize::deserialize(input)?;
            let session_id = ::payments_core::json::one_value([
                    session_id.map(|one| one.0),
                    session_id_1.map(|one| one.0),
                    session_id_2.map(|one| one.0),
                ])?
                .ok_or_else(|| {
                    <D::Error as ::payments_core::serde::de::Error>::missing_field(
                        "sessionId",
                    )
                })?;
            let kind = ::payments_core::json::one_value([
                    kind.map(|one| one.0),
                    kind_1.map(|one| one.0),
                ])?
                .flatten();
            let expires_in = ::payments_core::json::one_value([
                    expires_in.map(|one| one.0),
                    expires_in_1.map(|one| one.0),
                ])?
                .flatten();
            ::core::result::Result::Ok(Self {
                session_id,
                kind,
                expires_in,
                note,
            })
        }
    }
};

// Priced of Paid
const _: () = {
    #[derive(::payments_core::serde::Deserialize)]
    #[serde(crate = "::payments_core::serde", transparent)]
    struct Field0(::payments_core::Decimal);
    #[derive(::payments_core::serde::Deserialize)]
    #[serde(crate = "::payments_core::serde", transparent)]
    struct Field1(::core::option::Option<::payments_core::Decimal>);
    #[derive(::payments_core::serde::Deserialize)]
    #[serde(crate = "::payments_core::serde", transparent)]
    struct Field2(String);
    #[derive(::payments_core::serde::Deserialize)]
    #[serde(crate = "::payments_core::serde")]
    struct AsWritten {
        #[serde(rename = "amount", default)]
        amount: ::core::option::Option<Field0>,
        #[serde(rename = "paidAmount", default)]
        amount_1: ::core::option::Option<Field0>,
        #[serde(rename = "fee", default)]
        fee: ::core::option::Option<Field1>,
        #[serde(rename = "cost", default)]
        fee_1: ::core::option::Option<Field1>,
        #[serde(rename = "currency", default)]
        currency: ::core::option::Option<Field2>,
        #[serde(rename = "currencyCode", default)]
        currency_1: ::core::option::Option<Field2>,
    }
    #[automatically_derived]
    impl<'de> ::payments_core::serde::Deserialize<'de> for Paid {
        fn deserialize<D: ::payments_core::serde::Deserializer<'de>>(
            input: D,
        ) -> ::core::result::Result<Self, D::Error> {
            let AsWritten { amount, amount_1, fee, fee_1, currency, currency_1 } = ::payments_core::serde::Deserialize::deserialize(
                input,
            )?;
            let amount = ::payments_core::json::one_value([
                    amount.map(|one| one.0),
                    amount_1.map(|one| one.0),
                ])?
                .ok_or_else(|| {
                    <D::Error as ::payments_core::serde::de::Error>::missing_field(
                        "amount",
                    )
                })?;
            let fee = ::payments_core::json::one_value([
                    fee.map(|one| one.0),
                    fee_1.map(|one| one.0),
                ])?
                .flatten();
            let currency = ::payments_core::json::one_value([
                    currency.map(|one| one.0),
                    currency_1.map(|one| one.0),
                ])?
                .ok_or_else(|| {
                    <D::Error as ::payments_core::serde::de::Error>::missing_field(
                        "currency",
                    )
                })?;
            let amount = amount;
            let amount = ::payments_core::json::priced(
                amount,
                ::payments_core::money::wire::Form::TrimmedNumber,
                &currency,
                currency_of,
            )?;
            let fee = fee
                .map(|amount| ::payments_core::json::priced(
                    amount,
                    ::payments_core::money::wire::Form::TrimmedNumber,
                    &currency,
                    currency_of,
                ))
                .transpose()?;
            ::core::result::Result::Ok(Self { amount, fee, currency })
        }
    }
};
