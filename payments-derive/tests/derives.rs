//! What the derives write, compiled and run: every case of `tests/expand` without errors.

#![allow(dead_code, reason = "most cases are there to be compiled")]

use payments_core::error::Misuse;
use payments_core::signing::{Canonical, Refusal, Sink};
use payments_core::wire::{Fields, Wire};
use payments_core::{Currency, Decimal, Money, Secret};

/// The cases.
#[path = "expand"]
pub mod cases {
    #[allow(
        missing_docs,
        reason = "`Canonical` writes nothing that could have docs"
    )]
    pub mod canonical_absent;
    #[allow(
        missing_docs,
        reason = "`Canonical` writes nothing that could have docs"
    )]
    pub mod canonical_free;
    #[allow(
        missing_docs,
        reason = "`Canonical` writes nothing that could have docs"
    )]
    pub mod canonical_join;
    #[allow(
        missing_docs,
        reason = "`Canonical` writes nothing that could have docs"
    )]
    pub mod canonical_lit;
    #[allow(
        missing_docs,
        reason = "`Canonical` writes nothing that could have docs"
    )]
    pub mod canonical_money;
    #[allow(
        missing_docs,
        reason = "`Canonical` writes nothing that could have docs"
    )]
    pub mod canonical_names;
    #[allow(
        missing_docs,
        reason = "`Canonical` writes nothing that could have docs"
    )]
    pub mod canonical_pairs;
    #[allow(
        missing_docs,
        reason = "`Canonical` writes nothing that could have docs"
    )]
    pub mod canonical_unsigned;
    pub mod from_json;
    pub mod masked;
    pub mod priced;
    pub mod request_and_canonical;
    pub mod request_choice;
    pub mod request_empty;
    pub mod request_exactly_one;
    pub mod request_made;
    pub mod request_money;
    pub mod request_names;
    pub mod request_numbers;
    pub mod request_optional;
    pub mod request_path;
    pub mod request_required;
    pub mod request_rules;
    pub mod request_sensitive;
    pub mod request_text;
    pub mod respelt;
}

use cases::*;

#[path = "derives/from_json.rs"]
mod json;
#[path = "derives/made.rs"]
mod made;
#[path = "derives/read.rs"]
mod read;
#[path = "derives/rules.rs"]
mod rules;

#[derive(Default)]
struct Text(String);

impl Sink for Text {
    fn literal(&mut self, text: &'static str) {
        self.0.push_str(text);
    }

    fn value(&mut self, _name: &'static str, text: &str) {
        self.0.push_str(text);
    }

    fn secret(&mut self, name: &'static str, bytes: &[u8]) {
        self.0 += &format!("<{name}:{}>", String::from_utf8_lossy(bytes));
    }
}

fn canonical_text<C: Canonical>(message: &C, keys: &C::Keys) -> Result<String, Refusal> {
    let mut text = Text::default();
    message.stream(keys, &mut text)?;
    Ok(text.0)
}

fn check<C: Canonical>(message: &C, keys: &C::Keys, expect: &str) {
    assert_eq!(canonical_text(message, keys).as_deref(), Ok(expect));
}

