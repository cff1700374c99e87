-- $1 tenant, $2 the same key sealed anew.
-- params: 2
-- rows: none
UPDATE tenantd.tenant_keys SET sealed = $2::text WHERE tenant_id = $1::text;
