//! Commands that need the provider crates: this program again, built with the feature `run`.

use std::ffi::OsString;
use std::io::{IsTerminal as _, stderr};
use std::path::Path;
use std::process::Command;

/// The same names as in `run.rs`; the arguments are read there.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Again {
    /// Run every provider's whole flow against the sandboxes.
    #[command(disable_help_flag = true)]
    Demo(Rest),
    /// Serve the sandboxes.
    #[command(disable_help_flag = true)]
    Sandbox(Rest),
    /// Open a small shop that takes payments from the sandboxes.
    #[command(disable_help_flag = true)]
    Shop(Rest),
    /// Send every call that is not a read into every fault, in a release build.
    #[command(disable_help_flag = true)]
    Faults(Rest),
    /// Kill a receiver, a payer and their database, and compare what is left, in a release build.
    #[command(disable_help_flag = true)]
    Crash(Rest),
    /// Measure the figures to hold, in a release build.
    #[command(disable_help_flag = true)]
    Bench(Rest),
    /// Count crates and build seconds.
    #[command(disable_help_flag = true)]
    Footprint(Rest),
    /// Forge callbacks of every scheme and see that none is believed, in a release build.
    #[command(disable_help_flag = true)]
    Forge(Rest),
}

/// Arguments that are passed on unread.
#[derive(Debug, clap::Args)]
pub(crate) struct Rest {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    arguments: Vec<OsString>,
}

impl Again {
    /// Builds and runs the command; gives its exit code.
    ///
    /// # Errors
    /// If cargo does not start.
    pub(crate) fn run(self, root: &Path) -> Result<u8, String> {
        let (words, rest) = self.cargo_words();
        let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let manifest = root.join("Cargo.toml");
        let mut cargo = Command::new(program);
        cargo.args(words);
        // Who looks at a terminal sees that it builds: the first time takes minutes.
        if !stderr().is_terminal() {
            cargo.arg("--quiet");
        }
        cargo
            .arg("--manifest-path")
            .arg(manifest)
            .arg("--")
            .args(rest);
        become_it(cargo)
    }

    /// The words before `--`, and those after it.
    fn cargo_words(self) -> (Vec<&'static str>, Vec<OsString>) {
        let (name, release, Rest { arguments }) = match self {
            Self::Demo(rest) => ("demo", false, rest),
            Self::Sandbox(rest) => ("sandbox", false, rest),
            Self::Shop(rest) => ("shop", false, rest),
            Self::Faults(rest) => ("faults", true, rest),
            Self::Crash(rest) => ("crash", true, rest),
            Self::Bench(rest) => ("bench", true, rest),
            Self::Footprint(rest) => ("footprint", false, rest),
            Self::Forge(rest) => ("forge", true, rest),
        };
        let mut words = vec!["run", "--package", "xtask", "--features", "run"];
        if release {
            words.push("--release");
        }
        let mut after = vec![OsString::from(name)];
        after.extend(arguments);
        (words, after)
    }
}

/// Turns this process into cargo, which turns itself into the command: whoever ends the process that
/// was started ends the server in it.
#[cfg(unix)]
fn become_it(mut cargo: Command) -> Result<u8, String> {
    use std::os::unix::process::CommandExt as _;
    Err(format!("cargo does not start: {}", cargo.exec()))
}

#[cfg(not(unix))]
fn become_it(mut cargo: Command) -> Result<u8, String> {
    let status = cargo
        .status()
        .map_err(|error| format!("cargo does not start: {error}"))?;
    Ok(status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(Debug, clap::Parser)]
    struct Arguments {
        #[command(subcommand)]
        again: Again,
    }

    fn check(line: &str, release: bool, after: &[&str]) {
        let words = std::iter::once("xtask").chain(line.split(' '));
        let (before, found) = Arguments::try_parse_from(words)
            .unwrap()
            .again
            .cargo_words();
        assert_eq!(before.contains(&"--release"), release, "{line}");
        assert_eq!(found, after, "{line}");
    }

    #[test]
    fn arguments_are_passed_on() {
        check("demo", false, &["demo"]);
        check(
            "demo --json --seed 7",
            false,
            &["demo", "--json", "--seed", "7"],
        );
        check("bench --help", true, &["bench", "--help"]);
        check("forge --seed 7", true, &["forge", "--seed", "7"]);
        check(
            "faults --ops 7 --json",
            true,
            &["faults", "--ops", "7", "--json"],
        );
        check(
            "crash --store sqlite",
            true,
            &["crash", "--store", "sqlite"],
        );
        check("sandbox -- --odd", false, &["sandbox", "--odd"]);
    }
}
