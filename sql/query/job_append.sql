-- $1 kind, $2 tenant or NULL, $3 payload.
-- params: 3
-- rows: none
INSERT INTO tenantd.jobs (kind, tenant_id, payload)
VALUES ($1::text, $2::text, $3::jsonb);
