-- The log, newest first: $1 the id to go on before, or NULL; $2 event, $3 severity, $4 actor, $5 request, $6 from and
-- $7 before what time, or NULL each; $8 how many.
-- params: 8
-- rows: many
SELECT a.id, a.seq, a.entry, a.event, a.severity, a.actor, a.tenant_id, a.request_id, a.address,
       to_char(a.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), a.details::text, a.seal, NULL::bigint
  FROM tenantd.audit a
 WHERE a.id < (SELECT coalesce($1::bigint, 9223372036854775807))
   AND ($2::text IS NULL OR a.event = $2::text)
   AND ($3::text IS NULL OR a.severity = $3::text)
   AND ($4::text IS NULL OR a.actor = $4::text)
   AND ($5::text IS NULL OR a.request_id = $5::text)
   AND ($6::timestamptz IS NULL OR a.created_at >= $6::timestamptz)
   AND ($7::timestamptz IS NULL OR a.created_at < $7::timestamptz)
 ORDER BY a.id DESC
 LIMIT $8::int;
