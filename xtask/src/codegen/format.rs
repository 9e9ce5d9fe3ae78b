//! Formatting by rustfmt, so that generated code is a fixed point of `cargo fmt`.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Formats Rust text as `cargo fmt` would in this workspace.
///
/// # Errors
/// If rustfmt is not to be had, or if it refuses the text: then the generator is wrong.
pub(crate) fn rustfmt(root: &Path, text: &str) -> Result<String, String> {
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--emit", "stdout", "--config-path"])
        .arg(root.join("rustfmt.toml"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| {
            format!("rustfmt does not start ({error}): rustup component add rustfmt")
        })?;
    if let Some(mut input) = child.stdin.take() {
        input
            .write_all(text.as_bytes())
            .map_err(|error| format!("rustfmt does not read: {error}"))?;
    }
    let output = child
        .wait_with_output()
        .map_err(|error| format!("rustfmt does not answer: {error}"))?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        return Err(format!("rustfmt refuses generated code:\n{why}\n{text}"));
    }
    String::from_utf8(output.stdout).map_err(|_| "rustfmt does not write UTF-8".to_owned())
}
