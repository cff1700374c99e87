-- What step $2 of operation $1 intended is made.
-- params: 2
-- rows: none
UPDATE tenantd.resources SET state = 'made', made_at = clock_timestamp()
 WHERE operation_id = $1::text AND step = $2::text AND state = 'intended';
