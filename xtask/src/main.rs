//! The workspace's own commands. Knows no provider crate, so that it works when one does not compile.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[cfg(not(feature = "run"))]
mod again;
mod ci;
mod codegen;
mod new;
#[cfg(feature = "run")]
mod run;
mod tidy;

/// The workspace's own commands.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Generate Rust from every provider's openapi.yaml.
    Codegen {
        /// Write nothing; fail if anything is not as it would be.
        #[arg(long)]
        check: bool,
    },
    /// Print which provider has what, from the descriptions.
    Capabilities,
    /// Start a new provider crate.
    New {
        /// The name of its folder: small letters and digits.
        name: String,
    },
    /// Check the rules of the house that no compiler checks.
    Tidy,
    /// Run everything that has to hold.
    Ci(ci::Arguments),
    #[cfg(not(feature = "run"))]
    #[command(flatten)]
    Again(again::Again),
    #[cfg(feature = "run")]
    #[command(flatten)]
    Run(run::Run),
}

fn main() -> ExitCode {
    let Arguments { command } = Arguments::parse();
    match command.run(&root()) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

impl Command {
    fn run(self, root: &Path) -> Result<u8, String> {
        match self {
            Self::Codegen { check } => {
                for name in codegen::run(root, check)? {
                    say(&format!("wrote {name}"));
                }
                Ok(0)
            }
            Self::Capabilities => {
                say(codegen::capabilities::table(root)?.trim_end());
                Ok(0)
            }
            Self::New { name } => {
                say(&new::run(root, &name)?);
                Ok(0)
            }
            Self::Tidy => tidy::run(root).map(|()| 0),
            Self::Ci(arguments) => ci::run(root, &arguments).map(|()| 0),
            #[cfg(not(feature = "run"))]
            Self::Again(again) => again.run(root),
            #[cfg(feature = "run")]
            Self::Run(run) => run.run(),
        }
    }
}

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_path_buf()
}

/// Prints a line for the person at the terminal.
#[expect(clippy::print_stdout, reason = "a command talks to whoever called it")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

/// Prints a line about what went wrong.
pub(crate) fn complain(line: &str) {
    eprintln!("{line}");
}
