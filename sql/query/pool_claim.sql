-- Claims a database of the pool of server $1 with stamp $2 for resource $3.
-- params: 3
-- rows: one
UPDATE tenantd.pool_databases
   SET state = 'claimed', resource_id = $3::text
 WHERE (server, name) = (SELECT p.server, p.name FROM tenantd.pool_databases p
                          WHERE p.server = $1::text AND p.state = 'ready' AND p.stamp = $2::text
                          ORDER BY p.created_at
                          LIMIT 1
                            FOR UPDATE SKIP LOCKED)
RETURNING name;
