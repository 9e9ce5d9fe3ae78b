//! Reads a description, and says where and how it is wrong.

use std::fmt::Write as _;
use std::path::Path;

use serde_saphyr::{Location, Spanned};

pub(crate) mod node;
pub(crate) mod raw;

use raw::Description;

/// The text of a description under the name that messages give it.
#[derive(Debug)]
pub(crate) struct Source {
    /// Its path from the root of the workspace, such as `mocasa/openapi.yaml`.
    pub(crate) name: String,
    /// Its text.
    pub(crate) text: String,
}

impl Source {
    /// Reads the file.
    pub(crate) fn read(root: &Path, name: &str) -> Result<Self, String> {
        let text = std::fs::read_to_string(root.join(name))
            .map_err(|error| format!("{name}: cannot be read: {error}"))?;
        Ok(Self {
            name: name.to_owned(),
            text,
        })
    }

    /// Reads the text into the narrow model.
    ///
    /// # Errors
    /// The first thing that is no YAML or not in the model: a key that does not exist, a missing one,
    /// a value of another kind.
    pub(crate) fn parse(&self) -> Result<Description, Problems> {
        let options = serde_saphyr::options! {
            with_snippet: false,
            strict_booleans: true,
        };
        let read = serde_saphyr::from_str_with_options::<Description>(&self.text, options);
        let read = read.map(|mut description| {
            description.split_media_types();
            description
        });
        read.map_err(|error| {
            let mut problems = Problems::default();
            let text = error.to_string();
            let text = text.split(" at line ").next().unwrap_or_default();
            let text = text.split(", set Duplicate").next().unwrap_or_default();
            let text = text.trim_end_matches([',', ' ']);
            problems.0.push(Problem {
                at: error.location().map(Place::of),
                text: text.to_owned(),
                help: help_for(text),
            });
            problems
        })
    }
}

/// What to write, for the mistakes that have one answer.
fn help_for(text: &str) -> String {
    if ["anyOf", "oneOf"]
        .iter()
        .any(|key| text.contains(&format!("`{key}`")))
    {
        "write the properties out: schemas are put together by $ref only".to_owned()
    } else if text.starts_with("unknown field") {
        "use one of the keys above; what the generator does not know is not silently dropped"
            .to_owned()
    } else if text.starts_with("unknown variant") {
        "use one of the words above".to_owned()
    } else if text.starts_with("missing field") {
        "add the key".to_owned()
    } else if text.starts_with("duplicate") {
        "write each key once".to_owned()
    } else {
        "mend the YAML here or just before".to_owned()
    }
}

/// Everything that is wrong with one description.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<Problem>);

#[derive(Debug, PartialEq, Eq)]
struct Problem {
    at: Option<Place>,
    text: String,
    help: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    line: usize,
    column: usize,
    width: usize,
}

impl Place {
    fn of(at: Location) -> Self {
        let number = |value: u64| usize::try_from(value).unwrap_or(usize::MAX);
        Self {
            line: number(at.line()),
            column: number(at.column()),
            width: number(at.span().len()),
        }
    }
}

impl Problems {
    /// Adds one: what is wrong, and what to write instead. The same thing is told once.
    pub(crate) fn add(&mut self, at: Location, text: impl Into<String>, help: impl Into<String>) {
        let problem = Problem {
            at: Some(Place::of(at)),
            text: text.into(),
            help: help.into(),
        };
        if !self.0.contains(&problem) {
            self.0.push(problem);
        }
    }

    /// How many there are: whether something was found wrong in between.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// Adds one about a name that is not in a list.
    pub(crate) fn unknown_name(&mut self, name: &Spanned<String>, what: &str, known: &[&str]) {
        let help = if known.is_empty() {
            "there is none yet".to_owned()
        } else {
            format!("write one of: {}", known.join(", "))
        };
        self.add(
            name.referenced,
            format!("there is no {what} `{}`", name.value),
            help,
        );
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text for people, in the order of the file.
    pub(crate) fn render(mut self, source: &Source) -> String {
        self.0.sort_by_key(|problem| problem.at);
        let mut out = String::new();
        for problem in &self.0 {
            if !out.is_empty() {
                out.push('\n');
            }
            problem.render(source, &mut out);
        }
        out
    }
}

impl Problem {
    fn render(&self, source: &Source, out: &mut String) {
        let name = &source.name;
        let Some(at) = self.at else {
            let _ = writeln!(out, "{name}: {}\n  = write: {}", self.text, self.help);
            return;
        };
        let line = source
            .text
            .lines()
            .nth(at.line.saturating_sub(1))
            .unwrap_or_default();
        let room = line
            .chars()
            .count()
            .saturating_sub(at.column.saturating_sub(1));
        let carets = "^".repeat(at.width.min(room).max(1));
        let number = at.line.to_string();
        let margin = " ".repeat(number.len());
        let before = " ".repeat(at.column.saturating_sub(1));
        let _ = writeln!(
            out,
            "{name}:{number}:{column}: {text}\n\
             {margin} |\n\
             {number} | {line}\n\
             {margin} | {before}{carets}\n\
             {margin} = {help}",
            column = at.column,
            text = self.text,
            help = self.help,
        );
    }
}
