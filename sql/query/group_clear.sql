-- Tenant $1 has no groups any more.
-- params: 1
-- rows: none
WITH members AS (
  DELETE FROM tenantd.group_members WHERE tenant_id = $1::text
)
DELETE FROM tenantd.groups WHERE tenant_id = $1::text;
