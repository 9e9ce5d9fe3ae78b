-- What is done each time a database is opened, and with every purge, if `is_between.sql` says so: what has just come joins the queue where it is
-- not among the rows with the highest ids, and so would not be claimed. Others kept or claimed rows then by statements
-- that are not ours: a program that knows version 1 and had the database open, say.
UPDATE payments_inbox SET due_at = 0
WHERE state = 'waiting' AND due_at < 0 AND id <= coalesce((
    SELECT id FROM payments_inbox NOT INDEXED
    WHERE state <> 'waiting' OR due_at >= 0 ORDER BY id DESC LIMIT 1
), 0);
