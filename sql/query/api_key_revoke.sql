-- API key $1 is in force no more.
-- params: 1
-- rows: none
UPDATE tenantd.api_keys
   SET revoked_at = now(), previous = NULL, previous_until = NULL, version = version + 1, updated_at = now()
 WHERE id = $1::text AND revoked_at IS NULL;
