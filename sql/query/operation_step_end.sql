-- Step $2 of operation $1 is done, or skipped: $3; $4 why, or what it did, or NULL.
-- params: 4
-- rows: none
UPDATE tenantd.operation_steps
   SET state = $3::text, note = $4::text, error = NULL, ended_at = clock_timestamp(),
       duration_us = (extract(epoch FROM clock_timestamp() - started_at) * 1000000)::bigint
 WHERE operation_id = $1::text AND place = $2::int;
