-- What is left of databases that were being made, or are to be removed, on server $1.
-- params: 1
-- rows: many
SELECT p.name FROM tenantd.pool_databases p WHERE p.server = $1::text AND p.state = 'making' ORDER BY p.name;
