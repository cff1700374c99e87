-- OAuth client $1 is in use; that is written once a minute.
-- params: 1
-- rows: none
UPDATE tenantd.oauth_clients
   SET last_used_at = date_trunc('minute', now())
 WHERE id = $1::text
   AND (last_used_at IS NULL OR last_used_at < date_trunc('minute', now()));
