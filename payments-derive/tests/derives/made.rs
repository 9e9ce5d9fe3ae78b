//! Choices, what follows from other fields, and what is written as a number.

use payments_core::{Currency, Money};

use super::cases::{priced, request_choice, request_made, request_numbers};
use super::{check, misuse, php, wire};

#[test]
fn one_member_of_a_choice_is_written() {
    use request_choice::{Payment, Refund, RefundAmount};
    let builder = |payment: Payment| Refund::builder().note("n").payment(payment);
    let by_code = builder(Payment::OtherTrxCode("A-1".into()));
    let refund = by_code.amount(RefundAmount::Everything).build().unwrap();
    assert_eq!(refund.payment().other_trx_code(), Some("A-1"));
    assert_eq!(refund.payment().dealer_payment_id(), None);
    assert_eq!(refund.amount().amount(), None);
    assert_eq!(
        wire(&refund),
        r#"DealerPaymentId="" OtherTrxCode="A-1" Phone="" Kind="" Note="n""#
    );
    let part = RefundAmount::Amount(php(1050));
    let by_id = builder(Payment::DealerPaymentId(7));
    let refund = by_id.amount(part.clone()).build().unwrap();
    assert_eq!(refund.amount().amount(), Some(php(1050)));
    assert_eq!(
        wire(&refund),
        r#"DealerPaymentId=7 OtherTrxCode="" Phone="" Kind="" Amount=10.5 Note="n""#
    );
    let kind = Payment::Kind(request_choice::Kind::Card);
    let refund = builder(kind).amount(part.clone()).build().unwrap();
    assert_eq!(refund.payment().kind(), Some(&request_choice::Kind::Card));
    assert!(wire(&refund).contains(r#"Phone="" Kind=3 Amount"#));

    let check = |payment: Payment, amount: RefundAmount, expect: &str| {
        assert_eq!(misuse(builder(payment).amount(amount).build()), expect);
    };
    let no_digits = request_choice::Kind::from("x");
    check(
        Payment::OtherTrxCode("".into()),
        part.clone(),
        "`OtherTrxCode` must not be empty",
    );
    check(
        Payment::DealerPaymentId(0),
        part.clone(),
        "`DealerPaymentId` must be at least 1",
    );
    check(
        Payment::Kind(no_digits),
        part,
        "`Kind` is written as a number: give digits",
    );
    check(
        Payment::DealerPaymentId(1),
        RefundAmount::Amount(php(0)),
        "`Amount` must be greater than zero",
    );
    let phone = builder(Payment::Phone("+90".into()));
    let refund = phone.amount(RefundAmount::Everything).build().unwrap();
    assert_eq!(
        format!("{refund:?}"),
        "Refund { payment: Phone(***), amount: Everything, note: \"n\" }"
    );
}

#[test]
fn amounts_take_the_currency_beside_them() {
    use priced::Payment;
    let read = |text: &str| serde_json::from_str::<Payment>(text);
    let payment = read(r#"{"Fee":"0.50","CurrencyCode":"TL","Amount":27.5}"#).unwrap();
    let lira = |minor| Money::from_minor(minor, Currency::TRY);
    assert_eq!((payment.amount, payment.fee), (lira(2750), Some(lira(50))));
    assert_eq!((payment.currency_code.as_str(), payment.note), ("TL", None));
    let payment = read(r#"{"Amount":10,"Fee":null,"CurrencyCode":"TRY","note":"n"}"#).unwrap();
    assert_eq!((payment.amount, payment.fee), (lira(1000), None));
    for refused in [
        r#"{"Amount":10,"CurrencyCode":"EUR"}"#,
        r#"{"Amount":10.001,"CurrencyCode":"TL"}"#,
        r#"{"Amount":10,"Fee":"0.5","CurrencyCode":"TL"}"#,
        r#"{"Amount":10}"#,
        r#"{"CurrencyCode":"TL"}"#,
    ] {
        assert!(read(refused).is_err(), "{refused}");
    }
}

#[test]
fn what_follows_is_not_asked_for() {
    use request_made::{Pay, Prices};
    let pay = Pay::builder().amount(php(1000)).build().unwrap();
    assert_eq!(
        (pay.request_type(), pay.version(), pay.is_final()),
        ("capture", 2, true)
    );
    assert_eq!(pay.currency(), "P");
    assert_eq!(
        wire(&pay),
        r#"requestType="capture" version=2 final=true amount=10.00 Currency="P""#
    );
    check(&pay, &(), "P|capture|2|10.00");
    let pay = Pay::builder().amount(php(1000)).fee(php(5)).build();
    assert!(pay.is_ok());
    let euro = Money::from_minor(5, Currency::EUR);
    let built = Pay::builder().amount(php(1000)).fee(euro).build();
    assert_eq!(
        misuse(built),
        "`Currency` stands for amounts in one currency"
    );
    let built = Pay::builder().amount(euro).build();
    assert_eq!(
        misuse(built),
        "`Currency` cannot be EUR, which the provider does not take"
    );
    let prices = Prices::builder().build().unwrap();
    assert_eq!((prices.currency(), wire(&prices).as_str()), (None, ""));
    let prices = Prices::builder().gross(php(10)).build().unwrap();
    assert_eq!(
        wire(&prices),
        r#"net=0.1 Currency="P""#.replace("net", "gross")
    );
}

#[test]
fn flags_and_codes_are_numbers() {
    use request_numbers::{Channel, Pay};
    let builder = || Pay::builder().pooled(true).channel(Channel::Web).count(2);
    let pay = builder().build().unwrap();
    assert_eq!(wire(&pay), "pooled=1 channel=1 count=2");
    check(&pay, &(), "pooled=1&saved=&channel=1");
    let pay = builder()
        .saved(false)
        .other(Channel::from("9"))
        .rate(-5)
        .build();
    let pay = pay.unwrap();
    assert_eq!(
        wire(&pay),
        "pooled=1 saved=0 channel=1 other=9 count=2 rate=-5"
    );
    check(&pay, &(), "pooled=1&saved=0&channel=1");
    let built = builder().count(1).build();
    assert_eq!(misuse(built), "`count` must be at least 2");
    let built = builder().rate(-11).build();
    assert_eq!(misuse(built), "`rate` must be at least -10");
    let built = builder().other(Channel::from("1,\"a\":1")).build();
    assert_eq!(misuse(built), "`other` is written as a number: give digits");
}
