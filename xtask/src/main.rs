//! The workspace's own commands. Knows no provider crate, so that it works when one does not compile.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod codegen;

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
}

fn main() -> ExitCode {
    let Arguments { command } = Arguments::parse();
    let root = root();
    let result = match command {
        Command::Codegen { check } => codegen::run(&root, check).map(|changed| {
            for name in changed {
                say(&format!("wrote {name}"));
            }
        }),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
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
