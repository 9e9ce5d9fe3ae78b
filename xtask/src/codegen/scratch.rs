//! Generated code compiled: the goldens as modules of one crate, and a new provider in a copy of the
//! workspace.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::emit::header;
use crate::{new, root};

/// A clean folder beside the build's other output.
fn scratch(name: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR");
    let target = target.map_or_else(|| root().join("target"), PathBuf::from);
    let folder = root().join(target).join("xtask-scratch").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(&path, &to).unwrap();
        }
    }
}

/// Runs cargo offline, from the lock file of the workspace.
fn cargo(folder: &Path, words: &[&str]) {
    let Some(program) = std::env::var_os("CARGO") else {
        eprintln!("SKIPPED: CARGO is not in the environment, so generated code is not compiled");
        return;
    };
    let output = Command::new(program)
        .args(words)
        .args(["--offline", "--quiet"])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "cargo {}, in {}:\n{}\n{}",
        words.join(" "),
        folder.display(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
}

#[test]
fn the_goldens_compile_and_pass_their_tests() {
    let folder = scratch("golden");
    let src = folder.join("src");
    let tests = root().join("xtask/tests");
    let golden = tests.join("golden");
    let provider = read(&tests.join("scratch/provider.rs"));
    let mut lib = String::from("//! The goldens of xtask, compiled.\n\npub mod auth;\n");
    let mut auth = String::from("//! The providers of the goldens.\n");
    let mut cases: Vec<String> = fs::read_dir(&golden)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    cases.sort();
    for case in cases {
        lib.push_str(&format!("pub mod {case};\n"));
        auth.push_str(
            &provider
                .replace("Golden", &super::pascal_case(&case))
                .replace("golden", &case),
        );
        let module = format!(
            "//! The golden `{case}`.\n\nmod generated;\n\
             pub use generated::{{calls, codes, inbound, types}};\n\n\
             #[cfg(test)]\nmod tests;\n"
        );
        write(&src.join(format!("{case}.rs")), &module);
        copy(&golden.join(&case).join("src"), &src.join(&case));
        // Examples in docs name the provider's own crate.
        let calls = src.join(&case).join("generated/calls.rs");
        let library = format!("payments_{case}::");
        let text = read(&calls).replace(&library, &format!("goldens::{case}::"));
        write(&calls, &text);
        let tests = read(&golden.join(&case).join("tests/generated.rs"));
        assert!(tests.starts_with(&header(&case)));
        let tests = tests.replace(&library, &format!("crate::{case}::"));
        write(&src.join(&case).join("tests.rs"), &tests);
    }
    write(&src.join("lib.rs"), &lib);
    write(&src.join("auth.rs"), &auth);
    let core = root().join("payments-core");
    let manifest = read(&tests.join("scratch/Cargo.toml"));
    let manifest = manifest.replace("{{core}}", &core.display().to_string());
    write(&folder.join("Cargo.toml"), &manifest);
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    cargo(&folder, &["test", "--all-features"]);
    cargo(&folder, &["check"]);
}

#[test]
fn a_new_provider_compiles_and_takes_a_description() {
    let folder = scratch("workspace");
    for file in ["Cargo.lock", "rustfmt.toml"] {
        fs::copy(root().join(file), folder.join(file)).unwrap();
    }
    let mut manifest = read(&root().join("Cargo.toml"));
    for member in super::members(&root()).unwrap() {
        if member.starts_with("payments-") {
            copy(&root().join(&member), &folder.join(&member));
        } else {
            manifest = manifest.replace(&format!("    \"{member}\",\n"), "");
        }
    }
    write(&folder.join("Cargo.toml"), &manifest);

    let next = new::run(&folder, "toy").unwrap();
    assert!(
        next.contains("describe the provider in toy/openapi.yaml"),
        "{next}"
    );
    assert_eq!(super::providers(&folder).unwrap(), ["toy"]);
    assert_eq!(
        super::run(&folder, true),
        Ok(Vec::new()),
        "what is new is not stale"
    );
    cargo(&folder, &["test", "-p", "payments-toy"]);

    let toy = root().join("xtask/tests/toy");
    let auth = read(&toy.join("auth.rs"));
    assert!(
        auth.lines().count() <= 40,
        "a sixth provider is an afternoon's work"
    );
    write(&folder.join("toy/src/auth.rs"), &auth);
    write(
        &folder.join("toy/openapi.yaml"),
        &read(&toy.join("openapi.yaml")),
    );
    let error = super::run(&folder, true).unwrap_err();
    assert!(error.contains("features = [\"hmac\"]"), "{error}");
    let manifest = read(&folder.join("toy/Cargo.toml"));
    let with_hmac = "payments-core = { workspace = true, features = [\"hmac\"] }";
    let manifest = manifest.replace("payments-core.workspace = true", with_hmac);
    write(&folder.join("toy/Cargo.toml"), &manifest);
    let error = super::run(&folder, true).unwrap_err();
    assert!(
        error.contains("toy/src/generated/calls.rs: is stale"),
        "{error}"
    );
    super::run(&folder, false).unwrap();
    cargo(&folder, &["test", "-p", "payments-toy", "--all-features"]);
}
