-- Has job $1 run now: a dead one again, a waiting one before its time. Its lane comes to it in the
-- order of ids. No row: it is neither.
-- params: 1
-- rows: one
WITH job AS (
  UPDATE tenantd.jobs
     SET state = 'queued', attempts = 0, run_at = now()
   WHERE id = $1::bigint AND state IN ('queued', 'dead')
  RETURNING id, lane, run_at, pool, pool_most, owner
), opened AS (
  INSERT INTO tenantd.job_lanes AS l (lane, job_id, run_at, pool, pool_most, owner)
  SELECT lane, id, run_at, pool, pool_most, owner FROM job
  ON CONFLICT (lane) DO UPDATE
     SET job_id = CASE WHEN l.leased_by IS NULL THEN least(l.job_id, EXCLUDED.job_id) ELSE l.job_id END,
         attempts = CASE WHEN l.leased_by IS NULL AND EXCLUDED.job_id <= l.job_id THEN 0 ELSE l.attempts END,
         run_at = CASE WHEN l.leased_by IS NULL AND EXCLUDED.job_id <= l.job_id THEN EXCLUDED.run_at ELSE l.run_at END
)
SELECT id FROM job;
