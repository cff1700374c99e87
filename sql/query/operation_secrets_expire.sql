-- What is shown once, of operations that ended $1 days ago: nobody asked for it.
-- params: 1
-- rows: none
UPDATE tenantd.operations SET secrets = NULL
 WHERE id IN (SELECT id FROM tenantd.operations
               WHERE secrets IS NOT NULL AND ended_at < now() - make_interval(days => $1::int)
               LIMIT 10000);
