//! What each provider's crate brings along without features.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use super::program::crates;
use super::{NETWORK, Row};
use crate::{complain, root};

/// Each provider, and what its scheme has no use for.
const PROVIDERS: [(&str, &[&str]); 5] = [
    ("mocopay", &["hmac"]),
    ("mocasa", &["hmac", "md-5"]),
    ("mobilepay", &["hmac", "md-5"]),
    ("moka", &["hmac", "md-5"]),
    ("momo", &["md-5"]),
];

/// Two rows for each.
///
/// # Errors
/// If cargo fails.
pub(super) fn rows() -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    for (provider, others) in PROVIDERS {
        let package = format!("payments-{provider}");
        let tree = tree(&package)?;
        let unwanted: Vec<&String> = tree
            .iter()
            .filter(|line| {
                let name = line.split(' ').next().unwrap_or_default();
                NETWORK.contains(&name) || others.contains(&name)
            })
            .collect();
        for line in &unwanted {
            complain(&format!("{package} without features has {line}"));
        }
        let name = format!("{package} without features");
        rows.push(Row::count(name, "crates", tree.len(), 40));
        let name = "of these, network, TLS and digests of other providers";
        rows.push(Row::count(name, "crates", unwanted.len(), 0));
    }
    Ok(rows)
}

fn tree(package: &str) -> Result<BTreeSet<String>, String> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["tree", "--offline", "-p", package, "--no-default-features"])
        .args(["-e", "normal,build", "--prefix", "none", "-f", "{p}"])
        .current_dir(root())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cargo does not start: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo tree of `{package}`: {}", output.status));
    }
    Ok(crates(&String::from_utf8_lossy(&output.stdout), package))
}

#[cfg(test)]
mod tests {
    use super::super::row;

    #[test]
    fn no_provider_brings_along_what_it_has_no_use_for() {
        let rows = super::rows().unwrap();
        row::print(&rows);
        assert_eq!(rows.len(), 10);
        assert_eq!(row::code(&rows), 0);
    }
}
