-- A role of tenant $1: $2 its id, $3 its name, $4 what it is for, $5 its scopes as words, $6 who makes it, $7 how many
-- there may be. No row: there are as many.
-- params: 7
-- rows: one
INSERT INTO tenantd.roles (tenant_id, id, name, description, scopes, created_by)
SELECT $1::text, $2::text, $3::text, $4::text, string_to_array($5::text, ' '), $6::text
 WHERE (SELECT count(*) FROM tenantd.roles r WHERE r.tenant_id = $1::text AND NOT r.builtin) < $7::int
RETURNING id;
