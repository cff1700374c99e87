-- How long each step that operation $1 did took, in microseconds, and, without a name, the whole.
-- params: 1
-- rows: many
SELECT s.name, s.duration_us
  FROM tenantd.operation_steps s
 WHERE s.operation_id = $1::text AND s.state = 'done' AND s.duration_us IS NOT NULL
UNION ALL
SELECT NULL, (extract(epoch FROM coalesce(o.ended_at, now()) - o.created_at) * 1000000)::bigint
  FROM tenantd.operations o
 WHERE o.id = $1::text;
