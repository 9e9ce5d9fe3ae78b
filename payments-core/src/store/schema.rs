//! The versions of the schema, and what must be there of each table.

use std::borrow::Cow;

use super::error::{StoreError, StoreFailure};

/// What is being done, in errors.
pub(super) const OPENING: &str = "opening the store";

/// What the row in `payments_schema` says, so that a table of that name is known to be ours.
pub(crate) const OWNER: &str = "payments-core";

/// The table that says which version the others are of.
pub(crate) const VERSIONS: &str = "payments_schema";

/// Every table of ours with the columns of the newest version. Columns are only ever added, and what
/// reads them names them, so that a shop's own statements go on working.
pub(crate) const TABLES: [(&str, &str); 3] = [
    (
        "payments_inbox",
        "id, provider, environment, account, notice, dedupe, reference, method, target, headers, \
         body, peer, digest, state, attempts, why, due_at, touched_at, accepted_at",
    ),
    (
        "payments_inbox_payment",
        "provider, environment, account, reference, settled_at, claims, claimed_at, claimed_until",
    ),
    (
        "payments_journal",
        "id, provider, environment, account, call, operation, reference, digest, sent_at, attempts, \
         state, why, reply_status, reply_content_type, reply_body, settled_at, settled_by, \
         settled_who, settled_why",
    ),
];

/// What leads from one version to the next: the first makes version 1 of an empty database. A
/// version that was released is never edited.
#[cfg(feature = "sqlite")]
pub(crate) const SQLITE: [&str; 2] = [include_str!("sqlite/1.sql"), include_str!("sqlite/2.sql")];
/// The same for PostgreSQL.
#[cfg(feature = "postgres")]
pub(crate) const POSTGRES: [&str; 1] = [include_str!("postgres/1.sql")];

/// Which version the tables are of, by owner and version as they stand in [`VERSIONS`]; `newest` is
/// this library's.
pub(super) fn version(found: Option<(String, i64)>, newest: usize) -> Result<usize, StoreError> {
    let version = match found {
        Some((owner, version)) if owner == OWNER => usize::try_from(version).ok(),
        Some(_) | None => None,
    };
    let Some(version) = version.filter(|version| *version > 0) else {
        return Err(foreign(VERSIONS, "is not ours"));
    };
    if version > newest {
        let problem = format!(
            "the tables are of version {version}, this library knows versions up to {newest}"
        );
        return Err(StoreError::new(StoreFailure::NewerSchema, OPENING, problem));
    }
    Ok(version)
}

/// A text for people as every database keeps it: PostgreSQL has no U+0000.
pub(crate) fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', "\u{FFFD}"))
    } else {
        Cow::Borrowed(text)
    }
}

pub(super) fn foreign(name: &str, problem: &str) -> StoreError {
    StoreError::new(
        StoreFailure::Foreign,
        OPENING,
        format!("`{name}` {problem}"),
    )
}

#[cfg(all(test, feature = "sqlite", feature = "postgres"))]
mod tests {
    use super::*;

    /// One schema in two dialects.
    #[test]
    fn the_two_say_the_same() {
        // What comes after is of one of them.
        let [first, _] = SQLITE;
        let translated = [first].map(|step| {
            let step = step.replace("in SQLite, version", "in PostgreSQL, version");
            // There a row that waits has its place in the index by payment, and its payment a row.
            let step = step
                .replace("-- Of what was worked on only, so that accepting has one page less to write.\n", "")
                .replace(" WHERE state <> 'waiting'", "")
                .replace(" Made by\n-- the first claim.", "");
            let serial = "id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY";
            let step = step.replace("PRIMARY KEY AUTOINCREMENT", "PRIMARY KEY");
            let step = step.replace("id INTEGER PRIMARY KEY", serial);
            let step = step.replace(") STRICT;", ");").replace("INTEGER", "BIGINT");
            step.replace("BLOB", "BYTEA")
        });
        assert_eq!(translated, POSTGRES);
    }
}
