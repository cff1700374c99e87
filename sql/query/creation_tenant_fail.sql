-- Tenant $1 will not be, $2 says why; its name is for others.
-- params: 2
-- rows: none
UPDATE public.tenants SET status = 'failed', status_reason = $2::text, slug = 'tenant-' || replace(id, '-', '')
 WHERE id = $1::text AND status IN ('provisioning', 'failed');
