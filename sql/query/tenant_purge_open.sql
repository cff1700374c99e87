-- The operation that is at deleting tenant $1 for good. No row: none is.
-- params: 1
-- rows: one
SELECT id FROM tenantd.operations WHERE tenant_id = $1::text AND kind = 'tenant.purge' AND ended_at IS NULL;
