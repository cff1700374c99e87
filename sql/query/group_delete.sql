-- Group $2 of tenant $1 is no more, and nobody in it.
-- params: 2
-- rows: none
WITH members AS (
  DELETE FROM tenantd.group_members WHERE tenant_id = $1::text AND group_id = $2::text
)
DELETE FROM tenantd.groups WHERE tenant_id = $1::text AND id = $2::text;
