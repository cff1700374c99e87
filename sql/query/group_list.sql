-- Groups of tenant $1 in the columns of group_show, in the order of ids: $2 the id to go on after, or NULL; $3 how many.
-- params: 3
-- rows: many
SELECT g.id, g.tenant_id, g.name, g.description, g.role, g.version, g.created_by,
       to_char(g.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(g.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       (SELECT count(*) FROM tenantd.group_members k WHERE k.group_id = g.id AND k.tenant_id = g.tenant_id),
       CASE WHEN g.role IS NOT NULL THEN coalesce(array_to_string(r.scopes, ' '), '@' || g.role) END
  FROM tenantd.groups g
  LEFT JOIN tenantd.roles r ON r.tenant_id = g.tenant_id AND r.id = g.role
 WHERE g.tenant_id = $1::text
   AND g.id > coalesce($2::text, '')
 ORDER BY g.id
 LIMIT $3::int;
