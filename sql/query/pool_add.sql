-- A database that is about to be made for the pool: $1 server, $2 name, $3 stamp.
-- params: 3
-- rows: none
INSERT INTO tenantd.pool_databases (server, name, stamp) VALUES ($1::text, $2::text, $3::text);
