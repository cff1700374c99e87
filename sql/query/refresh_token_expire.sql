-- Removes refresh tokens of sessions that ended, or could be used at the latest, $1 days ago, at most
-- 10,000. Those of a session that goes on stay, since one that is shown again ends it.
-- params: 1
-- rows: none
DELETE FROM tenantd.refresh_tokens
 WHERE digest IN (SELECT r.digest
                    FROM tenantd.refresh_tokens r
                    JOIN tenantd.sessions s ON s.id = r.session_id
                   WHERE least(s.ended_at, s.expires_at) < now() - make_interval(days => $1::int)
                   LIMIT 10000);
