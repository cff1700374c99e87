-- Leases lanes that are due to $1 for $2 milliseconds, at most $3, with the job that is next in each;
-- a pool's lanes only as far as its bound lets them, and of a tenant's at most $4 to one worker, so that
-- none keeps the others waiting. Pools are gone through one by one: of a full one no lane is looked at.
-- params: 4
-- rows: many
WITH RECURSIVE busy AS MATERIALIZED (
  SELECT pool, owner, count(*) AS n, count(*) FILTER (WHERE leased_by = $1::text) AS mine
    FROM tenantd.job_lanes
   WHERE leased_by IS NOT NULL AND lease_until >= now()
   GROUP BY pool, owner
), owned AS MATERIALIZED (
  SELECT owner, sum(mine)::int AS n FROM busy WHERE owner IS NOT NULL GROUP BY owner
), pools (name) AS (
  (SELECT l.pool FROM tenantd.job_lanes l WHERE l.pool IS NOT NULL ORDER BY l.pool LIMIT 1)
   UNION ALL
  SELECT (SELECT l.pool FROM tenantd.job_lanes l WHERE l.pool > p.name ORDER BY l.pool LIMIT 1)
    FROM pools p WHERE p.name IS NOT NULL
), rooms AS (
  SELECT p.name, (SELECT l.pool_most FROM tenantd.job_lanes l WHERE l.pool = p.name ORDER BY l.run_at, l.job_id LIMIT 1)
                 - coalesce((SELECT sum(b.n) FROM busy b WHERE b.pool = p.name), 0) AS room
    FROM pools p WHERE p.name IS NOT NULL
), due AS MATERIALIZED (
  SELECT d.* FROM rooms r CROSS JOIN LATERAL (
    SELECT l.lane, l.owner, l.run_at, l.job_id, coalesce(o.n, 0) AS had
      FROM tenantd.job_lanes l LEFT JOIN owned o ON o.owner = l.owner
     WHERE l.pool = r.name AND l.run_at <= now() AND (l.lease_until IS NULL OR l.lease_until < now())
       AND (l.owner IS NULL OR coalesce(o.n, 0) < $4::int)
     ORDER BY l.run_at, l.job_id
     LIMIT greatest(least(r.room, $3::int), 0)) AS d
   UNION ALL
  (SELECT l.lane, l.owner, l.run_at, l.job_id, coalesce(o.n, 0)
     FROM tenantd.job_lanes l LEFT JOIN owned o ON o.owner = l.owner
    WHERE l.pool IS NULL AND l.run_at <= now() AND (l.lease_until IS NULL OR l.lease_until < now())
      AND (l.owner IS NULL OR coalesce(o.n, 0) < $4::int)
    ORDER BY l.run_at, l.job_id
    LIMIT 4 * $3::int)
), chosen AS MATERIALIZED (
  SELECT lane
    FROM (SELECT lane, owner, run_at, job_id, had + row_number() OVER (PARTITION BY owner ORDER BY run_at, job_id) AS share
            FROM due) AS d
   WHERE owner IS NULL OR share <= $4::int
   ORDER BY run_at, job_id
   LIMIT $3::int
), held AS MATERIALIZED (
  SELECT l.lane
    FROM tenantd.job_lanes l JOIN chosen c ON c.lane = l.lane
   WHERE l.run_at <= now() AND (l.lease_until IS NULL OR l.lease_until < now())
     FOR UPDATE OF l SKIP LOCKED
), taken AS (
  UPDATE tenantd.job_lanes l
     SET leased_by = $1::text, lease_until = now() + $2::int * interval '1 ms', attempts = attempts + 1
    FROM held h
   WHERE l.lane = h.lane
  RETURNING l.job_id, l.attempts
)
SELECT j.id, j.kind, j.lane, j.tenant_id, j.payload::text, t.attempts,
       (extract(epoch FROM j.created_at) * 1000)::bigint
  FROM taken t
  JOIN tenantd.jobs j ON j.id = t.job_id
 ORDER BY j.id;
