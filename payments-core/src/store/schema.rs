//! The versions of the schema, and what must be there of each table.

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
        "id, provider, environment, account, call, reference, digest, prepared_at, state, \
         reply_status, reply_content_type, reply_body, settled_at, settled_by, settled_why, \
         updated_at",
    ),
];

/// What leads from one version to the next: the first makes version 1 of an empty database. A
/// version that was released is never edited.
#[cfg(feature = "sqlite")]
pub(crate) const SQLITE: [&str; 1] = [include_str!("sqlite/1.sql")];
