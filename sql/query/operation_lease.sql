-- Gives operation $1 to $2 for $3 milliseconds, if it is to go on, and nobody has it.
-- params: 3
-- rows: one
UPDATE tenantd.operations o
   SET state = CASE o.state WHEN 'waiting' THEN 'running' ELSE o.state END, run_at = NULL,
       leased_by = $2::text, lease_until = clock_timestamp() + $3::int * interval '1 ms'
 WHERE o.id = $1::text AND o.state IN ('running', 'waiting', 'rolling_back')
   AND (o.lease_until IS NULL OR o.lease_until < clock_timestamp())
   AND (o.run_at IS NULL OR o.run_at <= clock_timestamp())
RETURNING o.id;
