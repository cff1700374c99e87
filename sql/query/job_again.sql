-- Job $2 of lane $1 failed: again in $3 milliseconds. $4 attempts so far, $5 why; $6: the attempt
-- does not count.
-- params: 6
-- rows: none
WITH job AS (
  UPDATE tenantd.jobs
     SET run_at = now() + $3::bigint * interval '1 ms', attempts = $4::int, last_error = $5::text
   WHERE id = $2::bigint
)
UPDATE tenantd.job_lanes
   SET run_at = now() + $3::bigint * interval '1 ms', lease_until = NULL, leased_by = NULL,
       attempts = attempts - CASE WHEN $6::boolean THEN 1 ELSE 0 END
 WHERE lane = $1::text;
