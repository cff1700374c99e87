-- Gives $4 of metric $2, of kind $3, back for tenant $1.
-- params: 4
-- rows: none
UPDATE tenantd.usage SET value = greatest(value - $4::bigint, 0), updated_at = now()
 WHERE tenant_id = $1::text AND metric = $2::text AND period = tenantd.usage_period($3::text);
