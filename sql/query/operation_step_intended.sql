-- What step $2 of operation $1 is to make is in the ledger: it may be made from now on.
-- params: 2
-- rows: none
UPDATE tenantd.operation_steps SET intended = true
 WHERE operation_id = $1::text AND place = $2::int;
