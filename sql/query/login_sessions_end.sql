-- On a database server: ends the sessions of role $1, if $2 marks it; how many there were.
-- params: 2
-- rows: one
SELECT count(*), count(*) FILTER (WHERE pg_terminate_backend(a.pid))
  FROM pg_stat_activity a JOIN pg_roles r ON r.oid = a.usesysid
 WHERE r.rolname = $1::text AND shobj_description(r.oid, 'pg_authid') = 'tenantd:' || $2::text;
