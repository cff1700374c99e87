-- Holds the row of tenant $1 until the transaction ends.
-- params: 1
-- rows: one
SELECT l.tenant_id FROM tenantd.tenant_logins l WHERE l.tenant_id = $1::text FOR UPDATE;
