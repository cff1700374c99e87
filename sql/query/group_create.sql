-- $1 id, $2 tenant, $3 name, $4 the same case-folded, $5 what it is for, $6 the role that it grants, or NULL, $7 who
-- makes it, $8 how many there may be. No row: there are as many.
-- params: 8
-- rows: one
INSERT INTO tenantd.groups (id, tenant_id, name, folded, description, role, created_by)
SELECT $1::text, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text
 WHERE (SELECT count(*) FROM tenantd.groups g WHERE g.tenant_id = $2::text) < $8::int
RETURNING id;
