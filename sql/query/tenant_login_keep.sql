-- A row for tenant $1, where it has none, with the usual figures of a pool: $2 most, $3 least, $4 idle and
-- $5 acquire in milliseconds.
-- params: 5
-- rows: none
INSERT INTO tenantd.tenant_logins (tenant_id, pool_max, pool_min, pool_idle_ms, pool_acquire_ms)
VALUES ($1::text, $2::int, $3::int, $4::int, $5::int) ON CONFLICT (tenant_id) DO NOTHING;
