-- What provider $1 was told of user $2, and whether it had no such user.
-- params: 2
-- rows: one
SELECT attributes::text, missing_at IS NOT NULL
  FROM tenantd.identity_sync
 WHERE provider = $1::text AND user_id = $2::text;
