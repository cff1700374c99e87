-- Notifications of tenant $1, the newest first: $2 the id to go on before, or NULL; $3 only those that
-- nobody has read; $4 how many.
-- params: 4
-- rows: many
SELECT n.id, n.seq, n.kind, n.severity, n.title, n.body::text,
       to_char(n.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(n.read_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), n.read_by
  FROM tenantd.notifications n
 WHERE n.tenant_id = $1::text
   AND ($2::bigint IS NULL OR n.id < $2::bigint)
   AND (NOT $3::boolean OR n.read_at IS NULL)
 ORDER BY n.id DESC
 LIMIT $4::int;
