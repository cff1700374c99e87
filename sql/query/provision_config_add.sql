-- Version $2 of the configuration of tenant $1: $3, by $4.
-- params: 4
-- rows: none
INSERT INTO tenantd.tenant_configs (tenant_id, version, config, created_by)
VALUES ($1::text, $2::bigint, $3::json, $4::text);
