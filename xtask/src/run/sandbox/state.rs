//! The file in which the sandboxes' state survives a restart: what came to each, in order.
//!
//! One line says what the file is and how many lines follow; each of them is one input of one sandbox.
//! It holds what merchants sent, credentials of the sandbox included: only its owner may read it.

use std::fs::{File, OpenOptions, Permissions, TryLockError};
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::all::Running;

/// What is written in this way; a newer one is refused.
const VERSION: u32 = 1;

/// Only its owner may read it.
const OWN: u32 = 0o600;

/// The first line.
#[derive(Deserialize, Serialize)]
struct Head {
    sandbox_state: u32,
    /// So many lines follow, at least; in so many digits that it can be overwritten.
    lines: String,
    sandboxes: Vec<About>,
}

/// How a sandbox was started: with anything else, other things come of the same input.
#[derive(Debug, Deserialize, PartialEq, Eq, Serialize)]
struct About {
    provider: String,
    seed: u64,
    base_url: String,
    options: Vec<(String, String)>,
}

/// One input.
#[derive(Deserialize, Serialize)]
struct Line {
    of: String,
    input: Box<RawValue>,
}

/// What a file holds. Nobody else writes to it as long as this is there.
pub(super) struct Kept {
    path: PathBuf,
    file: File,
    head: Head,
    lines: Vec<Line>,
}

impl Kept {
    /// Reads the file; `None` where there is none yet.
    ///
    /// # Errors
    /// A file that cannot be read and written, that another program has its state in, that is cut, is of
    /// a newer version, or is something else. It is left as it is.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, String> {
        let shown = path.display();
        let unusable = |error: std::io::Error| format!("--state {shown}: {error}");
        let mut file = match OpenOptions::new().read(true).write(true).open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unusable(error)),
        };
        lock(&file, path)?;
        // A copy may be anybody's to read.
        file.set_permissions(Permissions::from_mode(OWN))
            .map_err(unusable)?;
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(unusable)?;
        let wrong = |what: &str| {
            format!(
                "--state {shown}: {what}; it was left as it is, give another file or move it away"
            )
        };
        let mut parts = text.split_inclusive('\n');
        let first = parts.next().unwrap_or_default();
        #[derive(Deserialize)]
        struct AnyVersion {
            sandbox_state: u32,
        }
        let any: AnyVersion = serde_json::from_str(first)
            .map_err(|_| wrong("not a state of sandboxes, or its first line is cut"))?;
        if any.sandbox_state > VERSION {
            return Err(wrong(&format!(
                "it is of version {}, and this program knows {VERSION}",
                any.sandbox_state
            )));
        }
        let head: Head =
            serde_json::from_str(first).map_err(|_| wrong("its first line is broken"))?;
        let mut lines = Vec::new();
        for (place, part) in parts.enumerate() {
            let number = place.saturating_add(2);
            let line = part.strip_suffix('\n');
            let line = line.and_then(|line| serde_json::from_str(line).ok());
            lines.push(line.ok_or_else(|| wrong(&format!("line {number} is cut or broken")))?);
        }
        let promised: usize = head.lines.parse().unwrap_or(usize::MAX);
        if lines.len() < promised {
            return Err(wrong(&format!(
                "it is cut: {promised} lines should follow the first, {} do",
                lines.len()
            )));
        }
        Ok(Some(Self {
            path: path.to_owned(),
            file,
            head,
            lines,
        }))
    }

    /// The seed that the sandbox of this provider was started with.
    pub(super) fn seed(&self, provider: &str) -> Option<u64> {
        let found = self
            .head
            .sandboxes
            .iter()
            .find(|one| one.provider == provider);
        found.map(|one| one.seed)
    }

    /// The port that the sandbox of this provider was on.
    pub(super) fn port(&self, provider: &str) -> Option<u16> {
        let mut sandboxes = self.head.sandboxes.iter();
        let found = sandboxes.find(|one| one.provider == provider)?;
        // A path may follow.
        let (_, after) = found.base_url.rsplit_once(':')?;
        after.split('/').next()?.parse().ok()
    }

    /// Brings the sandboxes to where they were.
    ///
    /// # Errors
    /// Where they were started in another way than then, or something else comes of the same input.
    pub(super) fn restore(&self, running: &[Running]) -> Result<(), String> {
        let shown = self.path.display();
        let now = about(running);
        if self.head.sandboxes.len() != now.len() {
            return Err(format!(
                "--state {shown}: it is of {} sandboxes, not of {}; give another file",
                self.head.sandboxes.len(),
                now.len()
            ));
        }
        if let Some((then, _)) = self
            .head
            .sandboxes
            .iter()
            .zip(&now)
            .find(|(then, now)| then != now)
        {
            return Err(format!(
                "--state {shown}: the sandbox of {} was at {} (--port 0 takes what the file says), with other options or another seed; start it in the same way, or give another file",
                then.provider, then.base_url
            ));
        }
        for one in running {
            let own = self
                .lines
                .iter()
                .enumerate()
                .filter(|(_, line)| line.of == one.provider);
            let (numbers, inputs): (Vec<usize>, Vec<String>) = own
                .map(|(place, line)| (place.saturating_add(2), line.input.get().to_owned()))
                .unzip();
            one.serving.desk.restore(&inputs).map_err(|error| {
                let place = error.number().saturating_sub(1);
                let line = numbers.get(place).copied().unwrap_or_default();
                format!("--state {shown}, line {line}: {error}; the file was left as it is")
            })?;
        }
        Ok(())
    }
}

