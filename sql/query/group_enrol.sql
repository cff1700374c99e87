-- User $3 is in the group of tenant $1 whose case-folded name is $2, if there is one.
-- params: 3
-- rows: none
INSERT INTO tenantd.group_members (tenant_id, group_id, user_id, added_by)
SELECT g.tenant_id, g.id, $3::text, $3::text
  FROM tenantd.groups g
 WHERE g.tenant_id = $1::text AND g.folded = $2::text
    ON CONFLICT (group_id, user_id) DO NOTHING;
