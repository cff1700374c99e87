-- Rows that have no seal yet, from the one after id $1, at most $2.
-- params: 2
-- rows: many
SELECT a.id, a.seq, a.seal, a.mac, to_char(a.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       a.entry, a.event, a.severity, a.actor, a.tenant_id, a.request_id, a.address,
       extract(epoch FROM a.created_at)::text, left(a.details::text, 65537)
  FROM tenantd.audit a
 WHERE a.seq IS NULL AND a.id > $1::bigint
 ORDER BY a.id
 LIMIT $2::int;
