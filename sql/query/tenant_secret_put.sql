-- $1 tenant, $2 name, $3 the secret as it is sealed, $4 what may be shown of it.
-- params: 4
-- rows: none
INSERT INTO tenantd.tenant_secrets (tenant_id, name, sealed, hint)
VALUES ($1::text, $2::text, $3::text, $4::text)
    ON CONFLICT (tenant_id, name) DO UPDATE SET sealed = EXCLUDED.sealed, hint = EXCLUDED.hint, updated_at = now();
