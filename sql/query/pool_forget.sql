-- The database $2 on server $1 is not the pool's any more.
-- params: 2
-- rows: none
DELETE FROM tenantd.pool_databases WHERE server = $1::text AND name = $2::text;
