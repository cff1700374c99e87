-- What the shared registry has of tenant $1 that is deleted for good.
-- params: 1
-- rows: none
UPDATE public.custom_auth_tenant c
   SET name = 'purged tenant', owner_id = NULL, is_active = false, updated_at = now()
  FROM public.tenants t
 WHERE t.id = $1::text AND c.id = t.tenant;
