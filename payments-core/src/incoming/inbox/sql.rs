//! The statements of an inbox in a database, as they are run. In PostgreSQL `?` is written `$`.
//!
//! Each step is one transaction. SQLite's begin with `BEGIN IMMEDIATE`, so that no two of them overlap; where one
//! message comes alone, [`KEEP_IN_SQLITE`] is one by itself. PostgreSQL's are `READ COMMITTED`, and lock what they work on.
//! The steps are: [`KEEP`] and [`PAYMENT`] (or [`DIGEST`], where the key is known); [`NEXT`], [`COUNT`] and
//! [`CLAIM`]; [`END`] and [`DONE`]. In SQLite, where what a commit writes is what accepting costs, a message is kept
//! by [`KEEP_IN_SQLITE`], and [`PAYMENT`] comes with the first claim of a payment: before [`CLAIM`], where
//! [`NEXT_IN_SQLITE`] finds none. What was kept joins the queue there by [`QUEUE`]: as long as that changes a row and
//! [`NEXT_IN_SQLITE`] gives none that is due at 0, both are done again. Times are in milliseconds since
//! 1970-01-01 UTC; the tables are described in `payments_core::store`.
//!
//! A shop that works on the same database through another library does the last step in a transaction of
//! its own: its writes, then [`END`] and [`DONE`] with what [`Claimed::lease`] says, then the commit.
//! Where [`END`] changes no row, another worker has the payment, and all of it is to be rolled back.
//!
//! `examples/sqlx` does all of it through sqlx: it claims by [`NEXT`], [`COUNT`] and [`CLAIM`], and ends in the
//! transaction in which the shop's order is paid.
//!
//! [`Claimed::lease`]: crate::incoming::Claimed::lease

macro_rules! keep {
    ($due:literal) => {
        concat!(
            "
    INSERT INTO payments_inbox (
        provider, environment, account, notice, dedupe, reference, method, target, headers, body,
        peer, digest, state, attempts, due_at, touched_at, accepted_at
    ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 'waiting', 0, ",
            $due,
            ", ?13, ?13)
    ON CONFLICT (provider, environment, account, notice, dedupe) DO NOTHING"
        )
    };
}

/// Keeps a message, which is due at once; no row where its key is known. In SQLite [`KEEP_IN_SQLITE`] does it: this
/// would hide what waits there.
pub const KEEP: &str = keep!("0");

/// The same in SQLite, where it is not in the queue yet: it is due at -1.
pub const KEEP_IN_SQLITE: &str = keep!("-1");

/// Makes sure of the row of a payment, and holds it until the commit.
pub const PAYMENT: &str = "
    INSERT INTO payments_inbox_payment (provider, environment, account, reference, claims)
    VALUES (?1, ?2, ?3, ?4, 0)
    ON CONFLICT (provider, environment, account, reference)
    DO UPDATE SET claims = payments_inbox_payment.claims";

/// What a known message said.
pub const DIGEST: &str = "
    SELECT digest FROM payments_inbox
    WHERE provider = ?1 AND environment = ?2 AND account = ?3 AND notice = ?4 AND dedupe = ?5";

macro_rules! next {
    ($join:literal, $which:literal) => {
        concat!(
            "
    SELECT i.id, i.attempts, p.claims, p.settled_at IS NOT NULL, i.provider, i.environment,
        i.account, i.notice, i.dedupe, i.reference, i.method, i.target, i.headers, i.body, i.peer,
        i.due_at
    FROM payments_inbox i ",
            $join,
            " payments_inbox_payment p
        USING (provider, environment, account, reference)
    WHERE i.state = 'waiting'",
            $which,
            " AND (i.due_at <= ?1 OR i.touched_at > ?2)
        AND (p.claimed_until IS NULL OR p.claimed_until <= ?1 OR p.claimed_at > ?2)
    ORDER BY i.due_at, i.id LIMIT 1"
        )
    };
}

/// The oldest row that is due at ?1, of a payment that nobody works on. What was written after ?2 was
/// written before the clock jumped back: its times count for nothing. In PostgreSQL it ends with
/// `FOR UPDATE OF i, p SKIP LOCKED`, so that workers do not wait for each other.
pub const NEXT: &str = next!("JOIN", "");

/// The same in SQLite, where a payment without a claim has no row yet: its claims are null then. What is not in
/// the queue is not found.
pub const NEXT_IN_SQLITE: &str = next!("LEFT JOIN", " AND i.due_at >= 0");

/// What has just come to SQLite, and is in no index of what is due: it has the highest ids.
macro_rules! new {
    () => {
        "id > coalesce((
            SELECT id FROM payments_inbox NOT INDEXED
            WHERE state <> 'waiting' OR due_at >= 0 ORDER BY id DESC LIMIT 1
        ), 0)"
    };
}

/// Puts what has just come into the queue, the first ?1 rows; in SQLite only. What is tried again is due at some
/// time, and so comes after it.
pub const QUEUE: &str = concat!(
    "
    UPDATE payments_inbox SET due_at = 0
    WHERE id IN (
        SELECT id FROM payments_inbox NOT INDEXED WHERE ",
    new!(),
    " ORDER BY id LIMIT ?1
    )"
);

