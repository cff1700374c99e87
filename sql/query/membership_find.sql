-- The tenant of a member, for the answer that almost every call gets: $1 user, $2 the tenant
-- they or their token speak of, or NULL: that one first, else an active one, else the oldest. Who was
-- deactivated here is nobody's member.
-- params: 2
-- rows: one
SELECT t.id, t.tenant::text, coalesce(c.name, t.slug), t.slug, t.status, t.plan,
       t.billing_cycle, coalesce(c.schema_name, ''), t.onboarding_status, m.role
  FROM public.tenant_users m
  JOIN public.tenants t ON t.id = m.tenant_id
  LEFT JOIN public.custom_auth_tenant c ON c.id = t.tenant
 WHERE m.user_id = $1::text
   AND t.status <> 'purged'
   AND NOT EXISTS (SELECT FROM public.users u WHERE u.id = $1::text AND NOT u.is_active)
 ORDER BY (t.id = $2::text OR t.tenant::text = $2::text) IS TRUE DESC,
       t.status = 'active' DESC, m.created_at, t.id
 LIMIT 1;
