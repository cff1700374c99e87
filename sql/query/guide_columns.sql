-- The tables of this program, each column in a row: the table, what it is for, whether row-level security guards it; the
-- column, its type, whether it may be NULL, what it is for.
-- params: 0
-- rows: many
SELECT n.nspname || '.' || c.relname, coalesce(obj_description(c.oid, 'pg_class'), ''), c.relrowsecurity AND c.relforcerowsecurity,
       a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull, coalesce(col_description(c.oid, a.attnum), '')
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relkind IN ('r', 'p')
   AND (n.nspname = 'tenantd' OR n.nspname = 'public' AND c.relname IN ('custom_auth_tenant', 'tenants', 'tenant_users', 'users'))
 ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", a.attnum;
