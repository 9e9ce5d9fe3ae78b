//! The generator against files: what it writes, and what it says of bad descriptions.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::load::Source;
use super::{format, generate};
use crate::root;

/// Rewrites what is expected, instead of comparing.
fn bless() -> bool {
    std::env::var_os("BLESS").is_some()
}

fn tests() -> PathBuf {
    root().join("xtask/tests")
}

/// Compares, or rewrites. Gives what differs.
fn check(path: &Path, found: &str) -> Option<String> {
    if bless() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, found).unwrap();
        return None;
    }
    let expect = fs::read_to_string(path).unwrap_or_default();
    (expect != found).then(|| {
        let line = expect.lines().zip(found.lines()).position(|(a, b)| a != b);
        let line = line.unwrap_or_else(|| expect.lines().count().min(found.lines().count()));
        format!(
            "{}:{} differs; found:\n{}\n",
            path.display(),
            line.saturating_add(1),
            found
                .lines()
                .skip(line)
                .take(5)
                .collect::<Vec<_>>()
                .join("\n")
        )
    })
}

fn names(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

/// Every file below `folder`, by its path from there.
fn files(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for name in names(folder) {
        let path = folder.join(&name);
        if path.is_dir() {
            found.extend(
                files(&path)
                    .into_iter()
                    .map(|inner| format!("{name}/{inner}")),
            );
        } else {
            found.insert(name);
        }
    }
    found
}

#[test]
fn descriptions_become_the_code_written_down() {
    let mut wrong = Vec::new();
    let golden = tests().join("golden");
    for case in names(&golden) {
        let folder = golden.join(&case);
        let source = Source {
            name: format!("{case}/openapi.yaml"),
            text: fs::read_to_string(folder.join("openapi.yaml")).unwrap(),
        };
        let generated = generate(&root(), &source).unwrap_or_else(|error| panic!("{error}"));
        let again = generate(&root(), &source).unwrap();
        assert_eq!(generated, again, "{case}: same input, same bytes");
        let mut known = BTreeSet::from(["openapi.yaml".to_owned()]);
        for (path, text) in generated {
            known.insert(path.to_owned());
            assert_eq!(
                format::rustfmt(&root(), &text).as_deref(),
                Ok(&*text),
                "{case}/{path}"
            );
            wrong.extend(check(&folder.join(path), &text));
        }
        assert_eq!(
            files(&folder),
            known,
            "{case}: files that nothing generates"
        );
    }
    assert!(
        wrong.is_empty(),
        "{}\nBLESS=1 rewrites them",
        wrong.join("\n")
    );
}

#[test]
fn mistakes_are_told_as_written_down() {
    let mut wrong = Vec::new();
    let bad = tests().join("bad");
    let names = names(&bad);
    for name in &names {
        let Some(case) = name.strip_suffix(".yaml") else {
            let case = name
                .strip_suffix(".txt")
                .expect("only .yaml and .txt in tests/bad");
            assert!(
                names.contains(&format!("{case}.yaml")),
                "{name} has no description"
            );
            continue;
        };
        let source = Source {
            name: "bad/openapi.yaml".to_owned(),
            text: fs::read_to_string(bad.join(name)).unwrap(),
        };
        let found = match generate(&root(), &source) {
            Ok(_) => "nothing is wrong\n".to_owned(),
            Err(error) => error,
        };
        assert_ne!(found, "nothing is wrong\n", "{name} must be refused");
        wrong.extend(check(&bad.join(format!("{case}.txt")), &found));
    }
    assert!(
        wrong.is_empty(),
        "{}\nBLESS=1 rewrites them",
        wrong.join("\n")
    );
}
