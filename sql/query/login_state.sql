-- On a database server: role $1 as it is there, if it is: its mark, whether it may log in, how often at
-- once, and whether it may connect to database $2.
-- params: 2
-- rows: one
SELECT coalesce(shobj_description(r.oid, 'pg_authid'), ''), r.rolcanlogin, r.rolconnlimit,
       coalesce((SELECT has_database_privilege(r.oid, d.oid, 'CONNECT') FROM pg_database d WHERE d.datname = $2::text), false)
  FROM pg_roles r WHERE r.rolname = $1::text;
