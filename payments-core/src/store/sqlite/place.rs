//! Which file a database is in, so that one that was taken away is not written to.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

/// The file that a connection has open. An open file can be moved, replaced or deleted, and SQLite would go
/// on writing into what nobody finds again.
#[derive(Debug)]
pub(super) struct OpenFile {
    path: PathBuf,
    id: FileId,
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
        Ok(id.map(|id| Self { path, id }))
    }

    /// Whether it is where it was.
    pub(super) fn is_there(&self) -> bool {
        matches!(id(&self.path), Ok(Some(id)) if id == self.id)
    }
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
