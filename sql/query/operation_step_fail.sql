-- Step $2 of operation $1 failed: $3 says why. $4: that was seen in a transaction that is gone, with its beginning.
-- params: 4
-- rows: none
UPDATE tenantd.operation_steps
   SET state = 'failed', error = $3::text, ended_at = clock_timestamp(),
       attempts = attempts + CASE WHEN $4::boolean THEN 1 ELSE 0 END,
       started_at = CASE WHEN $4::boolean THEN clock_timestamp() ELSE started_at END,
       duration_us = CASE WHEN $4::boolean THEN NULL
                          ELSE (extract(epoch FROM clock_timestamp() - started_at) * 1000000)::bigint END
 WHERE operation_id = $1::text AND place = $2::int;
