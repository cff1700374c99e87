-- The row of tenant $1 for role $2. None: it is as it comes with every tenant, or there is none.
-- params: 2
-- rows: one
SELECT r.id, r.tenant_id, r.name, r.description, array_to_string(r.scopes, ' '), r.builtin, r.version, r.created_by,
       to_char(r.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(r.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  FROM tenantd.roles r
 WHERE r.tenant_id = $1::text AND r.id = $2::text;
