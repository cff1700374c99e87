-- What must be known to invite address $2 to tenant $1, which user $3 does: the tenant's name and status, the
-- user's name or address, whether the address is a member's, and whether it has an invitation that is open.
-- params: 3
-- rows: one
SELECT coalesce(c.name, t.slug), t.status,
       (SELECT coalesce(u.name, u.email) FROM public.users u WHERE u.id = $3::text),
       EXISTS (SELECT FROM public.users u
                WHERE lower(u.email) = lower($2::text)
                  AND (u.tenant_id = t.id OR u.id = c.owner_id
                       OR EXISTS (SELECT FROM public.tenant_users m WHERE m.tenant_id = t.id AND m.user_id = u.id))),
       EXISTS (SELECT FROM tenantd.invitations i
                WHERE i.tenant_id = t.id AND lower(i.email) = lower($2::text)
                  AND i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > now())
  FROM public.tenants t
  LEFT JOIN public.custom_auth_tenant c ON c.id = t.tenant
 WHERE t.id = $1::text;