/// Counts the attempt.
pub const COUNT: &str = "
    UPDATE payments_inbox SET attempts = attempts + 1, touched_at = ?2 WHERE id = ?1";

/// Gives the payment to the worker, until ?7.
pub const CLAIM: &str = "
    UPDATE payments_inbox_payment SET claims = ?5, claimed_at = ?6, claimed_until = ?7
    WHERE provider = ?1 AND environment = ?2 AND account = ?3 AND reference = ?4";

/// Ends the claim numbered ?5, and settles the payment where ?6 is the time and not null. It must
/// change one row: where it changes none, another worker has the payment, and the whole transaction
/// is to be rolled back.
pub const END: &str = "
    UPDATE payments_inbox_payment
    SET claimed_at = NULL, claimed_until = NULL, settled_at = coalesce(settled_at, ?6)
    WHERE provider = ?1 AND environment = ?2 AND account = ?3 AND reference = ?4
        AND claims = ?5 AND claimed_until IS NOT NULL";

/// Ends the row: `done`, `dead`, or `waiting` until ?3.
pub const DONE: &str = "
    UPDATE payments_inbox SET state = ?2, due_at = ?3, why = ?4, touched_at = ?5 WHERE id = ?1";

/// Rows that were set aside.
pub const DEAD: &str = "
    SELECT attempts, why, provider, environment, account, notice, dedupe, reference, method, target,
        headers, body, peer
    FROM payments_inbox WHERE state = 'dead' ORDER BY id LIMIT ?1";

/// Lets one of them be tried again.
pub const REVIVE: &str = "
    UPDATE payments_inbox SET state = 'waiting', attempts = 0, due_at = 0, touched_at = ?6
    WHERE provider = ?1 AND environment = ?2 AND account = ?3 AND notice = ?4 AND dedupe = ?5
        AND state = 'dead'";

/// Ends one of them without acting upon it.
pub const DISCARD: &str = "
    UPDATE payments_inbox SET state = 'done', touched_at = ?6
    WHERE provider = ?1 AND environment = ?2 AND account = ?3 AND notice = ?4 AND dedupe = ?5
        AND state = 'dead'";

/// Deletes content of what was done before ?1, of ?2 rows at most.
pub const EMPTY: &str = "
    UPDATE payments_inbox
    SET method = NULL, target = NULL, headers = NULL, body = NULL, peer = NULL
    WHERE id IN (
        SELECT id FROM payments_inbox
        WHERE state = 'done' AND method IS NOT NULL AND touched_at <= ?1 LIMIT ?2
    )";

/// Deletes what was done before ?1, ?2 rows at most.
pub const DELETE: &str = "
    DELETE FROM payments_inbox
    WHERE id IN (
        SELECT id FROM payments_inbox WHERE state = 'done' AND touched_at <= ?1 LIMIT ?2
    )
    RETURNING provider, environment, account, reference";

/// Deletes what was set aside before ?1, ?2 rows at most.
pub const BURY: &str = "
    DELETE FROM payments_inbox
    WHERE id IN (
        SELECT id FROM payments_inbox WHERE state = 'dead' AND touched_at <= ?1 LIMIT ?2
    )
    RETURNING provider, environment, account, reference";

/// Holds a payment until the commit; in PostgreSQL only, where it ends with `FOR UPDATE`.
#[cfg(feature = "postgres")]
pub const HOLD: &str = "
    SELECT 1 FROM payments_inbox_payment
    WHERE provider = ?1 AND environment = ?2 AND account = ?3 AND reference = ?4 FOR UPDATE";

/// Puts into the queue what has come and is not among the rows with the highest ids; in SQLite only. It is there
/// where others kept or claimed rows by statements that are not these, a program that knows version 1 of the tables
/// among them. It is done where a database is opened, and with every purge, if [`IS_BETWEEN`].
pub const QUEUE_BETWEEN: &str = include_str!("../../store/sqlite/queue_between.sql");

/// Whether there is such a row. All rows are looked at for it, and nothing is locked.
pub const IS_BETWEEN: &str = include_str!("../../store/sqlite/is_between.sql");

macro_rules! leave {
    ($which:literal) => {
        concat!(
            "
    DELETE FROM payments_inbox_payment
    WHERE provider = ?1 AND environment = ?2 AND account = ?3 AND reference = ?4
        AND NOT EXISTS (
            SELECT 1 FROM payments_inbox
            WHERE provider = ?1 AND environment = ?2 AND account = ?3 AND reference = ?4",
            $which,
            "
        )"
        )
    };
}

/// Deletes a payment that no message is about any more.
pub const LEAVE: &str = leave!("");

/// The same in SQLite, for payments that none of [`WAITING`] is about: there the index by payment is without
/// what waits, which is one page less to flush for each message that is accepted.
pub const LEAVE_IN_SQLITE: &str = leave!(" AND state <> 'waiting'");

/// The payments of all rows that wait, some of them several times; for [`LEAVE_IN_SQLITE`].
pub const WAITING: &str = concat!(
    "
    SELECT provider, environment, account, reference FROM payments_inbox
    WHERE state = 'waiting' AND due_at >= 0
    UNION ALL
    SELECT provider, environment, account, reference FROM payments_inbox NOT INDEXED WHERE ",
    new!()
);
