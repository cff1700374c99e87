-- Removes registrations that nobody confirmed until $1 days ago, at most 10,000.
-- params: 1
-- rows: none
DELETE FROM tenantd.registrations
 WHERE id IN (SELECT id FROM tenantd.registrations
               WHERE expires_at < now() - make_interval(days => $1::int)
               ORDER BY expires_at
               LIMIT 10000);
