-- What the inbox and the journal keep in SQLite, version 1. This file is the one that is run.
-- Times are whole milliseconds since 1970-01-01 UTC. Nothing here holds card data.

-- One row for each message that was accepted. Its first five columns tell two messages apart.
CREATE TABLE payments_inbox (
    id INTEGER PRIMARY KEY,
    provider TEXT NOT NULL,
    environment TEXT NOT NULL,
    account TEXT NOT NULL,
    notice TEXT NOT NULL,       -- the kind of message, such as `order_webhook`
    dedupe TEXT NOT NULL,       -- the values that the description names, as a JSON array of texts
    reference TEXT NOT NULL,    -- the merchant's own, of the payment that it is about
    method TEXT,                -- the request as it came; nothing where a query found the payment,
    target TEXT,                -- and nothing once the content was purged
    headers BLOB,               -- lines of `name: value`: content type, signature, what was asked for
    body BLOB,
    peer TEXT,
    digest BLOB,                -- SHA-256 of query and body, or of what a repeat must agree in: tells whether it says the same
    state TEXT NOT NULL,        -- waiting, done, dead
    attempts INTEGER NOT NULL,
    why TEXT,                   -- the reason of the last attempt that did not end it
    due_at INTEGER NOT NULL,    -- not before; 0 is at once, -1 in SQLite: it has just come
    touched_at INTEGER NOT NULL,-- when the row was last written
    accepted_at INTEGER NOT NULL,
    CONSTRAINT payments_inbox_key UNIQUE (dedupe, notice, account, environment, provider) -- what differs first: most of a look-up is comparing
) STRICT;

CREATE INDEX payments_inbox_due ON payments_inbox (due_at, id) WHERE state = 'waiting';
CREATE INDEX payments_inbox_dead ON payments_inbox (id) WHERE state = 'dead';
CREATE INDEX payments_inbox_done ON payments_inbox (touched_at) WHERE state = 'done';
CREATE INDEX payments_inbox_content ON payments_inbox (touched_at) WHERE state = 'done' AND method IS NOT NULL;
-- Of what was worked on only, so that accepting has one page less to write.
CREATE INDEX payments_inbox_subject ON payments_inbox (provider, environment, account, reference) WHERE state <> 'waiting';

-- One row for each payment that a message was about: who works on it, and whether it is settled. Made by
-- the first claim.
CREATE TABLE payments_inbox_payment (
    provider TEXT NOT NULL,
    environment TEXT NOT NULL,
    account TEXT NOT NULL,
    reference TEXT NOT NULL,
    settled_at INTEGER,         -- set once, never taken back
    claims INTEGER NOT NULL,    -- the number of the newest claim: an older one writes nothing
    claimed_at INTEGER,
    claimed_until INTEGER,      -- nothing while nobody works on it
    PRIMARY KEY (provider, environment, account, reference)
) STRICT;

-- Calls that are not reads, each written before its first byte leaves. Of the rows of an operation
-- (the first five columns) one at most is open or done; the others are attempts that came to nothing.
CREATE TABLE payments_journal (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- in the order of recording, whatever the clock says
    provider TEXT NOT NULL,
    environment TEXT NOT NULL,  -- the host that the call was for
    account TEXT NOT NULL,
    call TEXT NOT NULL,
    operation TEXT NOT NULL,    -- the caller's own id of it, or what the call is identified by
    reference TEXT,             -- the caller's own, by which the provider is asked
    digest TEXT NOT NULL,       -- SHA-256 of the request in hex, without what authorizes it
    sent_at INTEGER NOT NULL,   -- no byte left before; no earlier than that of any row before
    attempts INTEGER NOT NULL,
    state TEXT NOT NULL,        -- open, done, refused, unsent, never
    why TEXT,                   -- open and unsent: what went wrong; refused: the provider's code
    reply_status INTEGER,       -- done: what was answered, where it may be kept
    reply_content_type TEXT,
    reply_body BLOB,
    settled_at INTEGER,
    settled_by TEXT,            -- answer, query, hand
    settled_who TEXT,           -- by hand: who,
    settled_why TEXT            -- and on what grounds
) STRICT;

CREATE UNIQUE INDEX payments_journal_live
    ON payments_journal (provider, environment, account, call, operation)
    WHERE state IN ('open', 'done');
CREATE INDEX payments_journal_operation
    ON payments_journal (provider, environment, account, call, operation, id);
CREATE INDEX payments_journal_open ON payments_journal (account, id) WHERE state = 'open';
CREATE INDEX payments_journal_time ON payments_journal (sent_at);
