-- Leases lanes that are due to $1 for $2 milliseconds, at most $3, with the job that is next in each;
-- a pool's lanes only as far as its bound lets them.
-- params: 3
-- rows: many
WITH busy AS MATERIALIZED (
  SELECT pool, count(*) AS n
    FROM tenantd.job_lanes
   WHERE leased_by IS NOT NULL AND lease_until >= now() AND pool IS NOT NULL
   GROUP BY pool
), due AS MATERIALIZED (
  SELECT l.lane, l.pool, l.pool_most, l.run_at, l.job_id, coalesce(b.n, 0) AS running
    FROM tenantd.job_lanes l
    LEFT JOIN busy b ON b.pool = l.pool
   WHERE l.run_at <= now()
     AND (l.lease_until IS NULL OR l.lease_until < now())
     AND (l.pool IS NULL OR coalesce(b.n, 0) < l.pool_most)
   ORDER BY l.run_at, l.job_id
   LIMIT 4 * $3::int
     FOR UPDATE OF l SKIP LOCKED
), chosen AS (
  SELECT lane
    FROM (SELECT lane, pool, pool_most, run_at, job_id,
                 running + row_number() OVER (PARTITION BY pool ORDER BY run_at, job_id) AS place
            FROM due) AS d
   WHERE pool IS NULL OR place <= pool_most
   ORDER BY run_at, job_id
   LIMIT $3::int
), taken AS (
  UPDATE tenantd.job_lanes l
     SET leased_by = $1::text, lease_until = now() + $2::int * interval '1 ms', attempts = attempts + 1
    FROM chosen c
   WHERE l.lane = c.lane
  RETURNING l.job_id, l.attempts
)
SELECT j.id, j.kind, j.lane, j.tenant_id, j.payload::text, t.attempts,
       (extract(epoch FROM j.created_at) * 1000)::bigint
  FROM taken t
  JOIN tenantd.jobs j ON j.id = t.job_id
 ORDER BY j.id;
