//! The rules, each over files as values.

use super::{File, Finding};

/// Longest file that people write, in lines.
const MAX_LINES: usize = 600;

/// Applies every rule. `members` are the folders of the workspace.
pub(super) fn check(files: &[File], members: &[String]) -> Vec<Finding> {
    let providers: Vec<&str> = members
        .iter()
        .map(String::as_str)
        .filter(|member| !member.starts_with("payments-") && *member != "xtask")
        .collect();
    let mut found = missing_readmes(files, members);
    for file in files {
        if is_fixture(&file.path) {
            continue;
        }
        found.extend(providers_are_independent(file, &providers));
        found.extend(developer_paths(file));
        if file.has_ending(&["rs"]) {
            found.extend(core_names_no_provider(file, &providers));
            found.extend(wings(file));
            found.extend(network(file));
            found.extend(time(file));
            found.extend(module_files(file));
            found.extend(opening(file));
            found.extend(length(file));
            found.extend(unfinished(file));
        }
    }
    found
}

/// What is compared with the output of a program, or is not to compile.
fn is_fixture(path: &str) -> bool {
    [
        "payments-derive/tests/expand/",
        "payments-derive/tests/ui/",
        "xtask/tests/",
        "xtask/templates/",
    ]
    .iter()
    .any(|folder| path.starts_with(folder))
}

fn at(file: &File, line: usize, text: impl Into<String>, help: &'static str) -> Finding {
    Finding {
        path: file.path.clone(),
        line: Some(line),
        text: text.into(),
        help,
    }
}

fn whole(file: &File, text: impl Into<String>, help: &'static str) -> Finding {
    Finding {
        path: file.path.clone(),
        line: None,
        text: text.into(),
        help,
    }
}

/// The lines of a file, counted from 1.
fn lines(file: &File) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(file.text.lines())
}

/// The first of `words` that stands in the line as a word of its own.
fn word<'w>(line: &str, words: &[&'w str]) -> Option<&'w str> {
    let part_of_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    words.iter().copied().find(|word| {
        line.match_indices(word).any(|(from, _)| {
            let before = line
                .get(..from)
                .and_then(|before| before.chars().next_back());
            let after = from
                .checked_add(word.len())
                .and_then(|to| line.get(to..))
                .and_then(|after| after.chars().next());
            let open = |edge: Option<char>, of_word: Option<char>| {
                !(edge.is_some_and(part_of_word) && of_word.is_some_and(part_of_word))
            };
            open(before, word.chars().next()) && open(after, word.chars().next_back())
        })
    })
}

fn providers_are_independent(file: &File, providers: &[&str]) -> Vec<Finding> {
    let Some(own) = file.path.strip_suffix("/Cargo.toml") else {
        return Vec::new();
    };
    if !providers.contains(&own) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (number, line) in lines(file) {
        let key = line.split(['=', '.', ' ']).next().unwrap_or_default();
        let other = key.strip_prefix("payments-").filter(|other| *other != own);
        if other.is_some_and(|other| providers.contains(&other)) {
            found.push(at(
                file,
                number,
                format!("`{own}` depends on `{key}`"),
                "no provider knows another: move what both need to payments-core",
            ));
        }
    }
    found
}