/// Keeps all others who ask for it away from the file, until it is closed.
fn lock(file: &File, path: &Path) -> Result<(), String> {
    file.try_lock().map_err(|error| {
        let shown = path.display();
        match error {
            TryLockError::WouldBlock => format!(
                "--state {shown}: another program that runs has its state in this file; stop that one, or give another file"
            ),
            TryLockError::Error(error) => format!("--state {shown}: {error}"),
        }
    })
}

fn about(running: &[Running]) -> Vec<About> {
    let running = running.iter();
    running
        .map(|one| About {
            provider: one.provider.to_owned(),
            seed: one.seed,
            base_url: one.serving.base_url.clone(),
            options: owned(&one.given.0),
        })
        .collect()
}

fn owned(options: &[(&'static str, String)]) -> Vec<(String, String)> {
    let options = options.iter();
    options
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect()
}

/// The file that is written to.
struct Open {
    file: File,
    lines: u64,
    /// Where the number of lines stands.
    count_at: u64,
    /// Where the last line ends.
    end: u64,
    has_failed: bool,
}

/// Writes down what comes to the sandboxes from now on, after what `kept` has.
///
/// # Errors
/// A file that cannot be written, or that another program has begun meanwhile.
pub(super) fn keep(path: &Path, kept: Option<Kept>, running: &[Running]) -> Result<(), String> {
    let wrong = |error: std::io::Error| format!("--state {}: {error}", path.display());
    let is_new = kept.is_none();
    let (file, lines) = match kept {
        Some(Kept { file, lines, .. }) => (file, u64::try_from(lines.len()).unwrap_or(u64::MAX)),
        None => {
            let mut options = OpenOptions::new();
            let options = options.write(true).create_new(true).mode(OWN);
            let file = options.open(path).map_err(wrong)?;
            lock(&file, path)?;
            (file, 0)
        }
    };
    let head = Head {
        sandbox_state: VERSION,
        lines: digits(lines),
        sandboxes: about(running),
    };
    let head = serde_json::to_string(&head).map_err(|error| error.to_string())?;
    let count_at = head.find(&digits(lines)).unwrap_or_default();
    let mut open = Open {
        file,
        lines,
        count_at: u64::try_from(count_at).unwrap_or_default(),
        end: 0,
        has_failed: false,
    };
    if is_new {
        open.file
            .write_all(format!("{head}\n").as_bytes())
            .map_err(wrong)?;
    }
    open.end = open.file.seek(SeekFrom::End(0)).map_err(wrong)?;
    let open = Arc::new(Mutex::new(open));
    for one in running {
        let (open, of) = (Arc::clone(&open), one.provider);
        one.serving.desk.record(move |input| {
            let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
            open.add(of, input);
        });
    }
    Ok(())
}

/// As many for any number.
fn digits(lines: u64) -> String {
    format!("{lines:020}")
}

impl Open {
    /// The line first, then the number of lines: whoever is stopped between leaves a line more.
    fn add(&mut self, of: &str, input: &str) {
        if self.has_failed {
            return;
        }
        let line = format!("{{\"of\":\"{of}\",\"input\":{input}}}\n");
        let count = digits(self.lines.saturating_add(1));
        let written = self
            .file
            .write_all(line.as_bytes())
            .and_then(|()| self.file.seek(SeekFrom::Start(self.count_at)).map(drop))
            .and_then(|()| self.file.write_all(count.as_bytes()))
            .and_then(|()| self.file.seek(SeekFrom::End(0)));
        match written {
            Ok(end) => {
                self.lines = self.lines.saturating_add(1);
                self.end = end;
            }
            Err(error) => {
                self.has_failed = true;
                // A line that is cut would spoil all before it. Where not even this can be done, the
                // file is refused as cut.
                let _ = self.file.set_len(self.end);
                eprintln!("the state is not written any more, and ends before this: {error}");
            }
        }
    }
}

#[cfg(test)]
mod tests;
