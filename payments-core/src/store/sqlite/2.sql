-- Version 2: what has just come is in no index of what is due, so that accepting has one page less to write. It
-- is due at -1, and has the highest ids; before a worker claims it, it is made due at 0.
DROP INDEX IF EXISTS payments_inbox_due;
CREATE INDEX payments_inbox_due ON payments_inbox (due_at, id) WHERE state = 'waiting' AND due_at >= 0;
