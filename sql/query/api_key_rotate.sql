-- API key $1 has the secret whose digest is $2 and of which $3 may be shown; for $4 hours also the one that it had.
-- params: 4
-- rows: none
UPDATE tenantd.api_keys
   SET previous = CASE WHEN $4::int > 0 THEN digest END,
       previous_until = CASE WHEN $4::int > 0 THEN now() + make_interval(hours => $4::int) END,
       digest = $2::text, prefix = $3::text, version = version + 1, updated_at = now()
 WHERE id = $1::text;
