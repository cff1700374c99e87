-- Provider $1 has no user $2.
-- params: 2
-- rows: none
UPDATE tenantd.identity_sync
   SET attributes = '{}', missing_at = coalesce(missing_at, now())
 WHERE provider = $1::text AND user_id = $2::text;
