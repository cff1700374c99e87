-- Holds database server $1 until the transaction ends.
-- params: 1
-- rows: one
SELECT s.id FROM tenantd.database_servers s WHERE s.id = $1::text FOR NO KEY UPDATE;
