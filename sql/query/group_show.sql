-- Group $2 of tenant $1: what it is, how many are in it, and what it grants, as in tenant_reach.
-- params: 2
-- rows: one
SELECT g.id, g.tenant_id, g.name, g.description, g.role, g.version, g.created_by,
       to_char(g.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(g.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       (SELECT count(*) FROM tenantd.group_members k WHERE k.group_id = g.id AND k.tenant_id = g.tenant_id),
       CASE WHEN g.role IS NOT NULL THEN coalesce(array_to_string(r.scopes, ' '), '@' || g.role) END
  FROM tenantd.groups g
  LEFT JOIN tenantd.roles r ON r.tenant_id = g.tenant_id AND r.id = g.role
 WHERE g.tenant_id = $1::text AND g.id = $2::text;
