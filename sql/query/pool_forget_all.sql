-- Nothing on server $1 is the pool's any more.
-- params: 1
-- rows: none
DELETE FROM tenantd.pool_databases WHERE server = $1::text;
