-- Secret $2 of tenant $1 as it is sealed, and the tenant's key likewise (NULL: it is gone).
-- params: 2
-- rows: one
SELECT s.sealed, k.sealed
  FROM tenantd.tenant_secrets s
  LEFT JOIN tenantd.tenant_keys k ON k.tenant_id = s.tenant_id
 WHERE s.tenant_id = $1::text AND s.name = $2::text;
