-- Holds the row in the shared registry of tenant $2 of partner $1, before its own: so does whoever writes there.
-- params: 2
-- rows: one
SELECT c.id
  FROM public.tenants t
  JOIN public.custom_auth_tenant c ON c.id = t.tenant
 WHERE t.partner_id = $1::text AND t.id = $2::text
   FOR NO KEY UPDATE OF c;
