-- Step $2 of operation $1 is at work.
-- params: 2
-- rows: none
UPDATE tenantd.operation_steps
   SET state = 'running', attempts = attempts + 1, started_at = clock_timestamp(), ended_at = NULL, duration_us = NULL
 WHERE operation_id = $1::text AND place = $2::int;
