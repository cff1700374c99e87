-- What was claimed for $1 is claimed for resource $2.
-- params: 2
-- rows: none
UPDATE tenantd.pool_databases SET resource_id = $2::text WHERE resource_id = $1::text;
