-- Removes attempts that are $1 days old, at most 10,000.
-- params: 1
-- rows: none
DELETE FROM tenantd.deliveries
 WHERE id IN (SELECT id FROM tenantd.deliveries
               WHERE started_at < now() - make_interval(days => $1::int)
               ORDER BY started_at
               LIMIT 10000);
