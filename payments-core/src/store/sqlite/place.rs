//! Which file a database is in, so that one that was taken away is not written to.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rusqlite::Connection;

/// For so many milliseconds a file that was seen at its place counts as there, to those who ask so. Whoever takes
/// it away takes along what was accepted before, and a few rows more are where all the others are.
const STILL_THERE: u64 = 10;

/// The file that a connection has open. An open file can be moved, replaced or deleted, and SQLite would go
/// on writing into what nobody finds again.
#[derive(Debug)]
pub(super) struct OpenFile {
    path: PathBuf,
    id: FileId,
    /// When it was found there, in milliseconds of a running clock and one more; 0 for not.
    seen: AtomicU64,
}

impl OpenFile {
    /// That of a connection; nothing for a database in memory, or where the system has no numbers for files.
    pub(super) fn of(connection: &Connection) -> io::Result<Option<Self>> {
        let path = connection.path().filter(|path| !path.is_empty());
        let Some(path) = path.map(PathBuf::from) else {
            return Ok(None);
        };
        // From another folder it has to be found too. What is in no file now is in memory, by a name.
        let path = match fs::canonicalize(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            path => path?,
        };
        let id = id(&path)?;
        let seen = AtomicU64::new(0);
        Ok(id.map(|id| Self { path, id, seen }))
    }

    /// Whether it is where it was.
    pub(super) fn is_there(&self, now: Duration) -> bool {
        let is_there = matches!(id(&self.path), Ok(Some(id)) if id == self.id);
        let seen = if is_there { in_millis(now) } else { 0 };
        self.seen.store(seen, Ordering::SeqCst);
        is_there
    }

    /// The same, or whether it was there a moment before `now`: to ask the system costs as much as a page.
    pub(super) fn was_there(&self, now: Duration) -> bool {
        let seen = self.seen.load(Ordering::SeqCst);
        let age = in_millis(now).saturating_sub(seen);
        seen > 0 && age < STILL_THERE || self.is_there(now)
    }
}

/// Never 0.
fn in_millis(now: Duration) -> u64 {
    u64::try_from(now.as_millis()).map_or(u64::MAX, |now| now.saturating_add(1))
}

#[cfg(unix)]
type FileId = (u64, u64);

#[cfg(unix)]
fn id(path: &Path) -> io::Result<Option<FileId>> {
    use std::os::unix::fs::MetadataExt;

    let file = fs::metadata(path)?;
    Ok(Some((file.dev(), file.ino())))
}

#[cfg(not(unix))]
type FileId = ();

/// Elsewhere the system does not let a file be taken away that is open.
#[cfg(not(unix))]
fn id(_: &Path) -> io::Result<Option<FileId>> {
    Ok(None)
}
