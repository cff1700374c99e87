-- A new database server: $1 id, $2 sealed conninfo, $3 address, $4 role, $5 weight, $6 most databases,
-- $7 most connections, $8 pool size; the last three may be NULL.
-- params: 8
-- rows: none
INSERT INTO tenantd.database_servers
	(id, conninfo, address, role, weight, databases_most, connections_most, pool_size)
VALUES ($1::text, $2::text, $3::text, $4::text, $5::int, $6::int, $7::int, $8::int);
