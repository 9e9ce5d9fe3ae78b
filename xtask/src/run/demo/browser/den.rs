//! A folder for what a browser writes, gone with everything in it in the end.

use std::fs::DirBuilder;
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

/// So often another name is tried.
const NAMES: u32 = 1000;

/// The folder, for as long as this value lives. Only its owner may look into it.
pub(super) struct Den(PathBuf);

impl Den {
    /// A new one, among the system's temporary files.
    ///
    /// # Errors
    /// That nothing can be made there.
    pub(super) fn new() -> Result<Self, String> {
        let (all, own) = (std::env::temp_dir(), std::process::id());
        for number in 0..NAMES {
            let path = all.join(format!("payments-browser-{own}-{number}"));
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Ok(Self(path)),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(format!("{}: {error}", path.display())),
            }
        }
        Err(format!("{}: no name is free", all.display()))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Den {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            crate::complain(&format!("left behind: {}: {error}", self.0.display()));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn nothing_is_left_of_it() {
        let (one, other) = (Den::new().unwrap(), Den::new().unwrap());
        assert_ne!(one.path(), other.path());
        let path = one.path().to_owned();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o700
        );
        fs::create_dir(path.join("profile")).unwrap();
        fs::write(path.join("profile/cookies"), "x").unwrap();
        drop(one);
        assert!(!path.exists());
    }
}
