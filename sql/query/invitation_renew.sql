-- Gives invitation $1 another secret, with digest $2, and $3 seconds from now.
-- params: 3
-- rows: none
UPDATE tenantd.invitations
   SET digest = $2::text, expires_at = now() + make_interval(secs => $3::int)
 WHERE id = $1::text;
