//! `cargo xtask new NAME`: the crate of a new provider, in the layout of the house.

use std::fs;
use std::path::Path;

use crate::codegen;

/// What is written, with `{{name}}` for the folder and `{{Name}}` for the type.
const TEMPLATES: [(&str, &str); 6] = [
    (
        "Cargo.toml",
        include_str!("../templates/provider/Cargo.toml"),
    ),
    ("README.md", include_str!("../templates/provider/README.md")),
    (
        "CHANGELOG.md",
        include_str!("../templates/provider/CHANGELOG.md"),
    ),
    (
        "openapi.yaml",
        include_str!("../templates/provider/openapi.yaml"),
    ),
    (
        "src/lib.rs",
        include_str!("../templates/provider/src/lib.rs"),
    ),
    (
        "src/auth.rs",
        include_str!("../templates/provider/src/auth.rs"),
    ),
];

/// Writes the crate, adds it to the workspace and generates its code; gives what to do next.
///
/// # Errors
/// If the name cannot be one, if the folder exists, or if something cannot be written.
pub(crate) fn run(root: &Path, name: &str) -> Result<String, String> {
    check_name(name)?;
    let folder = root.join(name);
    if folder.exists() {
        return Err(format!("{name}/ exists: take another name"));
    }
    let manifest = root.join("Cargo.toml");
    let text = fs::read_to_string(&manifest)
        .map_err(|error| format!("Cargo.toml: cannot be read: {error}"))?;
    let text = with_member(&text, name)?;
    let title = codegen::pascal_case(name);
    for (path, template) in TEMPLATES {
        let filled = template
            .replace("{{name}}", name)
            .replace("{{Name}}", &title);
        codegen::ensure_file_contents(&folder.join(path), &filled, false)
            .map_err(|error| format!("{name}/{path}: {error}"))?;
    }
    codegen::ensure_file_contents(&manifest, &text, false)
        .map_err(|error| format!("Cargo.toml: {error}"))?;
    codegen::provider(root, name, false)?;
    Ok(next_steps(name))
}

fn next_steps(name: &str) -> String {
    format!(
        "{name}/ is there and compiles. Next:\n\
         1. describe the provider in {name}/openapi.yaml, every fact with its evidence\n\
         2. cargo xtask codegen\n\
         3. authorize requests and verify callbacks in {name}/src/auth.rs\n\
         4. cargo test -p payments-{name}\n\
         5. write {name}/src/sandbox.rs and {name}/tests/flows.rs; another provider is the model\n\
         6. cargo xtask ci"
    )
}

fn check_name(name: &str) -> Result<(), String> {
    let letters = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit());
    let taken = [
        "core", "derive", "test", "target", "xtask", "std", "payments", "build", "src",
    ];
    if !letters {
        return Err(format!(
            "`{name}`: take small letters and digits, a letter first"
        ));
    }
    if taken.contains(&name) {
        return Err(format!(
            "`{name}`: has another meaning here, take another name"
        ));
    }
    Ok(())
}

/// The root manifest with one more member: providers come first, in the order of their names.
fn with_member(manifest: &str, name: &str) -> Result<String, String> {
    let (before, rest) = manifest
        .split_once("members = [\n")
        .ok_or("Cargo.toml: no `members = [` found")?;
    let (list, after) = rest
        .split_once(']')
        .ok_or("Cargo.toml: `members` does not end")?;
    let mut members: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
    let own = |member: &str| member.starts_with("payments-") || member == "xtask";
    let place = members
        .iter()
        .position(|member| own(member) || *member > name)
        .unwrap_or(members.len());
    members.insert(place, name);
    let lines: String = members
        .iter()
        .map(|member| format!("    \"{member}\",\n"))
        .collect();
    Ok(format!("{before}members = [\n{lines}]{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_are_taken() {
        let check =
            |name: &str, expect: bool| assert_eq!(check_name(name).is_ok(), expect, "{name}");
        check("toy", true);
        check("pay2", true);
        check("Toy", false);
        check("my-toy", false);
        check("2pay", false);
        check("../toy", false);
        check("", false);
        check("core", false);
    }

    #[test]
    fn an_existing_folder_is_left_alone() {
        let error = run(&crate::root(), "mocasa").unwrap_err();
        assert_eq!(error, "mocasa/ exists: take another name");
    }

    #[test]
    fn members_stay_in_order() {
        let check = |name: &str, expect: &str| {
            let manifest = "[workspace]\nmembers = [\n    \"b\",\n    \"d\",\n    \"payments-core\",\n]\nexclude = []\n";
            let found = with_member(manifest, name).unwrap();
            assert_eq!(found.replace([' ', '\n', '"'], ""), expect);
        };
        check("a", "[workspace]members=[a,b,d,payments-core,]exclude=[]");
        check("c", "[workspace]members=[b,c,d,payments-core,]exclude=[]");
        check("z", "[workspace]members=[b,d,z,payments-core,]exclude=[]");
    }
}
