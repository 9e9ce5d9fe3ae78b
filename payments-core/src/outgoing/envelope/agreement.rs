//! Tests that a success read in one pass is what two passes read, whatever the text.

use http::{HeaderMap, StatusCode};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::{Envelope, Success, Verdict};
use crate::error::Meaning;
use crate::exchange::Response;
use crate::outgoing::call::Fault;

const TRUTH: Envelope = Envelope {
    verdict: Verdict {
        field: "success",
        success: Success::Equals("true"),
        code: Some("code"),
        message: &["message"],
        meaning: |_| Meaning::Declined,
    },
    inner: None,
    data: Some("data"),
    any_status: false,
    failed_beside_4xx: false,
};
const TEXT: Envelope = Envelope {
    verdict: Verdict {
        success: Success::Equals("\"OK\""),
        ..TRUTH.verdict
    },
    ..TRUTH
};

#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
struct Order {
    id: String,
    #[serde(default)]
    note: Option<String>,
    #[serde(default, deserialize_with = "crate::json::lenient_integer")]
    time: Option<i64>,
    #[serde(default, deserialize_with = "crate::json::lenient_message")]
    shop: Option<Shop>,
}

#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
struct Shop {
    id: String,
}

fn blank() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        80 => Just(""),
        20 => select(vec![" ", "\n\t", "\r\n  "]),
        1 => select(vec!["\u{a0}", "\u{b}", "\u{feff}", ","]),
    ]
}

fn name() -> impl Strategy<Value = &'static str> {
    select(vec![
        "success",
        "succ\\u0065ss",
        "Success",
        "data",
        "d\\u0061ta",
        "data ",
        "code",
        "message",
        "id",
        "i\\u0064",
        "note",
        "time",
        "shop",
        "x",
        "",
    ])
}

fn scalar() -> impl Strategy<Value = String> {
    let good = vec![
        "true",
        "false",
        "null",
        "0",
        "-0",
        "7",
        "1.0",
        "99999999999999999999",
        "\"\"",
        "\"true\"",
        "\"OK\"",
        "\" ok \"",
        "\"O\\u004b\"",
        "\"7\"",
        "\"é\\n\"",
    ];
    let odd = vec!["1e400", "01", "\"\\ud800\"", "\"a\u{1}\"", "'a'"];
    prop_oneof![15 => select(good), 1 => select(odd)].prop_map(str::to_owned)
}

fn value() -> impl Strategy<Value = String> {
    scalar().prop_recursive(4, 24, 5, |value| {
        prop_oneof![
            1 => prop::collection::vec(value.clone(), 0..3).prop_map(|all| format!("[{}]", all.join(","))),
            3 => prop::collection::vec(field(name(), value), 0..5).prop_map(object),
        ]
    })
}

fn field(
    name: impl Strategy<Value = &'static str>,
    value: impl Strategy<Value = String>,
) -> impl Strategy<Value = String> {
    (blank(), name, blank(), blank(), value, blank())
        .prop_map(|(a, name, b, c, value, d)| format!("{a}\"{name}\"{b}:{c}{value}{d}"))
}

fn object(fields: impl AsRef<[String]>) -> String {
    format!("{{{}}}", fields.as_ref().join(","))
}

/// One field as it ought to be, and others around it.
fn with(
    first: impl Strategy<Value = String>,
    others: impl Strategy<Value = String>,
) -> impl Strategy<Value = Vec<String>> {
    (first, prop::collection::vec(others, 0..3)).prop_map(|(first, mut others)| {
        others.push(first);
        others
    })
}

/// A reply that is a success but for what stands beside it.
fn success(says: &'static str) -> impl Strategy<Value = String> {
    let ids = select(vec!["\"a\"", "\"a\"", "\"\\u0061\"", "7"]).prop_map(str::to_owned);
    let beside = select(vec!["note", "time", "shop", "x", "y", "id"]);
    let data = with(field(Just("id"), ids), field(beside, value()));
    let data = field(Just("data"), data.prop_shuffle().prop_map(object));
    let beside = select(vec!["code", "message", "x", "y", "z", "success", "data"]);
    let says = field(Just("success"), Just(says.to_owned()));
    (says, with(data, field(beside, value())))
        .prop_map(|(says, mut fields)| {
            fields.push(says);
            fields
        })
        .prop_shuffle()
        .prop_map(object)
}

#[derive(Clone, Copy, Debug)]
enum Damage {
    None,
    Cut,
    Insert(u8),
    Replace(u8),
}

fn damage() -> impl Strategy<Value = Damage> {
    let odd = || select(b",}\"\\0\xff\0".to_vec());
    prop_oneof![
        6 => Just(Damage::None),
        1 => Just(Damage::Cut),
        1 => odd().prop_map(Damage::Insert),
        1 => odd().prop_map(Damage::Replace),
    ]
}

/// The bytes of a reply, as they should be or with something gone, put in or changed.
fn body(says: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let text = prop_oneof![6 => success(says), 1 => value()];
    (text, damage(), any::<prop::sample::Index>()).prop_map(|(text, damage, place)| {
        let mut bytes = text.into_bytes();
        let place = place.index(bytes.len());
        match damage {
            Damage::None => {}
            Damage::Cut => bytes.truncate(place),
            Damage::Insert(odd) => bytes.insert(place, odd),
            Damage::Replace(odd) => bytes[place] = odd,
        }
        bytes
    })
}

fn class<T>(opened: &Result<T, Fault>) -> String {
    match opened {
        Ok(_) => "read".to_owned(),
        Err(Fault::Refused(refused)) => format!("refused, {:?}", refused.code()),
        Err(Fault::Unreadable(why)) => format!("unreadable, {why}"),
    }
}

/// Whether one pass was enough. Where nothing but `true` says success, it must be whenever two are: a
/// text has other spellings, which only two passes take.
fn agree(envelope: &Envelope, body: &[u8]) -> bool {
    let shown = String::from_utf8_lossy(body);
    let response = Response::new(StatusCode::OK, HeaderMap::new(), body.to_vec());
    let once: Option<Order> = envelope.at_once(&response);
    let twice: Result<Order, Fault> = envelope.in_two_passes(&response);
    let opened: Result<Order, Fault> = envelope.open(&response);
    assert_eq!(class(&opened), class(&twice), "{shown}");
    let twice = twice.ok();
    assert_eq!(opened.ok(), twice, "{shown}");
    if once.is_some() || matches!(envelope.verdict.success, Success::Equals("true")) {
        assert_eq!(once, twice, "{shown}");
    }
    once.is_some()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn one_pass_reads_what_two_read(body in body("true")) {
        agree(&TRUTH, &body);
    }

    #[test]
    fn one_pass_reads_what_two_read_of_a_text(body in body("\"OK\"")) {
        agree(&TEXT, &body);
    }
}

/// Else the two above would say nothing.
#[test]
fn many_are_read_at_once_and_many_are_not() {
    let mut runner = TestRunner::deterministic();
    let bodies = body("true");
    let read = (0..1000)
        .filter(|_| agree(&TRUTH, &bodies.new_tree(&mut runner).unwrap().current()))
        .count();
    assert!((100..900).contains(&read), "{read} of 1000");
}
