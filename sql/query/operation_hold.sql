-- The same, held until the transaction ends.
-- params: 1
-- rows: one
SELECT o.id, o.kind, o.tenant_id, o.state, o.on_failure, o.request::text, o.requested_by, o.address, o.attempts,
       o.error, o.error_step, o.error_code, o.undo_error, o.cancelled_by, o.secrets IS NOT NULL,
       to_char(o.run_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), to_char(o.committed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(o.ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), to_char(o.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(o.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), o.version, coalesce(o.lease_until > now(), false), o.request_hash,
       (extract(epoch FROM coalesce(o.ended_at, now()) - o.created_at) * 1000000)::bigint
  FROM tenantd.operations o
 WHERE o.id = $1::text
   FOR UPDATE OF o;
