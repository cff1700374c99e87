-- The lane $1, which is held, goes on to its next job, or is no more.
-- params: 1
-- rows: none
WITH next AS (
  SELECT id, run_at, pool, pool_most, owner, attempts
    FROM tenantd.jobs WHERE lane = $1::text AND state = 'queued' ORDER BY id LIMIT 1
), moved AS (
  UPDATE tenantd.job_lanes l
     SET job_id = n.id, run_at = n.run_at, pool = n.pool, pool_most = n.pool_most, owner = n.owner,
         attempts = n.attempts,
         lease_until = NULL, leased_by = NULL
    FROM next n
   WHERE l.lane = $1::text
)
DELETE FROM tenantd.job_lanes WHERE lane = $1::text AND NOT EXISTS (SELECT FROM next);
