-- The sessions of user $2 in tenant $1 end, in the order of their ids: $3 why.
-- params: 3
-- rows: none
WITH held AS MATERIALIZED (
  SELECT id
    FROM tenantd.sessions
   WHERE user_id = $2::text AND tenant_id = $1::text AND ended_at IS NULL
   ORDER BY id
     FOR UPDATE
)
UPDATE tenantd.sessions s
   SET ended_at = now(), ended_reason = $3::text
  FROM held h
 WHERE s.id = h.id;
