-- What the login role of tenant $1 is to be, and whether its sessions are to end since when its password was
-- made anew.
-- params: 1
-- rows: one
SELECT l.server, l.database, l.schema, l.role, l.resource_id, l.pool_max, t.status, l.end_sessions, l.rotated_at::text
  FROM tenantd.tenant_logins l JOIN public.tenants t ON t.id = l.tenant_id
 WHERE l.tenant_id = $1::text AND l.role IS NOT NULL;
