//! `cargo xtask codegen`: Rust from every provider's `openapi.yaml`.

use std::fs;
use std::path::Path;

pub(crate) mod capabilities;
mod emit;
mod format;
#[cfg(test)]
mod golden;
mod load;
mod lower;
mod model;
#[cfg(test)]
mod scratch;

use load::Source;
pub(crate) use lower::pascal_case;
use model::{Provider, Scheme};

/// Generates the code of every provider, or, with `check`, only says what is not as it would be.
///
/// # Errors
/// What is wrong with the descriptions; with `check`, the stale files.
pub(crate) fn run(root: &Path, check: bool) -> Result<Vec<String>, String> {
    let mut done = Vec::new();
    let mut wrong = Vec::new();
    for folder in providers(root)? {
        match provider(root, &folder, check) {
            Ok(changed) => done.extend(changed),
            Err(errors) => wrong.push(errors),
        }
    }
    if wrong.is_empty() {
        if capabilities::ensure_readme(root, check)? {
            done.push("README.md".to_owned());
        }
        Ok(done)
    } else {
        Err(wrong.join("\n"))
    }
}

/// The members of the workspace that have a description, in the order of their names.
pub(crate) fn providers(root: &Path) -> Result<Vec<String>, String> {
    let mut found: Vec<String> = members(root)?
        .into_iter()
        .filter(|member| root.join(member).join("openapi.yaml").is_file())
        .collect();
    found.sort();
    Ok(found)
}

/// The members that the root manifest lists.
pub(crate) fn members(root: &Path) -> Result<Vec<String>, String> {
    let path = root.join("Cargo.toml");
    let text = fs::read_to_string(&path)
        .map_err(|error| format!("{}: cannot be read: {error}", path.display()))?;
    let list = text
        .split_once("members = [")
        .and_then(|(_, rest)| rest.split_once(']'))
        .map(|(list, _)| list)
        .ok_or("Cargo.toml: no `members = [` found")?;
    let quoted = list.split('"').skip(1).step_by(2);
    Ok(quoted.map(str::to_owned).collect())
}

/// Generates one provider; gives the files that changed.
pub(crate) fn provider(root: &Path, folder: &str, check: bool) -> Result<Vec<String>, String> {
    let source = Source::read(root, &format!("{folder}/openapi.yaml"))?;
    let provider = understand(&source)?;
    check_features(root, folder, &provider)?;
    let files = files_of(root, &provider)?;
    let mut changed = Vec::new();
    let mut stale = Vec::new();
    for (path, text) in &files {
        let name = format!("{folder}/{path}");
        match ensure_file_contents(&root.join(&name), text, check) {
            Ok(true) => changed.push(name),
            Ok(false) => {}
            Err(error) => stale.push(format!("{name}: {error}")),
        }
    }
    stale.extend(extra_files(root, folder, &files)?);
    if stale.is_empty() {
        Ok(changed)
    } else {
        Err(stale.join("\n"))
    }
}

/// The files of one description, formatted: path inside the provider's folder, and text.
#[cfg(test)]
fn generate(root: &Path, source: &Source) -> Result<Vec<(&'static str, String)>, String> {
    files_of(root, &understand(source)?)
}

/// Reads and checks a description.
fn understand(source: &Source) -> Result<Provider, String> {
    let provider = match source.parse() {
        Ok(raw) => lower::lower(source, &raw),
        Err(problems) => Err(problems),
    };
    provider.map_err(|problems| problems.render(source))
}

fn files_of(root: &Path, provider: &Provider) -> Result<Vec<(&'static str, String)>, String> {
    emit::emit(provider)
        .into_iter()
        .map(|file| Ok((file.path, format::rustfmt(root, &file.text)?)))
        .collect()
}

/// What is a feature of the core must be switched on by the crate that uses them.
fn check_features(root: &Path, folder: &str, provider: &Provider) -> Result<(), String> {
    let name = format!("{folder}/Cargo.toml");
    let manifest = fs::read_to_string(root.join(&name))
        .map_err(|error| format!("{name}: cannot be read: {error}"))?;
    let signatures = provider
        .messages
        .iter()
        .filter_map(|message| message.signature.as_ref())
        .filter_map(|signature| match signature.scheme {
            Scheme::Sha256 => None,
            Scheme::HmacSha256 => Some(("signatures", "hmac")),
            Scheme::Md5 => Some(("signatures", "md5")),
        });
    let queries = provider.calls.iter().filter_map(|call| {
        let fresh = call.resolved_by.as_ref()?.fresh.as_ref();
        fresh.map(|_| ("queries", "random"))
    });
    for (what, feature) in signatures.chain(queries) {
        if !manifest.contains(&format!("\"{feature}\"")) {
            return Err(format!(
                "{name}: the {what} of {folder}/openapi.yaml need a feature of the core\n    \
                 = write payments-core = {{ workspace = true, features = [\"{feature}\"] }}"
            ));
        }
    }
    Ok(())
}

/// Files beside the generated ones, which nothing would ever take away again.
fn extra_files(
    root: &Path,
    folder: &str,
    files: &[(&'static str, String)],
) -> Result<Vec<String>, String> {
    let beside = format!("{folder}/src/generated");
    let entries = fs::read_dir(root.join(&beside))
        .map_err(|error| format!("{beside}: cannot be read: {error}"))?;
    let mut extra = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| format!("{beside}: cannot be read: {error}"))?;
        let name = entry.file_name();
        let path = format!("src/generated/{}", name.to_string_lossy());
        if !files.iter().any(|(known, _)| *known == path) {
            extra.push(format!("{folder}/{path}: is not generated: delete it"));
        }
    }
    extra.sort();
    Ok(extra)
}

/// Makes the file hold this text, or, with `check`, says that it does not. True if it changed.
pub(crate) fn ensure_file_contents(path: &Path, text: &str, check: bool) -> Result<bool, String> {
    if fs::read_to_string(path).is_ok_and(|found| found == text) {
        return Ok(false);
    }
    if check {
        return Err("is stale: run `cargo xtask codegen` and commit what it writes".to_owned());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| format!("cannot be written: {error}"))?;
    }
    fs::write(path, text).map_err(|error| format!("cannot be written: {error}"))?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_generated_is_stale() {
        if let Err(stale) = run(&crate::root(), true) {
            panic!("{stale}\nrun `cargo xtask codegen`");
        }
    }
}
