-- What partner $1 is allowed, held against a change of it until the transaction ends.
-- params: 1
-- rows: one
SELECT status, tenant_quota
  FROM tenantd.partners
 WHERE id = $1::text
   FOR KEY SHARE;
