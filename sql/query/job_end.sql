-- $1 job, $2 done or dead, $3 attempts, $4 the last error or NULL.
-- params: 4
-- rows: none
UPDATE tenantd.jobs
   SET state = $2::text, attempts = $3::int, last_error = $4::text
 WHERE id = $1::bigint;
