-- $1 tenant, $2 its key as it is sealed; nothing when somebody was faster.
-- params: 2
-- rows: none
INSERT INTO tenantd.tenant_keys (tenant_id, sealed) VALUES ($1::text, $2::text) ON CONFLICT (tenant_id) DO NOTHING;
