-- Whether there is a row that `queue_between.sql` is for. All rows are looked at, and nothing is locked.
SELECT EXISTS (
    SELECT 1 FROM payments_inbox NOT INDEXED
    WHERE state = 'waiting' AND due_at < 0 AND id <= coalesce((
        SELECT id FROM payments_inbox NOT INDEXED
        WHERE state <> 'waiting' OR due_at >= 0 ORDER BY id DESC LIMIT 1
    ), 0)
);
