-- Attempts at webhook $1, newest first: $2 the id to go on before, or NULL; $3 an outcome or NULL, $4 a
-- kind or NULL, $5 how many.
-- params: 5
-- rows: many
SELECT d.id, d.seq, d.event_id, d.kind, d.attempt, d.outcome, d.reason, d.status, d.total_us,
       to_char(d.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), d.url, d.address, d.job_id
  FROM tenantd.deliveries d
 WHERE d.webhook_id = $1::text
   AND d.id < (SELECT coalesce($2::bigint, 9223372036854775807))
   AND ($3::text IS NULL OR d.outcome = $3::text)
   AND ($4::text IS NULL OR d.kind = $4::text)
 ORDER BY d.id DESC
 LIMIT $5::int;
