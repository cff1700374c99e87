-- On a database server: names the login role that the next statement is about, as login_make and its like
-- read it: $1 a JSON object. Whoever is about the same role waits.
-- params: 1
-- rows: one
SELECT set_config('tenantd.login', $1::text, true),
       pg_advisory_xact_lock(hashtextextended('tenantd.login:' || ($1::jsonb ->> 'role'), 0));