fn check_refused<C: Canonical>(message: &C, keys: &C::Keys, field: &str) {
    let refusal = canonical_text(message, keys).err();
    assert_eq!(refusal.as_ref().map(Refusal::field), Some(field));
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn php(minor: i64) -> Money {
    Money::from_minor(minor, Currency::PHP)
}

fn vnd(minor: i64) -> Money {
    Money::from_minor(minor, Currency::VND)
}

#[test]
fn values_are_joined() {
    use canonical_join::{OrderWebhook, OrderWebhookKeys};
    let keys = OrderWebhookKeys {
        secret: Secret::from("s1234"),
    };
    let webhook = |order_no: &str| OrderWebhook {
        order_no: text(order_no),
        tx_status: text("success"),
    };
    check(
        &webhook("ORDER-1001"),
        &keys,
        "ORDER-1001|success|<secret:s1234>",
    );
    check(&webhook(""), &keys, "|success|<secret:s1234>");
    check_refused(&webhook("1|2"), &keys, "orderNo");
    check_refused(&webhook("1\n2"), &keys, "orderNo");
}

#[test]
fn pairs_carry_their_wire_names() {
    use canonical_pairs::{Query, QueryKeys};
    let keys = QueryKeys {
        access_key: Secret::from("F8BBA842ECF85"),
    };
    let query = |order_id: &str| Query {
        trans_id: -7,
        is_paid: true,
        order_id: text(order_id),
    };
    check(
        &query("1"),
        &keys,
        "accessKey=<accessKey:F8BBA842ECF85>&orderId=1&transId=-7&isPaid=true",
    );
    check_refused(&query("1&transId=8"), &keys, "orderId");
    check_refused(&query("a=b"), &keys, "orderId");
}

#[test]
fn constant_texts_stand_in_place() {
    use canonical_lit::{CheckKey, Constant, DealerKeys, Labelled};
    let keys = DealerKeys {
        dealer_code: text("D"),
        username: text("U"),
        password: Secret::from("P"),
    };
    check(
        &CheckKey {},
        &keys,
        "<DealerCode:D>MK<Username:U>PD<Password:P>",
    );
    check(&Labelled { id: 5 }, &(), "v1:pay:5:end");
    check(&Constant {}, &(), "v1:ping");
}

#[test]
fn free_values_may_hold_what_joins() {
    use canonical_free::{Joined, Pairs};
    let pairs = |order_id: &str, order_info: &str| Pairs {
        order_id: text(order_id),
        order_info: text(order_info),
    };
    check(&pairs("1", "a=b&c"), &(), "orderId=1&orderInfo=a=b&c");
    check_refused(&pairs("a=b", "x"), &(), "orderId");
    check_refused(&pairs("1", "a\u{7f}"), &(), "orderInfo");
    let joined = Joined {
        order_id: text("1"),
        order_info: text("a|b"),
    };
    check(&joined, &(), "1||a|b");
}

#[test]
fn absent_values_are_empty_or_left_out() {
    use canonical_absent::{LeftOutInFront, LeftOutInTheMiddle, SignedAsEmpty};
    let empty = SignedAsEmpty {
        a: text("1"),
        b: None,
        c: None,
    };
    check(&empty, &(), "a=1&b=&c=");
    let middle = |b: Option<&str>| LeftOutInTheMiddle {
        a: text("1"),
        b: b.map(text),
        c: text("3"),
    };
    check(&middle(None), &(), "a=1&c=3");
    check(&middle(Some("")), &(), "a=1&b=&c=3");
    let front = |a: Option<&str>, b: Option<&str>, d: Option<&str>| LeftOutInFront {
        a: a.map(text),
        b: b.map(text),
        c: text("3"),
        d: d.map(text),
    };
    check(&front(None, None, None), &(), "c=3");
    check(&front(Some("1"), None, None), &(), "a=1&c=3");
    check(&front(None, Some("2=2"), None), &(), "b=2=2&c=3");
    check(
        &front(Some("1"), Some("2"), Some("&")),
        &(),
        "a=1&b=2&c=3&d=&",
    );
    check_refused(&front(Some("&"), None, None), &(), "a");
}

#[test]
fn amounts_are_signed_in_their_wire_form() {
    use canonical_money::Amounts;
    let amounts = |major: i64, tip: Option<Money>, fee: Option<Money>| Amounts {
        minor: php(149_950),
        major: php(major),
        decimal: php(149_950),
        number: php(149_950),
        trimmed: php(149_950),
        tip,
        fee,
    };
    check(
        &amounts(100, None, None),
        &(),
        "minor=149950&major=1&decimal=1499.50&number=1499.50&trimmed=1499.5&tip=",
    );
    check(
        &amounts(100, Some(php(1)), Some(php(2))),
        &(),
        "minor=149950&major=1&decimal=1499.50&number=1499.50&trimmed=1499.5&tip=1&fee=2",
    );
    check_refused(&amounts(150, None, None), &(), "major");
}

#[test]
fn unsigned_fields_and_odd_names() {
    use canonical_names::{Odd, OddKeys};
    use canonical_unsigned::{MacKeys, Ping};
    let keys = MacKeys {
        secret_key: Secret::from("unused"),
    };
    let ping = Ping {
        request_id: text("1"),
        lang: text("vi"),
        note: Vec::new(),
    };
    check(&ping, &keys, "requestId=1");
    let keys = OddKeys {
        r#type: Secret::from("t"),
    };
    let odd = Odd {
        keys: text("1"),
        sink: text("2"),
        r#type: text("3"),
        value: None,
    };
    check(&odd, &keys, "Type=<Type:t>&keys=1&sink=2&type=3&value=");
}

/// Writes down what is visited.
#[derive(Default)]
struct Seen(String);

impl Fields for Seen {
    fn text(&mut self, name: &str, value: &str) {
        self.0 += &format!("{name}={value:?} ");
    }

    fn number(&mut self, name: &str, digits: &str) {
        self.0 += &format!("{name}={digits} ");
    }

    fn boolean(&mut self, name: &str, value: bool) {
        self.0 += &format!("{name}={value} ");
    }

    fn object(&mut self, name: &str, value: &dyn Wire) {
        self.0 += &format!("{name}={{ ");
        value.visit(self);
        self.0.push_str("} ");
    }

    fn list(&mut self, name: &str, values: &[&dyn Wire]) {
        self.0 += &format!("{name}=[ ");
        for value in values {
            value.visit(self);
        }
        self.0.push_str("] ");
    }

    fn texts(&mut self, name: &str, values: &[String]) {
        self.0 += &format!("{name}={values:?} ");
    }
}

fn wire(message: &dyn Wire) -> String {
    let mut seen = Seen::default();
    message.visit(&mut seen);
    seen.0.trim_end().to_owned()
}

fn misuse<T>(built: Result<T, Misuse>) -> String {
    built
        .err()
        .map(|misuse| misuse.to_string())
        .unwrap_or_default()
}

#[test]
fn required_fields_come_in_any_order() {
    use request_required::{Lang, Pay};
    let pay = Pay::builder()
        .lang("vi")
        .share(Decimal::new(125, 2).unwrap())
        .count(3)
        .amount(php(150))
        .password("hush")
        .order_no("replaced")
        .order_no("1")
        .build()
        .unwrap();
    assert_eq!(pay.order_no(), "1");
    assert_eq!(pay.password().expose(), "hush");
    assert_eq!(pay.amount(), php(150));
    assert_eq!(pay.count(), 3);
    assert_eq!(pay.lang(), &Lang::Vi);
    assert_eq!(
        wire(&pay),
        r#"orderNo="1" password="hush" amount=150 count=3 share=1.25 lang="vi""#
    );
}

#[test]
fn texts_keep_their_rules() {
    use request_text::Texts;
    let texts = |ruled: &str, secret: &str, note: &str, pin: &str| {
        let builder = Texts::builder().plain("x").ruled(ruled).secret(secret);
        builder.note(note).pin(pin).build()
    };
    assert!(texts("A-1_z", "hush-hush", "", "1234").is_ok());
    let check = |built: Result<Texts, Misuse>, expect: &str| assert_eq!(misuse(built), expect);
    check(
        texts("", "hush-hush", "", "1234"),
        "`ruled` must not be empty",
    );
    check(
        texts("A B", "hush-hush", "", "1234"),
        "`ruled` may hold only the characters [A-Za-z0-9_-]",
    );
    check(
        texts("A", "hush", "", "1234"),
        "`secret` must have at least 8 characters, has 4",
    );
    check(
        texts("A", "hush-hush", &"n".repeat(256), "1234"),
        "`note` must have at most 255 characters, has 256",
    );
    check(
        texts("A", "hush-hush", "", "12345"),
        "`pin` must have at most 4 characters, has 5",
    );
    let built = Texts::builder()
        .plain("a\n")
        .ruled("A")
        .secret("hush-hush")
        .build();
    check(built, "`plain` must not hold control characters");
}

#[test]
fn amounts_keep_their_rules() {
    use request_money::Amounts;
    let builder = || Amounts::builder().refund(php(0)).amount(php(150));
    let amounts = builder().tip(php(1)).fee(php(2)).build().unwrap();
    assert_eq!(amounts.tip(), Some(php(1)));
    assert_eq!(
        wire(&amounts),
        r#"refund=0 amount="1.5" tip="0.01" fee=0.02"#
    );
    let amounts = builder().build().unwrap();
    assert_eq!(wire(&amounts), r#"refund=0 amount="1.5""#);
    let built = builder().amount(php(0)).build();
    assert_eq!(misuse(built), "`amount` must be greater than zero");
    let built = builder().fee(php(-1)).build();
    assert_eq!(misuse(built), "`fee` must be greater than zero");
    assert_eq!(
        builder().refund(php(150)).build().unwrap_err().field(),
        "refund"
    );
}

#[test]
fn what_is_not_given_is_not_written() {
    use request_optional::{Basket, Item};
    let item = |name: &str| Item::builder().name(name).build().unwrap();
    let basket = Basket::builder().first(item("a")).build().unwrap();
    assert_eq!(basket.best().map(Item::name), None);
    assert!(basket.items().is_empty());
    assert_eq!(wire(&basket), r#"first={ name="a" }"#);
    let builder = Basket::builder().items(vec![item("b"), item("c")]);
    let basket = builder
        .first(Item::builder().build().unwrap())
        .more(vec![item("d")])
        .best(item("e"))
        .count(2)
        .share(Decimal::new(5, 1).unwrap())
        .password("hush")
        .build()
        .unwrap();
    assert_eq!(
        wire(&basket),
        r#"first={ } items=[ name="b" name="c" ] more=[ name="d" ] best={ name="e" } count=2 share=0.5 password="hush""#
    );
}

#[test]
fn exactly_one_is_given() {
    use request_exactly_one::Query;
    assert!(Query::builder().payment_id(7).b(true).build().is_ok());
    assert_eq!(
        misuse(Query::builder().b(true).build()),
        "`PaymentId or OtherTrxCode` are all missing: give exactly one"
    );
    let both = Query::builder().payment_id(7).other_trx_code("7").b(true);
    assert_eq!(
        misuse(both.build()),
        "`PaymentId or OtherTrxCode` exclude each other: give exactly one"
    );
    let two = Query::builder().payment_id(7).a(true).c(false);
    assert_eq!(
        misuse(two.build()),
        "`a, b or c` exclude each other: give exactly one"
    );
}

#[test]
fn what_is_sensitive_is_masked() {
    use masked::Buyer;
    use request_sensitive::CreateBeneficiary;
    let builder = CreateBeneficiary::builder()
        .id_no("42")
        .password("hush")
        .nickname("Jo");
    let bare = builder.build().unwrap();
    assert_eq!(
        format!("{bare:?}"),
        "CreateBeneficiary { id_no: ***, phone: None, income: None, password: Secret(***), nickname: \"Jo\" }"
    );
    let builder = CreateBeneficiary::builder()
        .id_no("42")
        .password("hush")
        .nickname("Jo");
    let full = builder.phone("+63 2").income(php(1)).build().unwrap();
    assert_eq!(
        format!("{full:?}"),
        "CreateBeneficiary { id_no: ***, phone: Some(***), income: Some(***), password: Secret(***), nickname: \"Jo\" }"
    );
    assert_eq!(full.phone(), Some("+63 2"));
    let buyer = Buyer {
        phone: text("+63 2"),
        e_mail: Some(text("jo@example.com")),
        lang: Some(text("tl")),
    };
    assert_eq!(
        format!("{buyer:?}"),
        "Buyer { phone: ***, e_mail: Some(***), lang: Some(\"tl\") }"
    );
    let buyer = Buyer {
        e_mail: None,
        ..buyer
    };
    assert_eq!(
        format!("{buyer:#?}"),
        "Buyer {\n    phone: ***,\n    e_mail: None,\n    lang: Some(\n        \"tl\",\n    ),\n}"
    );
}

#[test]
fn odd_names_are_names() {
    use request_empty::Ping;
    use request_names::Odd;
    let odd = Odd::builder()
        .r#type("t")
        .a1(1)
        .a_1(2)
        .is_pre_auth(true)
        .to_date("d")
        .secret("s")
        .self_("self")
        .out("o")
        .name("n")
        .build()
        .unwrap();
    assert_eq!(odd.r#type(), "t");
    assert_eq!(
        wire(&odd),
        r#"type="t" a1=1 a_1=2 IsPreAuth=true toDate="d" secret="s" self_="self" out="o" name="n""#
    );
    let ping = Ping::builder().build().unwrap();
    assert_eq!(
        (wire(&ping).as_str(), format!("{ping:?}").as_str()),
        ("", "Ping")
    );
}

#[test]
fn what_is_in_the_path_is_not_in_the_message() {
    use request_path::{Payment, UpdateAttempt};
    let attempt = UpdateAttempt::builder().succeeded(true).payment_id("p1");
    let attempt = attempt.build().unwrap();
    assert_eq!(attempt.payment_id(), "p1");
    assert_eq!(wire(&attempt), "succeeded=true");
    let built = UpdateAttempt::builder().succeeded(true).payment_id("");
    assert_eq!(misuse(built.build()), "`paymentId` must not be empty");
    let payment = Payment::builder().payment_id("p1").build().unwrap();
    assert_eq!(wire(&payment), "");
    assert_eq!(format!("{payment:?}"), "Payment { payment_id: *** }");
}

#[test]
fn a_message_may_be_local() {
    #[derive(payments_core::Request)]
    struct Local {
        #[wire("a", min = 1)]
        a: String,
    }
    let local = Local::builder().a("1").build().unwrap();
    assert_eq!((local.a(), wire(&local).as_str()), ("1", r#"a="1""#));
}

#[test]
fn a_request_can_be_signed() {
    use request_and_canonical::{Create, CreateKeys};
    let create = Create::builder()
        .order_id("1")
        .amount(vnd(150))
        .lang("vi")
        .build()
        .unwrap();
    let keys = CreateKeys {
        access_key: Secret::from("key"),
    };
    check(
        &create,
        &keys,
        "accessKey=<accessKey:key>&amount=150&buyer=&extraData=&orderId=1",
    );
    assert_eq!(Create::SENSITIVE, ["buyer"]);
}

#[test]
fn an_amount_in_another_currency_is_refused() {
    use request_and_canonical::Create;
    let create = Create::builder().order_id("1").amount(php(150));
    let refused = create.lang("vi").build().unwrap_err();
    assert_eq!(refused.field(), "amount");
    assert_eq!(refused.problem(), "is in PHP, it must be in VND");
}
