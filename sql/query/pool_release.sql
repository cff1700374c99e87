-- What was claimed by resource $1 is not the pool's any more.
-- params: 1
-- rows: none
DELETE FROM tenantd.pool_databases WHERE resource_id = $1::text;
