-- Removes notifications that are $1 days old, at most 10,000.
-- params: 1
-- rows: none
DELETE FROM tenantd.notifications
 WHERE id IN (SELECT id FROM tenantd.notifications
               WHERE created_at < now() - make_interval(days => $1::int)
               ORDER BY created_at
               LIMIT 10000);
