-- Removes jobs that were given up $1 days ago, at most 10,000.
-- params: 1
-- rows: none
DELETE FROM tenantd.jobs
 WHERE id IN (SELECT id FROM tenantd.jobs
               WHERE state = 'dead' AND updated_at < now() - make_interval(days => $1::int)
               ORDER BY id
               LIMIT 10000);
