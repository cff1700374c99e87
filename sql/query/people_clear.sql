-- Nobody is in tenant $1 any more, nor invited to it.
-- params: 1
-- rows: none
WITH invited AS (
  DELETE FROM tenantd.invitations WHERE tenant_id = $1::text
)
DELETE FROM public.tenant_users WHERE tenant_id = $1::text;
