-- What step $2 of operation $1 wrote was taken back.
-- params: 2
-- rows: none
UPDATE tenantd.operation_steps SET state = 'undone'
 WHERE operation_id = $1::text AND place = $2::int;
