-- Has a job go on with operations that are to go on, that nobody has, and that no job waits for: theirs was given up or
-- discarded. At most $1.
-- params: 1
-- rows: none
INSERT INTO tenantd.jobs (kind, tenant_id, payload, lane)
SELECT 'operation.run', o.tenant_id, jsonb_build_object('operationId', o.id), 'operation:' || o.id
  FROM tenantd.operations o
 WHERE o.ended_at IS NULL AND o.state IN ('running', 'waiting', 'rolling_back')
   AND (o.lease_until IS NULL OR o.lease_until < now() - interval '1 minute')
   AND (o.run_at IS NULL OR o.run_at < now() - interval '1 minute')
   AND o.updated_at < now() - interval '1 minute'
   AND NOT EXISTS (SELECT FROM tenantd.job_lanes l WHERE l.lane = 'operation:' || o.id)
 LIMIT $1::int;
