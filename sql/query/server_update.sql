-- Changes database server $1: $2 to $8 as in server_create, $9 state.
-- params: 9
-- rows: none
UPDATE tenantd.database_servers
   SET conninfo = $2::text, address = $3::text, role = $4::text, weight = $5::int, databases_most = $6::int,
       connections_most = $7::int, pool_size = $8::int, state = $9::text, version = version + 1, updated_at = now()
 WHERE id = $1::text;
