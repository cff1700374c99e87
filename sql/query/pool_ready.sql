-- The database $2 on server $1 is there to be claimed.
-- params: 2
-- rows: none
UPDATE tenantd.pool_databases SET state = 'ready', created_at = now()
 WHERE server = $1::text AND name = $2::text AND state = 'making';
