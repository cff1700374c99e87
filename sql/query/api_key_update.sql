-- $1 API key, $2 name, $3 until when it is good, or NULL.
-- params: 3
-- rows: none
UPDATE tenantd.api_keys
   SET name = $2::text, expires_at = $3::timestamptz, version = version + 1, updated_at = now()
 WHERE id = $1::text;
