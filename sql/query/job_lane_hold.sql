-- The lane of job $1, held until the transaction ends, and whether somebody has it at work.
-- params: 1
-- rows: one
SELECT l.lane, l.job_id = $1::bigint, l.leased_by IS NOT NULL AND l.lease_until >= now()
  FROM tenantd.jobs j
  JOIN tenantd.job_lanes l ON l.lane = j.lane
 WHERE j.id = $1::bigint
   FOR UPDATE OF l;
