-- Jobs, newest first: $1 the id to go on before, or NULL; $2 a state or NULL ('running' too), $3 a kind
-- or NULL, $4 a tenant or NULL, $5 how many.
-- params: 5
-- rows: many
SELECT j.id, j.kind, j.tenant_id, j.lane, CASE WHEN l.leased_by IS NOT NULL THEN 'running' ELSE j.state END,
       greatest(j.attempts, coalesce(l.attempts, 0)),
       to_char(j.run_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), j.last_error,
       to_char(j.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(j.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), j.payload::text
  FROM tenantd.jobs j
  LEFT JOIN tenantd.job_lanes l ON l.lane = j.lane AND l.job_id = j.id AND j.state = 'queued'
 WHERE j.id < (SELECT coalesce($1::bigint, 9223372036854775807))
   AND ($2::text IS NULL OR CASE WHEN l.leased_by IS NOT NULL THEN 'running' ELSE j.state END = $2::text)
   AND ($3::text IS NULL OR j.kind = $3::text)
   AND ($4::text IS NULL OR j.tenant_id = $4::text)
 ORDER BY j.id DESC
 LIMIT $5::int;
