-- Which database this is, and who we are in it; the time there in milliseconds since 1970.
-- params: 0
-- rows: one
SELECT current_user::text,
       current_database()::text,
       coalesce(host(inet_server_addr()), 'local socket'),
       coalesce(inet_server_port()::text, current_setting('port')),
       (SELECT system_identifier::text FROM pg_control_system()),
       current_setting('server_version'),
       current_setting('server_version_num')::int,
       pg_is_in_recovery(),
       (extract(epoch FROM clock_timestamp()) * 1000)::bigint,
       current_setting('max_connections')::int
           - current_setting('superuser_reserved_connections')::int,
       has_database_privilege(current_database(), 'CREATE');
