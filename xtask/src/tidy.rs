//! `cargo xtask tidy`: the rules of the house that no compiler checks.

use std::fs;
use std::path::Path;

use crate::codegen::members;

mod rules;

/// A file of the workspace, by its path from the root.
#[derive(Debug)]
struct File {
    path: String,
    text: String,
}

impl File {
    fn is_generated(&self) -> bool {
        self.text.starts_with("// @generated")
    }

    fn has_ending(&self, endings: &[&str]) -> bool {
        self.path
            .rsplit_once('.')
            .is_some_and(|(_, ending)| endings.contains(&ending))
    }
}

/// What is out of order, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Finding {
    path: String,
    /// From 1; nothing where the whole file is meant.
    line: Option<usize>,
    text: String,
    help: &'static str,
}

impl Finding {
    fn render(&self) -> String {
        let Self {
            path,
            line,
            text,
            help,
        } = self;
        let line = line.map(|line| format!(":{line}")).unwrap_or_default();
        format!("{path}{line}: {text}\n    = {help}")
    }
}

/// Checks the workspace.
///
/// # Errors
/// Everything that is out of order.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let mut files = Vec::new();
    read(root, "", &mut files)?;
    let findings = rules::check(&files, &members(root)?);
    if findings.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = findings.iter().map(Finding::render).collect();
    Err(lines.join("\n"))
}

/// Reads every text file that people write, in the order of the names.
fn read(root: &Path, folder: &str, files: &mut Vec<File>) -> Result<(), String> {
    let place = root.join(folder);
    let cannot = |error| format!("{}: cannot be read: {error}", place.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(&place).map_err(cannot)? {
        names.push(
            entry
                .map_err(cannot)?
                .file_name()
                .to_string_lossy()
                .into_owned(),
        );
    }
    names.sort();
    for name in names {
        let path = if folder.is_empty() {
            name.clone()
        } else {
            format!("{folder}/{name}")
        };
        let full = root.join(&path);
        if full.is_dir() {
            let hidden = name.starts_with('.') && name != ".cargo" && name != ".ci";
            if !hidden && name != "target" {
                read(root, &path, files)?;
            }
            continue;
        }
        let text = ["rs", "toml", "md", "yaml", "yml", "sh", "sql"];
        let known = name
            .rsplit_once('.')
            .is_some_and(|(_, ending)| text.contains(&ending));
        if known {
            let text = fs::read_to_string(&full).map_err(cannot)?;
            files.push(File { path, text });
        }
    }
    Ok(())
}
