-- Tenant $1 is made. No row: it is not being made any more.
-- params: 1
-- rows: one
UPDATE public.tenants SET status = 'active', status_reason = NULL
 WHERE id = $1::text AND status = 'provisioning'
RETURNING id;
