-- Other figures for the pool of tenant $1: $2 most, $3 least, $4 idle and $5 acquire in milliseconds.
-- params: 5
-- rows: none
UPDATE tenantd.tenant_logins
   SET pool_max = $2::int, pool_min = $3::int, pool_idle_ms = $4::int, pool_acquire_ms = $5::int,
       version = version + 1, updated_at = now()
 WHERE tenant_id = $1::text;
