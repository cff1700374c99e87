-- The roles that came with tenant $1 and have a row: name, and scopes with blanks between them.
-- params: 1
-- rows: many
SELECT id, array_to_string(scopes, ' ') FROM tenantd.roles WHERE tenant_id = $1::text AND builtin ORDER BY id;
