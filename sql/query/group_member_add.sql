-- User $3 is in group $2 of tenant $1, where $4 put them. No row: they are already.
-- params: 4
-- rows: one
INSERT INTO tenantd.group_members (tenant_id, group_id, user_id, added_by)
VALUES ($1::text, $2::text, $3::text, $4::text)
    ON CONFLICT (group_id, user_id) DO NOTHING
RETURNING user_id;
