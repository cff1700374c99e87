-- Removes invitations that ended, or expired, $1 days ago, at most 10,000.
-- params: 1
-- rows: none
DELETE FROM tenantd.invitations
 WHERE id IN (SELECT id FROM tenantd.invitations
               WHERE coalesce(accepted_at, revoked_at, expires_at) < now() - make_interval(days => $1::int)
               ORDER BY coalesce(accepted_at, revoked_at, expires_at)
               LIMIT 10000);
