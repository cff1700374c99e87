-- Login roles of tenants on the control plane's own server.
-- params: 0
-- rows: one
SELECT count(*) FROM tenantd.tenant_logins l WHERE l.server IS NULL AND l.role IS NOT NULL;
