-- The security policy that new tenant $1 begins with: $2, said by $3.
-- params: 3
-- rows: none
INSERT INTO tenantd.security_policies (tenant_id, policy, updated_by)
VALUES ($1::text, $2::jsonb, $3::text)
ON CONFLICT (tenant_id) DO UPDATE SET policy = EXCLUDED.policy, updated_by = EXCLUDED.updated_by;
