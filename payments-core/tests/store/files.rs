//! A database file of its own for each test.

use std::path::PathBuf;

/// What an earlier run left is removed.
pub(crate) fn file(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("store");
    std::fs::create_dir_all(&folder).unwrap();
    for ending in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(folder.join(format!("{name}.db{ending}")));
    }
    folder.join(format!("{name}.db"))
}
