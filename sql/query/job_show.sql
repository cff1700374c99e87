-- One job, in the columns of job_list: $1 its id.
-- params: 1
-- rows: one
SELECT j.id, j.kind, j.tenant_id, j.lane, CASE WHEN l.leased_by IS NOT NULL THEN 'running' ELSE j.state END,
       greatest(j.attempts, coalesce(l.attempts, 0)),
       to_char(j.run_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), j.last_error,
       to_char(j.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(j.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), j.payload::text
  FROM tenantd.jobs j
  LEFT JOIN tenantd.job_lanes l ON l.lane = j.lane AND l.job_id = j.id AND j.state = 'queued'
 WHERE j.id = $1::bigint;
