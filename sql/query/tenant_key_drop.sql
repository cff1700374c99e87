-- The key of tenant $1 is of no use any more, if nothing is sealed under it.
-- params: 1
-- rows: none
DELETE FROM tenantd.tenant_keys k
 WHERE k.tenant_id = $1::text
   AND NOT EXISTS (SELECT FROM tenantd.tenant_secrets s WHERE s.tenant_id = k.tenant_id);
