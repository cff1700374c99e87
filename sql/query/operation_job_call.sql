-- Has a job go on with operation $1, about tenant $2, in $3 milliseconds: the one that waits for it, or, when
-- there is none or it is at work, another.
-- params: 3
-- rows: none
WITH waiting AS (
  UPDATE tenantd.job_lanes l
     SET run_at = least(l.run_at, clock_timestamp() + $3::bigint * interval '1 ms')
   WHERE l.lane = 'operation:' || $1::text AND l.leased_by IS NULL
  RETURNING l.lane
)
INSERT INTO tenantd.jobs (kind, tenant_id, payload, lane, run_at)
SELECT 'operation.run', $2::text, jsonb_build_object('operationId', $1::text), 'operation:' || $1::text,
       clock_timestamp() + $3::bigint * interval '1 ms'
 WHERE NOT EXISTS (SELECT FROM waiting);
