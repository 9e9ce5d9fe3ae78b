//! A program of a user, built in a workspace of its own, so that ours adds no features to it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::root;

/// What a program depends on, and does.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source {
    dependencies: &'static str,
    main: &'static str,
}

/// One request, by hand.
pub(super) const BARE: Source = Source {
    dependencies: r#"reqwest = { version = "0.13", default-features = false, features = ["rustls"] }
serde_json = "1"
tokio = { version = "1", default-features = false, features = ["rt"] }
"#,
    main: r#"//! Asks for the status of an order, by hand.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let body = runtime.block_on(async {
        reqwest::Client::new()
            .post("http://127.0.0.1:9/payment/order/query")
            .header("content-type", "application/x-www-form-urlencoded")
            .body("orderNo=ORDER-1001")
            .send()
            .await?
            .bytes()
            .await
    })?;
    let reply: serde_json::Value = serde_json::from_slice(&body)?;
    println!("{reply}");
    Ok(())
}
"#,
};

/// Messages and signatures only.
pub(super) const TYPES: Source = Source {
    dependencies: r#"payments-mocasa = { path = "@ROOT@/mocasa", default-features = false }
"#,
    main: r#"//! Reads keys.

fn main() {
    let keys = payments_mocasa::inbound::OrderWebhookKeys::new("a secret of a good length");
    println!("{keys:?}");
}
"#,
};

/// The same request as [`BARE`], with the client.
pub(super) const CLIENT: Source = Source {
    dependencies: r#"payments-mocasa = { path = "@ROOT@/mocasa" }
tokio = { version = "1", default-features = false, features = ["rt"] }
"#,
    main: r#"//! Asks for the status of an order.

use payments_mocasa::calls::{Client, Credentials, Environment};
use payments_mocasa::types::OrderStatus;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let base = Environment::At("http://127.0.0.1:9".to_owned());
    let client = Client::builder(base, Credentials::new("key", "a secret of a good length")?).build()?;
    let call = OrderStatus::builder().order_no("ORDER-1001").build()?;
    let reply = runtime.block_on(client.order_status(call))?;
    println!("{reply:?}");
    Ok(())
}
"#,
};

/// A program on disk, with our lock file, so that the versions are ours.
#[derive(Debug)]
pub(super) struct Program {
    name: &'static str,
    folder: PathBuf,
}

impl Program {
    /// Writes it into its folder.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub(super) fn write(under: &Path, name: &'static str, source: Source) -> Result<Self, String> {
        let Source { dependencies, main } = source;
        let folder = under.join(name);
        // A literal TOML string: a path may hold backslashes.
        let dependencies = dependencies.replace(
            "\"@ROOT@/mocasa\"",
            &format!("'{}'", root().join("mocasa").display()),
        );
        let manifest = format!(
            "[package]\nname = \"footprint-{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
             [dependencies]\n{dependencies}\n[workspace]\n"
        );
        let told = |error: std::io::Error| format!("{}: {error}", folder.display());
        fs::create_dir_all(folder.join("src")).map_err(told)?;
        fs::write(folder.join("Cargo.toml"), manifest).map_err(told)?;
        fs::write(folder.join("src/main.rs"), main).map_err(told)?;
        fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).map_err(told)?;
        Ok(Self { name, folder })
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The crates that are built for it, each as `name version`, without the program itself.
    ///
    /// # Errors
    /// If cargo fails: most often a crate is not in the local registry, which is not asked over
    /// the network.
    pub(super) fn tree(&self) -> Result<BTreeSet<String>, String> {
        let output = self
            .cargo(&[
                "tree",
                "-e",
                "normal,build",
                "--prefix",
                "none",
                "-f",
                "{p}",
            ])
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| format!("cargo does not start: {error}"))?;
        if !output.status.success() {
            return Err(format!("cargo tree for `{}`: {}", self.name, output.status));
        }
        let own = format!("footprint-{}", self.name);
        Ok(crates(&String::from_utf8_lossy(&output.stdout), &own))
    }

    /// Builds it from nothing; gives the CPU time of all processes.
    ///
    /// # Errors
    /// If it does not build.
    pub(super) fn build(&self) -> Result<Duration, String> {
        let target = self.folder.join("target");
        match fs::remove_dir_all(&target) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(format!("{}: {error}", target.display()));
            }
            Ok(()) | Err(_) => {}
        }
        let before = children_cpu()?;
        let status = self
            .cargo(&["build", "--quiet"])
            .status()
            .map_err(|error| format!("cargo does not start: {error}"))?;
        if !status.success() {
            return Err(format!("cargo build of `{}`: {status}", self.name));
        }
        Ok(children_cpu()?.saturating_sub(before))
    }

    fn cargo(&self, words: &[&str]) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command
            .args(words)
            .arg("--offline")
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", self.folder.join("target"))
            // A compiler cache would make the build anything but clean.
            .env("RUSTC_WRAPPER", "")
            .env_remove("CARGO_MANIFEST_DIR")
            .env_remove("RUSTFLAGS");
        command
    }
}

/// Each line is `name vVERSION`, perhaps with `(proc-macro)`, `(/path)` or `(*)`.
pub(super) fn crates(tree: &str, own: &str) -> BTreeSet<String> {
    tree.lines()
        .filter_map(|line| {
            let (name, rest) = line.split_once(" v")?;
            let version = rest.split(' ').next()?;
            (name != own).then(|| format!("{name} {version}"))
        })
        .collect()
}

/// CPU time of all ended children and theirs.
fn children_cpu() -> Result<Duration, String> {
    let stat = fs::read_to_string("/proc/self/stat")
        .map_err(|error| format!("CPU time is read from /proc, as on Linux: {error}"))?;
    let ticks = children_ticks(&stat).ok_or("/proc/self/stat is not as proc(5) says")?;
    // USER_HZ, which is 100 on every architecture of ours.
    Ok(Duration::from_millis(ticks.saturating_mul(10)))
}

/// Fields 16 and 17 of proc(5): `cutime` and `cstime`. Field 2 is a name in brackets.
fn children_ticks(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ').skip(13);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    user.checked_add(system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_are_counted_once() {
        let tree = "footprint-bare v0.0.0 (/x)\nserde v1.0.1\nserde v1.0.1 (*)\n\
                    serde_derive v1.0.1 (proc-macro)\nsyn v2.0.0\nsyn v3.0.0\n\n";
        let found = crates(tree, "footprint-bare");
        let expect = [
            "serde 1.0.1",
            "serde_derive 1.0.1",
            "syn 2.0.0",
            "syn 3.0.0",
        ];
        assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), expect);
    }

    #[test]
    fn the_time_of_children_is_read() {
        let stat = "12 (a ) b) S 1 2 3 4 5 6 7 8 9 10 11 12 130 7 20 0";
        assert_eq!(children_ticks(stat), Some(137));
        assert_eq!(children_ticks("12 (a) S 1"), None);
    }
}
