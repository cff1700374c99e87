-- The rows of tenant $1 for its roles, in the columns of role_show.
-- params: 1
-- rows: many
SELECT r.id, r.tenant_id, r.name, r.description, array_to_string(r.scopes, ' '), r.builtin, r.version, r.created_by,
       to_char(r.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(r.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  FROM tenantd.roles r
 WHERE r.tenant_id = $1::text
 ORDER BY r.id;
