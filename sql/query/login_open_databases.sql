-- On a database server: the databases that every role may connect to, and how many login roles of tenants
-- there are.
-- params: 0
-- rows: one
SELECT coalesce(string_agg(quote_ident(d.datname), ', ' ORDER BY d.datname), ''),
       (SELECT count(*) FROM pg_roles r WHERE shobj_description(r.oid, 'pg_authid') LIKE 'tenantd:%')
  FROM pg_database d
 WHERE d.datallowconn AND has_database_privilege('public', d.oid, 'CONNECT');
