//! `cargo xtask ci`: everything that has to hold, one command at the desk and in CI.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use crate::{codegen, complain, say, tidy};

/// How to go about it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Leave the tests out.
    #[arg(long)]
    skip_tests: bool,
    /// Go on after a failure, to see them all.
    #[arg(long)]
    keep_going: bool,
    /// Print the steps and run none.
    #[arg(long)]
    list: bool,
}

/// One thing that has to hold.
#[derive(Debug, PartialEq, Eq)]
struct Step {
    name: String,
    what: What,
}

#[derive(Debug, PartialEq, Eq)]
enum What {
    Cargo(Vec<String>),
    Docs(Vec<String>),
    /// Packaging, in a target folder that no earlier run had: cargo keeps what it unpacked of these
    /// crates in its home by the path of that folder, and takes the old sources for the new as long
    /// as the version is the same.
    Package(Vec<String>),
    Tidy,
    Codegen,
}

/// Runs the steps, each with its time.
///
/// # Errors
/// The steps that failed.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<(), String> {
    let steps = steps(root, arguments.skip_tests, std::env::var_os("CI").is_some())?;
    let mut summary = Vec::new();
    let mut failed = Vec::new();
    for step in &steps {
        if arguments.list {
            say(&step.name);
            continue;
        }
        say(&format!("\n== {}", step.name));
        let (result, took) = timed(|| step.run(root));
        let verdict = if result.is_ok() { "ok" } else { "FAILED" };
        summary.push(format!(
            "{verdict:>6} {:>7.1} s  {}",
            took.as_secs_f32(),
            step.name
        ));
        if let Err(error) = result {
            complain(&error);
            failed.push(step.name.as_str());
            if !arguments.keep_going {
                break;
            }
        }
    }
    if !arguments.list {
        say(&format!("\n{}", summary.join("\n")));
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("failed: {}", failed.join(", ")))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long a step takes is no business of a test's clock"
)]
fn timed<T>(run: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = run();
    (result, start.elapsed())
}

impl Step {
    fn cargo(words: &str) -> Self {
        Self {
            name: format!("cargo {words}"),
            what: What::Cargo(words.split(' ').map(str::to_owned).collect()),
        }
    }

    fn run(&self, root: &Path) -> Result<(), String> {
        match &self.what {
            What::Cargo(words) => cargo(root, words, &[]),
            What::Docs(words) => cargo(root, words, &[("RUSTDOCFLAGS", "-D warnings")]),
            What::Package(words) => package(root, words),
            What::Tidy => tidy::run(root),
            What::Codegen => codegen::run(root, true).map(|_| ()),
        }
    }
}

fn cargo(root: &Path, words: &[String], set: &[(&str, &str)]) -> Result<(), String> {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(program)
        .args(words)
        .envs(set.iter().copied())
        .current_dir(root)
        .status()
        .map_err(|error| format!("cargo does not start: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("cargo {}: {status}", words.join(" ")))
    }
}

fn package(root: &Path, words: &[String]) -> Result<(), String> {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    let target = std::env::temp_dir().join(format!("payments-package-{}", since.as_nanos()));
    let packaged = cargo(
        root,
        words,
        &[("CARGO_TARGET_DIR", &target.to_string_lossy())],
    );
    // Nothing of what was packaged is wanted later; a folder that stays behind is no failure.
    std::fs::remove_dir_all(&target).ok();
    packaged
}

/// The steps in their order: the quick ones first.
fn steps(root: &Path, skip_tests: bool, in_ci: bool) -> Result<Vec<Step>, String> {
    let docs = "doc --workspace --no-deps --all-features";
    let mut steps = vec![
        Step::cargo("fmt --all --check"),
        Step {
            name: "tidy".to_owned(),
            what: What::Tidy,
        },
        Step {
            name: "codegen --check".to_owned(),
            what: What::Codegen,
        },
        Step::cargo("clippy --workspace --all-targets --all-features -- -D warnings"),
    ];
    if !skip_tests {
        steps.push(Step::cargo("test --workspace"));
        steps.push(Step::cargo("test --workspace --all-features"));
    }
    steps.push(Step {
        name: format!("cargo {docs}, warnings denied"),
        what: What::Docs(docs.split(' ').map(str::to_owned).collect()),
    });
    for provider in codegen::providers(root)? {
        let package = format!("build -p payments-{provider}");
        steps.push(Step::cargo(&package));
        steps.push(Step::cargo(&format!("{package} --no-default-features")));
        let manifest = root.join(&provider).join("Cargo.toml");
        let manifest = std::fs::read_to_string(&manifest)
            .map_err(|error| format!("{}: cannot be read: {error}", manifest.display()))?;
        for feature in features(&manifest) {
            let words = format!("{package} --no-default-features --features {feature}");
            steps.push(Step::cargo(&words));
        }
    }
    let dirty = if in_ci { "" } else { " --allow-dirty" };
    let words = format!("package --workspace --exclude xtask{dirty}");
    steps.push(Step {
        name: format!("cargo {words}"),
        what: What::Package(words.split(' ').map(str::to_owned).collect()),
    });
    Ok(steps)
}

/// The features that a manifest declares, without `default`.
fn features(manifest: &str) -> Vec<&str> {
    manifest
        .lines()
        .skip_while(|line| line.trim() != "[features]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name.trim())
        .filter(|name| *name != "default")
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_read_from_the_manifest() {
        let manifest = "[package]\nname = \"a\"\n\n[features]\ndefault = [\"client\"]\nclient = []\nsandbox = []\n\n[dependencies]\nserde = \"1\"\n";
        assert_eq!(features(manifest), ["client", "sandbox"]);
        assert_eq!(features("[package]\n"), [""; 0]);
    }

    fn check(skip_tests: bool, in_ci: bool, has: &str, lacks: &str) {
        let steps = steps(&crate::root(), skip_tests, in_ci).unwrap();
        let names: Vec<&str> = steps.iter().map(|step| step.name.as_str()).collect();
        assert!(names.contains(&has), "{has} is not in {names:?}");
        assert!(!names.contains(&lacks), "{lacks} is in {names:?}");
    }

    #[test]
    fn steps_follow_the_arguments() {
        let packaged = "cargo package --workspace --exclude xtask";
        let dirty = "cargo package --workspace --exclude xtask --allow-dirty";
        check(false, true, packaged, dirty);
        check(true, false, dirty, "cargo test --workspace");
        check(false, false, "cargo test --workspace", packaged);
    }
}
