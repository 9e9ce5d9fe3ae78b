//! The messages that users meet, in the words of the compiler that they were recorded with.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Other compilers say the same in other words.
const RECORDED_WITH: &str = "rustc 1.95.0 ";

#[test]
fn messages_are_as_recorded() {
    let rustc = Command::new("rustc").arg("--version").output().unwrap();
    let version = String::from_utf8(rustc.stdout).unwrap();
    if version.starts_with(RECORDED_WITH) {
        trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
    } else {
        println!("skipped: the messages are those of {RECORDED_WITH}, this is {version}");
    }
}

#[test]
fn every_message_has_its_case() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let with = |extension: &str| -> BTreeSet<_> {
        let paths = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let named = paths.filter(|path| path.extension().is_some_and(|found| found == extension));
        named.map(|path| path.with_extension("")).collect()
    };
    assert_eq!(with("rs"), with("stderr"));
}
