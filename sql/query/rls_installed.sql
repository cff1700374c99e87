-- What must be there before the other checks can run.
-- params: 0
-- rows: many
SELECT e.relation,
       'present',
       CASE WHEN c.oid IS NULL THEN 'failed' ELSE 'ok' END,
       CASE WHEN c.oid IS NULL THEN 'it is missing: run tenantd migrate' ELSE 'it is there' END
  FROM (VALUES ('tenantd', 'migrations'), ('tenantd', 'rls_exempt'), ('tenantd', 'server_rights'),
               ('tenantd', 'names'), ('tenantd', 'events'), ('tenantd', 'jobs'), ('tenantd', 'audit'),
               ('tenantd', 'idempotency'), ('tenantd', 'my_tenant'), ('public', 'custom_auth_tenant'),
               ('public', 'tenants'), ('public', 'users'), ('public', 'tenant_users')) AS w (nsp, rel)
 CROSS JOIN LATERAL (SELECT w.nsp || '.' || w.rel AS relation) AS e
  LEFT JOIN pg_namespace n ON n.nspname = w.nsp
  LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.rel
 ORDER BY c.oid IS NOT NULL, e.relation;
