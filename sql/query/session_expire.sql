-- Removes sessions that could be used $1 days ago at the latest, with their refresh tokens, at most
-- 10,000; those that somebody holds another time.
-- params: 1
-- rows: none
DELETE FROM tenantd.sessions
 WHERE id IN (SELECT id FROM tenantd.sessions
               WHERE expires_at < now() - make_interval(days => $1::int)
               ORDER BY expires_at
               LIMIT 10000
                 FOR UPDATE SKIP LOCKED);
