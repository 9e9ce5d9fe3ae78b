//! Verifiers with a fault each, which the forger has to find.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};

use super::engine::{Row, Scheme, Verify, run};
use super::layout::{Canonical, LETTER, Layout, Meaning};
use super::message::Message;
use super::oracle::{fields, tags};
use super::schemes;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    /// Compares the first letters of the tag.
    Prefix,
    /// Compares as many letters as there are.
    Shorter,
    /// Compares the bytes that a lenient reader finds in base64.
    Lenient,
    /// Compares whatever the case of the letters.
    AnyCase,
    /// Takes values that hold what joins the signed string.
    Joining,
    /// Takes values that hold control characters.
    Control,
    /// Takes the tags of another tenant.
    OtherTenant,
    /// Takes tags under an empty key.
    EmptyKey,
    /// Takes a tag that was right for some message.
    OtherMessage,
    /// Takes the first of two fields of one name, and shows the last.
    Doubled,
    /// Leaves blanks at the ends of values out of what is signed.
    Trimming,
    /// Reads letters that look alike as one.
    LookAlike,
    /// Reads numbers as numbers before they are signed.
    Numbers,
    /// Panics where a field is missing.
    Panicking,
}

/// Verifies by the document of the scheme, but for the fault.
fn verifier(layout: &Layout, fault: Fault) -> Verify {
    let layout = layout.clone();
    let issued: Vec<String> = {
        let drafts = layout.signed_originals();
        drafts.iter().map(|draft| draft.tag(&layout)).collect()
    };
    Box::new(move |message| {
        let (prefix, mut pairs) = fields(&layout, message)?;
        let mut given = tags(&layout, message, &pairs);
        if fault == Fault::Doubled {
            let mut names = std::collections::HashSet::new();
            pairs.retain(|(name, _)| names.insert(name.clone()));
            given.truncate(1);
        }
        let [given] = given.as_slice() else {
            return None;
        };
        let candidates = match layout.canonical {
            Canonical::Letter => {
                let letters = ["T", "F"].map(|it| (LETTER.to_owned(), it.to_owned()));
                letters.map(|letter| Meaning(vec![letter])).to_vec()
            }
            _ => {
                let found = layout.select(&prefix, &pairs);
                if fault == Fault::Panicking {
                    assert!(found.is_some());
                }
                vec![found?]
            }
        };
        candidates.into_iter().find(|meaning| {
            let joint = match layout.canonical {
                Canonical::Joined(with) => with,
                Canonical::Pairs(_) | Canonical::SecretFirst | Canonical::Letter => "&",
            };
            let blurred = |text: &str| {
                (fault != Fault::Joining && text.contains(joint))
                    || (fault != Fault::Control && text.chars().any(char::is_control))
            };
            let Meaning(values) = meaning;
            if values.iter().any(|(_, value)| blurred(value)) {
                return false;
            }
            let signed = seen(fault, values);
            let mut keys = vec![layout.ours];
            match fault {
                Fault::OtherTenant => keys.push(layout.theirs),
                Fault::EmptyKey => keys.push(super::layout::Keys {
                    secret: "",
                    ..layout.ours
                }),
                _ => {}
            }
            let mut right: Vec<String> = keys
                .iter()
                .filter_map(|keys| layout.tag(keys, &signed))
                .collect();
            if fault == Fault::OtherMessage {
                right.extend(issued.iter().cloned());
            }
            right.iter().any(|right| agree(fault, right, given))
        })
    })
}

/// What the fault makes of the values before they are signed.
fn seen(fault: Fault, values: &[(String, String)]) -> Meaning {
    let seen = values.iter().map(|(name, value)| {
        let value = match fault {
            Fault::Trimming => value.trim().to_owned(),
            Fault::LookAlike => {
                let letters = [('а', 'a'), ('с', 'c'), ('е', 'e'), ('о', 'o'), ('ѕ', 's')];
                let known = |it: char| letters.iter().find(|(alike, _)| *alike == it);
                value
                    .chars()
                    .map(|it| known(it).map_or(it, |(_, plain)| *plain))
                    .collect()
            }
            Fault::Numbers => value
                .parse::<u64>()
                .map_or(value.clone(), |it| it.to_string()),
            _ => value.clone(),
        };
        (name.clone(), value)
    });
    Meaning(seen.collect())
}

fn agree(fault: Fault, right: &str, given: &str) -> bool {
    match fault {
        Fault::Prefix => right.get(..16) == given.get(..16),
        Fault::Shorter => right.starts_with(given),
        Fault::Lenient => {
            let lenient = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
            let engine = GeneralPurpose::new(&STANDARD, lenient);
            let digest = |text: &str| {
                let (key, text) = text.split_once(':').unwrap_or(("", text));
                Some((key.to_owned(), engine.decode(text).ok()?))
            };
            digest(right) == digest(given)
        }
        Fault::AnyCase => right.eq_ignore_ascii_case(given),
        _ => right == given,
    }
}

