-- A tenant of user $1 whose security policy demands a second factor: its slug.
-- params: 1
-- rows: one
SELECT t.slug
  FROM tenantd.security_policies p
  JOIN public.tenants t ON t.id = p.tenant_id AND t.status <> 'purged'
 WHERE p.policy #> '{session,requireMFA}' = 'true'
   AND (EXISTS (SELECT FROM public.tenant_users m WHERE m.tenant_id = t.id AND m.user_id = $1::text)
        OR EXISTS (SELECT FROM public.users u WHERE u.tenant_id = t.id AND u.id = $1::text)
        OR EXISTS (SELECT FROM public.custom_auth_tenant c WHERE c.id = t.tenant AND c.owner_id = $1::text))
 ORDER BY t.slug
 LIMIT 1;
