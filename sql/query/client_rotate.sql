-- OAuth client $1 has the secret whose digest is $2; for $3 hours also the one that it had.
-- params: 3
-- rows: none
UPDATE tenantd.oauth_clients
   SET previous = CASE WHEN $3::int > 0 THEN digest END,
       previous_until = CASE WHEN $3::int > 0 THEN now() + make_interval(hours => $3::int) END,
       digest = $2::text, version = version + 1, updated_at = now()
 WHERE id = $1::text;
