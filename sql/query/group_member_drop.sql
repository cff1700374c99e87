-- User $3 is not in group $2 of tenant $1. No row: they were not.
-- params: 3
-- rows: one
DELETE FROM tenantd.group_members
 WHERE tenant_id = $1::text AND group_id = $2::text AND user_id = $3::text
RETURNING user_id;
