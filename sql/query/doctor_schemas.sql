-- Live tenants, and those of them whose schema of the older isolation is not there.
-- params: 0
-- rows: one
SELECT count(*), count(*) FILTER (WHERE n.oid IS NULL), min(c.schema_name) FILTER (WHERE n.oid IS NULL)
  FROM public.tenants t
  JOIN public.custom_auth_tenant c ON c.id = t.tenant
  LEFT JOIN pg_namespace n ON n.nspname = c.schema_name
 WHERE t.status = 'active';