fn core_names_no_provider(file: &File, providers: &[&str]) -> Vec<Finding> {
    let core = ["payments-core/", "payments-derive/"];
    if !core.iter().any(|folder| file.path.starts_with(folder)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (number, line) in lines(file) {
        if let Some(name) = word(&line.to_lowercase(), providers) {
            found.push(at(
                file,
                number,
                format!("the core names the provider `{name}`"),
                "say what is common, or move it to the provider's crate",
            ));
        }
    }
    found
}

fn wings(file: &File) -> Vec<Finding> {
    let inside = |wing: &str| {
        file.path.starts_with(&format!("payments-core/src/{wing}/"))
            || file.path == format!("payments-core/src/{wing}.rs")
    };
    let other: &[&str] = if inside("outgoing") {
        &["crate::incoming", "payments_core::incoming"]
    } else if inside("incoming") {
        &[
            "crate::outgoing",
            "crate::call",
            "crate::client",
            "payments_core::outgoing",
            "payments_core::call",
            "payments_core::client",
        ]
    } else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (number, line) in lines(file) {
        if let Some(path) = word(line, other) {
            found.push(at(
                file,
                number,
                format!("one wing names the other: `{path}`"),
                "move what both need to the ground floor",
            ));
        }
    }
    found
}

fn network(file: &File) -> Vec<Finding> {
    let allowed = [
        "payments-core/src/outgoing/transport",
        "payments-core/src/outgoing/client",
        "payments-core/src/store",
        "payments-core/src/sandbox",
        "payments-core/fuzz/",
        "xtask/",
    ];
    let provider_side = [
        "/src/sandbox.rs",
        "/src/sandbox/",
        "/tests/",
        "/examples/",
        "/benches/",
    ];
    if allowed.iter().any(|start| file.path.starts_with(start))
        || provider_side.iter().any(|part| file.path.contains(part))
    {
        return Vec::new();
    }
    let words = [
        "reqwest::",
        "ureq::",
        "TcpStream",
        "TcpListener",
        "UdpSocket",
        "std::net",
        "tokio::net",
    ];
    let mut found = Vec::new();
    for (number, line) in lines(file) {
        if let Some(name) = word(line, &words) {
            found.push(at(
                file,
                number,
                format!("`{name}` outside transport, store and sandbox"),
                "go through `Transport`, or move the code there; an address alone is `core::net`",
            ));
        }
    }
    found
}

fn time(file: &File) -> Vec<Finding> {
    if file.path == "payments-core/src/clock.rs" || file.path.starts_with("xtask/") {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (number, line) in lines(file) {
        if let Some(name) = word(line, &["SystemTime::now", "Instant::now"]) {
            found.push(at(
                file,
                number,
                format!("`{name}` outside clock.rs"),
                "take a `Clock`, so that tests can set the time",
            ));
        }
    }
    found
}

fn module_files(file: &File) -> Vec<Finding> {
    if file.path.ends_with("/mod.rs") {
        return vec![whole(file, "a mod.rs", "call it foo.rs beside foo/")];
    }
    Vec::new()
}

fn opening(file: &File) -> Vec<Finding> {
    let opens = ["//!", "#![doc"]
        .iter()
        .any(|start| file.text.starts_with(start));
    if opens || file.is_generated() {
        return Vec::new();
    }
    vec![at(
        file,
        1,
        "the file does not say what it is",
        "open it with one `//!` sentence",
    )]
}

fn length(file: &File) -> Vec<Finding> {
    let count = file.text.lines().count();
    if count <= MAX_LINES || file.is_generated() {
        return Vec::new();
    }
    vec![at(
        file,
        count,
        format!("{count} lines, more than {MAX_LINES}"),
        "split it: one noun a file",
    )]
}

fn unfinished(file: &File) -> Vec<Finding> {
    // Put together, so that this file is not found itself.
    let words = [
        concat!("to", "do!"),
        concat!("unimpl", "emented!"),
        concat!("FIX", "ME"),
        concat!("TO", "DO"),
        concat!("#[", "ignore"),
    ];
    let mut found = Vec::new();
    for (number, line) in lines(file) {
        if let Some(name) = word(line, &words) {
            found.push(at(
                file,
                number,
                format!("`{name}`"),
                "finish it, or take it out",
            ));
        }
    }
    found
}

fn developer_paths(file: &File) -> Vec<Finding> {
    let paths = [
        concat!("/ho", "me/"),
        concat!("/Us", "ers/"),
        concat!("/ro", "ot/"),
        concat!("/wo", "rk/"),
        concat!("C:\\Us", "ers"),
    ];
    let mut found = Vec::new();
    for (number, line) in lines(file) {
        for path in paths {
            // In `https://shop.example/x/` or `src/x/` it is no path of a machine.
            let absolute = line.match_indices(path).any(|(from, _)| {
                let before = line
                    .get(..from)
                    .and_then(|before| before.chars().next_back());
                !before
                    .is_some_and(|letter| letter.is_alphanumeric() || "_-.})$~*".contains(letter))
            });
            if absolute {
                found.push(at(
                    file,
                    number,
                    format!("`{path}` is a path of somebody's machine"),
                    "name it from the root of the workspace",
                ));
            }
        }
    }
    found
}

fn missing_readmes(files: &[File], members: &[String]) -> Vec<Finding> {
    let mut found = Vec::new();
    for member in members {
        let manifest = files
            .iter()
            .find(|file| file.path == format!("{member}/Cargo.toml"));
        let Some(manifest) = manifest else {
            continue;
        };
        let private = manifest
            .text
            .lines()
            .any(|line| line.trim() == "publish = false");
        let readme = format!("{member}/README.md");
        if !private && !files.iter().any(|file| file.path == readme) {
            found.push(whole(
                manifest,
                "the crate has no README.md",
                "write one: it is the front page of its docs",
            ));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `expect` is the place and the beginning of what is found; empty if nothing is.
    fn check(path: &str, text: &str, expect: &str) {
        let members = ["alpha", "beta", "payments-core", "xtask"].map(str::to_owned);
        let file = |path: &str, text: &str| File {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        let files = [file(path, text)];
        let found: Vec<String> = super::check(&files, &members)
            .iter()
            .map(Finding::render)
            .collect();
        match found.as_slice() {
            [] => assert_eq!(expect, "", "{path}: nothing was found in\n{text}"),
            [one] => {
                assert!(
                    !expect.is_empty() && one.starts_with(expect),
                    "{path}: found\n{one}"
                );
            }
            several => panic!("{path}: found\n{}", several.join("\n")),
        }
    }

    #[test]
    fn providers_do_not_depend_on_each_other() {
        let readme = "publish = false\n";
        check(
            "alpha/Cargo.toml",
            &format!("{readme}payments-beta.workspace = true\n"),
            "alpha/Cargo.toml:2: `alpha` depends on `payments-beta`",
        );
        check(
            "alpha/Cargo.toml",
            &format!("{readme}payments-core = \"1\"\nname = \"payments-alpha\"\n"),
            "",
        );
        check(
            "xtask/Cargo.toml",
            &format!("{readme}payments-beta = \"1\"\n"),
            "",
        );
    }

    #[test]
    fn the_core_names_no_provider() {
        check(
            "payments-core/src/a.rs",
            "//! For Alpha.\n",
            "payments-core/src/a.rs:1: the core names the provider `alpha`",
        );
        check("payments-core/src/a.rs", "//! Alphabet.\n", "");
        check("beta/src/a.rs", "//! Like alpha.\n", "");
    }

    #[test]
    fn the_wings_do_not_know_each_other() {
        check(
            "payments-core/src/outgoing/a.rs",
            "//! A.\nuse crate::incoming::Inbound;\n",
            "payments-core/src/outgoing/a.rs:2: one wing",
        );
        check(
            "payments-core/src/incoming.rs",
            "//! A.\nuse crate::call::Call;\n",
            "payments-core/src/incoming.rs:2: one wing",
        );
        check(
            "payments-core/src/incoming.rs",
            "//! A.\nuse crate::callback::Call;\n",
            "",
        );
        check(
            "payments-core/src/testing.rs",
            "//! A.\nuse crate::call::Call;\nuse crate::incoming::A;\n",
            "",
        );
    }

    #[test]
    fn only_few_files_touch_the_network() {
        check(
            "payments-core/src/a.rs",
            "//! A.\nuse std::net::TcpStream;\n",
            "payments-core/src/a.rs:2: `TcpStream`",
        );
        check(
            "alpha/src/auth.rs",
            "//! A.\nlet a = reqwest::get();\n",
            "alpha/src/auth.rs:2: `reqwest::`",
        );
        check(
            "payments-core/src/outgoing/transport/a.rs",
            "//! A.\nuse ureq::Agent;\n",
            "",
        );
        check(
            "alpha/src/sandbox.rs",
            "//! A.\nuse tokio::net::TcpListener;\n",
            "",
        );
    }

    #[test]
    fn only_the_clock_reads_the_time() {
        check(
            "alpha/src/a.rs",
            "//! A.\nlet now = SystemTime::now();\n",
            "alpha/src/a.rs:2: `SystemTime::now`",
        );
        check(
            "payments-core/src/clock.rs",
            "//! A.\nlet now = Instant::now();\n",
            "",
        );
    }

    #[test]
    fn files_are_laid_out_as_agreed() {
        check(
            "alpha/src/a/mod.rs",
            "//! A.\n",
            "alpha/src/a/mod.rs: a mod.rs",
        );
        check(
            "alpha/src/a.rs",
            "use b;\n",
            "alpha/src/a.rs:1: the file does not say",
        );
        check("alpha/src/a.rs", "#![doc = \"\"]\n", "");
        check("alpha/src/a.rs", "// @generated by a tool\n", "");
        check("xtask/tests/golden/a/src/a.rs", "use b;\n", "");
        let long = format!("//! A.\n{}", "\n".repeat(600));
        check("alpha/src/a.rs", &long, "alpha/src/a.rs:601: 601 lines");
        check(
            "alpha/src/a.rs",
            &format!("// @generated\n{}", "\n".repeat(700)),
            "",
        );
    }

    #[test]
    fn nothing_is_left_for_later() {
        for word in [
            concat!("to", "do!()"),
            concat!("// TO", "DO: x"),
            concat!("// FIX", "ME"),
            concat!("#[", "ignore]"),
            concat!("unimpl", "emented!()"),
        ] {
            check(
                "alpha/src/a.rs",
                &format!("//! A.\n{word}\n"),
                "alpha/src/a.rs:2: `",
            );
        }
        check("alpha/src/a.rs", "//! A method.\n#[must_use]\n", "");
    }

    #[test]
    fn nobody_is_named_by_a_path() {
        let path = concat!("/ho", "me/me/x");
        check("README.md", &format!("see {path}\n"), "README.md:1: `");
        check(
            "README.md",
            &format!("see https://shop.example{path}\n"),
            "",
        );
    }

    #[test]
    fn every_public_crate_has_a_readme() {
        check(
            "alpha/Cargo.toml",
            "[package]\n",
            "alpha/Cargo.toml: the crate has no README.md",
        );
        check("xtask/Cargo.toml", "publish = false\n", "");
    }
}
