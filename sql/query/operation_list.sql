-- The newest first, behind time $1 and id $2 (NULL: from the first); of state $3, of tenant $4, or NULL: any. $5 how many.
-- params: 5
-- rows: many
SELECT o.id, o.kind, o.tenant_id, o.state, o.on_failure, o.request::text, o.requested_by, o.address, o.attempts,
       o.error, o.error_step, o.error_code, o.undo_error, o.cancelled_by, o.secrets IS NOT NULL,
       to_char(o.run_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), to_char(o.committed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(o.ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), to_char(o.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(o.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), o.version, coalesce(o.lease_until > now(), false), o.request_hash,
       (extract(epoch FROM coalesce(o.ended_at, now()) - o.created_at) * 1000000)::bigint, o.created_at::text || ' ' || o.id
  FROM tenantd.operations o
 WHERE ($1::timestamptz IS NULL OR (o.created_at, o.id) < ($1::timestamptz, $2::text))
   AND ($3::text IS NULL OR o.state = $3::text)
   AND ($4::text IS NULL OR o.tenant_id = $4::text)
 ORDER BY o.created_at DESC, o.id DESC
 LIMIT $5::int;
