-- Provider $1 has the attributes $3 of user $2; an empty one is none.
-- params: 3
-- rows: none
UPDATE tenantd.identity_sync
   SET attributes = (SELECT coalesce(jsonb_object_agg(a.key, a.value), '{}')
                       FROM jsonb_each(attributes || $3::jsonb) AS a
                      WHERE a.value <> '""'),
       synced_at = now(), missing_at = NULL
 WHERE provider = $1::text AND user_id = $2::text;
