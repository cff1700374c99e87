-- Why there is no server for one more database: how many there are, how many are active, and the state
-- of the one that was asked for, $1; $2: connections that a tenant may hold.
-- params: 2
-- rows: one
SELECT count(*),
       count(*) FILTER (WHERE s.state = 'active'),
       (SELECT t.state FROM tenantd.database_servers t WHERE t.id = $1::text),
       (SELECT t.databases FROM tenantd.database_servers t WHERE t.id = $1::text),
       $2::int
  FROM tenantd.database_servers s;
