-- $1 tenant, $2 group, $3 name, $4 the same case-folded, $5 what it is for, $6 the role that it grants, or NULL.
-- params: 6
-- rows: none
UPDATE tenantd.groups
   SET name = $3::text, folded = $4::text, description = $5::text, role = $6::text,
       version = version + 1, updated_at = now()
 WHERE tenant_id = $1::text AND id = $2::text;
