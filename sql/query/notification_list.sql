-- Notifications of tenant $1, the newest first: $2 the id to go on before, or NULL; $3 how many.
-- params: 3
-- rows: many
SELECT n.id, n.seq, n.kind, n.severity, n.title, n.body::text,
       to_char(n.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(n.read_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), n.read_by
  FROM tenantd.notifications n
 WHERE n.tenant_id = $1::text
   AND n.id < (SELECT coalesce($2::bigint, 9223372036854775807))
 ORDER BY n.id DESC
 LIMIT $3::int;
