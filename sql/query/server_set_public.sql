-- Where applications reach server $1: $2 host, $3 port, each NULL for that which we use.
-- params: 3
-- rows: none
UPDATE tenantd.database_servers
   SET public_host = $2::text, public_port = $3::int, version = version + 1, updated_at = now()
 WHERE id = $1::text;
