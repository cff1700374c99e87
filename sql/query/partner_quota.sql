-- What partner $1 is allowed.
-- params: 1
-- rows: one
SELECT status, tenant_quota
  FROM tenantd.partners
 WHERE id = $1::text;
