-- Where applications reach server $1: host and port, each NULL for those that we use.
-- params: 1
-- rows: one
SELECT s.public_host, s.public_port FROM tenantd.database_servers s WHERE s.id = $1::text;