fn found(scheme: &Scheme, fault: Fault, tries: u64) -> Row {
    let faulty = Scheme {
        name: scheme.name,
        layout: scheme.layout.clone(),
        verify: verifier(&scheme.layout, fault),
    };
    run(&faulty, tries, 3, |_| {})
}

/// Without a fault nothing is found, so that what is found with one is the fault.
#[test]
fn without_a_fault_nothing_is_found() {
    for scheme in schemes::hashed().unwrap() {
        let Scheme { layout, .. } = &scheme;
        let first = layout.signed_originals()[0].write(layout);
        assert!(verifier(layout, Fault::None)(&first).is_some());
        let row = found(&scheme, Fault::None, 1_500);
        assert_eq!((row.forged_accepted, row.panics), (0, 0), "{:?}", row.first);
    }
}

fn check(fault: Fault, names: &[&str]) {
    let schemes = schemes::hashed().unwrap();
    for name in names {
        let scheme = schemes.iter().find(|it| it.name.starts_with(name)).unwrap();
        let count = |tries| {
            let row = found(scheme, fault, tries);
            assert_eq!(row.first.is_some(), row.forged_accepted.max(row.panics) > 0);
            match fault {
                Fault::Panicking => row.panics,
                _ => row.forged_accepted,
            }
        };
        // Most are found soon.
        let is_found = count(200) > 0 || count(3_000) > 0;
        assert!(is_found, "{name}: {fault:?} is not found");
    }
}

#[test]
fn every_fault_is_found() {
    let every = [
        "mocasa",
        "moka",
        "momo ipn",
        "momo redirect",
        "momo one-payment",
        "mocopay",
    ];
    check(Fault::Prefix, &every);
    check(Fault::Shorter, &every);
    check(Fault::OtherTenant, &every);
    check(Fault::EmptyKey, &every);
    let fields = [
        "mocasa",
        "momo ipn",
        "momo redirect",
        "momo one-payment",
        "mocopay",
    ];
    check(Fault::OtherMessage, &fields);
    check(Fault::Joining, &fields);
    check(Fault::Control, &fields);
    check(Fault::Trimming, &fields);
    check(Fault::LookAlike, &fields);
    check(Fault::Doubled, &fields);
    check(Fault::Panicking, &["momo ipn"]);
    let numbers = ["momo ipn", "momo redirect", "momo one-payment"];
    check(Fault::Numbers, &numbers);
    check(Fault::AnyCase, &["mocasa", "mocopay"]);
    check(Fault::Lenient, &["mocasa", "mocopay"]);
}

/// Reads bytes as letters, refuses nothing, and takes a hash that begins with the secret for a MAC.
#[test]
fn length_extension_is_found() {
    let scheme = schemes::request();
    let layout = scheme.layout.clone();
    let latin = |bytes: &[u8]| -> String { bytes.iter().copied().map(char::from).collect() };
    let verify = move |message: &Message| {
        let text = latin(&message.text);
        let (path, query) = text.split_once('?')?;
        let pairs = query.split('&').map(|pair| {
            let (name, value) = pair.split_once('=')?;
            let mut bytes = Vec::new();
            let mut rest = value;
            while let Some((before, after)) = rest.split_once('%') {
                bytes.extend_from_slice(before.as_bytes());
                bytes.push(u8::from_str_radix(after.get(..2)?, 16).ok()?);
                rest = after.get(2..)?;
            }
            bytes.extend_from_slice(rest.as_bytes());
            Some((name.to_owned(), latin(&bytes)))
        });
        let Meaning(values) =
            layout.select(&format!("{path}?"), &pairs.collect::<Option<Vec<_>>>()?)?;
        let text = layout.canonical(&layout.ours, &Meaning(values.clone()));
        let bytes: Option<Vec<u8>> = text.chars().map(|it| u8::try_from(it).ok()).collect();
        let right = layout.written(
            layout.ours.public,
            &<md5::Md5 as md5::Digest>::digest(bytes?),
        );
        let given = message.header.first()?;
        (right.as_bytes() == given && values.iter().any(|(_, value)| value == "forged"))
            .then_some(Meaning(values))
    };
    let extended = Scheme {
        verify: Box::new(verify),
        ..scheme
    };
    let row = run(&extended, 1_500, 3, |_| {});
    assert!(row.forged_accepted > 0);
    assert!(row.first.unwrap().starts_with("[\"length extension\""));
}

/// Who refuses everything refuses every forgery too.
#[test]
fn a_verifier_that_takes_nothing_proves_nothing() {
    for scheme in schemes::hashed().unwrap() {
        let deaf = Scheme {
            verify: Box::new(|_| None),
            ..scheme
        };
        let row = run(&deaf, 10, 3, |_| {});
        assert!(row.deaf && !row.ok());
    }
}
