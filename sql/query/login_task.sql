-- On a database server: names the login role that the next statement is about, as login_make and its like
-- read it: $1 a JSON object. Whoever is about the same role waits. From here on no name without a schema leads to
-- what a tenant has made: functions of its own would be called with our rights.
-- params: 1
-- rows: one
SELECT pg_catalog.set_config('tenantd.login', $1::text, true),
       pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true),
       pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('tenantd.login:' || ($1::jsonb ->> 'role'), 0));
