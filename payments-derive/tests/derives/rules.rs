//! Rules that fields have together.

use super::request_rules::{Reason, Report};

fn told(
    succeeded: bool,
    (country, reason): (&str, Option<&str>),
    note: Option<&str>,
    (acquirer, age): (Option<&str>, Option<i64>),
) -> String {
    let mut report = Report::builder()
        .succeeded(succeeded)
        .country(country)
        .items(vec!["a".to_owned()]);
    if let Some(reason) = reason {
        report = report.reason_code(Reason::from(reason));
    }
    if let Some(note) = note {
        report = report.note(note);
    }
    if let Some(acquirer) = acquirer {
        report = report.acquirer(acquirer);
    }
    if let Some(age) = age {
        report = report.age(age);
    }
    let report = report.build();
    report
        .err()
        .map(|misuse| misuse.to_string())
        .unwrap_or_default()
}

#[test]
fn one_field_says_what_others_may_be() {
    let none = (None, None);
    assert_eq!(told(true, ("SE", None), None, none), "");
    let expect = "`reasonCode` is needed where `succeeded` is false";
    assert_eq!(told(false, ("SE", None), Some("n"), none), expect);
    let expect = "`note` is needed where `succeeded` is false";
    assert_eq!(told(false, ("SE", Some("2000")), None, none), expect);
    let expect = "`reasonCode` must be left out unless `succeeded` is false";
    assert_eq!(told(true, ("SE", Some("2000")), None, none), expect);
    let expect = "`acquirer` is needed where `reasonCode` is from 1000 to 1999 and not 1009";
    assert_eq!(told(false, ("SE", Some("1008")), Some("n"), none), expect);
    assert_eq!(told(false, ("SE", Some("1009")), Some("n"), none), "");
    assert_eq!(
        told(false, ("SE", Some("1008")), Some("n"), (Some("a"), None)),
        ""
    );
    let expect = "`age` must be from -1 to 5 where `country` is DK or FI";
    assert_eq!(told(true, ("FI", None), None, (None, Some(6))), expect);
    assert_eq!(told(true, ("FI", None), None, (None, Some(5))), "");
    assert_eq!(told(true, ("SE", None), None, (None, Some(6))), "");
    let expect = "`reasonCode` must be 2000 or less where `country` is DK or FI";
    assert_eq!(told(false, ("DK", Some("3000")), Some("n"), none), expect);
    assert_eq!(
        told(true, ("XX", None), None, none),
        "`country` must not be XX"
    );
    let nothing = Report::builder().succeeded(true).country("SE").build();
    assert_eq!(nothing.err().unwrap().to_string(), "`items` is needed");
    let with = |count: usize| {
        let report = Report::builder().succeeded(true).country("SE");
        report.items(vec!["a".to_owned(); count]).build()
    };
    assert!(with(50).is_ok());
    assert_eq!(
        with(51).err().unwrap().to_string(),
        "`items` has 51 entries, and may have at most 50"
    );
}
