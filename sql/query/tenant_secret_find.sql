-- Secret $2 of tenant $1 as it is sealed.
-- params: 2
-- rows: one
SELECT s.sealed
  FROM tenantd.tenant_secrets s
 WHERE s.tenant_id = $1::text AND s.name = $2::text;
