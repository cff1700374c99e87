-- OAuth clients of tenant $1 in the order of ids: $2 the id to go on after, or NULL; $3 how many.
-- params: 3
-- rows: many
SELECT o.id, o.tenant_id, o.name, array_to_json(o.scopes)::text, o.created_by,
       to_char(o.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(o.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(o.last_used_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(o.revoked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       CASE WHEN o.previous_until > now() AND o.revoked_at IS NULL
            THEN to_char(o.previous_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') END,
       o.version
  FROM tenantd.oauth_clients o
 WHERE o.tenant_id = $1::text
   AND o.id > coalesce($2::text, '')
 ORDER BY o.id
 LIMIT $3::int;
