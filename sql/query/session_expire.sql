-- Removes sessions that could be used $1 days ago at the latest, with their refresh tokens, at most
-- 10,000.
-- params: 1
-- rows: none
DELETE FROM tenantd.sessions
 WHERE id IN (SELECT id FROM tenantd.sessions
               WHERE expires_at < now() - make_interval(days => $1::int)
               ORDER BY expires_at
               LIMIT 10000);
