-- How tenant $1 reaches its database: $2 server, or NULL for our own, $3 database, $4 schema or NULL, $5 role,
-- $6 the resource that it is marked with; and, unless that is written down already, its pool's figures: $7
-- most, $8 least, $9 idle and $10 acquire in milliseconds.
-- params: 10
-- rows: none
INSERT INTO tenantd.tenant_logins
	(tenant_id, server, database, schema, role, resource_id, pool_max, pool_min, pool_idle_ms, pool_acquire_ms)
VALUES ($1::text, $2::text, $3::text, $4::text, $5::text, $6::text, $7::int, $8::int, $9::int, $10::int)
    ON CONFLICT (tenant_id) DO UPDATE
   SET server = EXCLUDED.server, database = EXCLUDED.database, schema = EXCLUDED.schema, role = EXCLUDED.role,
       resource_id = EXCLUDED.resource_id, version = tenant_logins.version + 1, updated_at = now();
