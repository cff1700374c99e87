-- Removes database server $1, of which nothing may be left.
-- params: 1
-- rows: none
DELETE FROM tenantd.database_servers WHERE id = $1::text;
