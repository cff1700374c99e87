-- The name of a group of tenant $1 that is $2 when it is case-folded, beside group $3, or NULL.
-- params: 3
-- rows: one
SELECT name
  FROM tenantd.groups
 WHERE tenant_id = $1::text AND folded = $2::text AND id IS DISTINCT FROM $3::text;
