-- Whether nothing stands in the way of a first tenant, which is the usual case: $1 user, $2 the
-- id that would be theirs, $3 its slug. If something may, onboarding_look says what.
-- params: 3
-- rows: one
SELECT NOT (EXISTS (SELECT FROM public.tenant_users WHERE user_id = $1::text)
         OR EXISTS (SELECT FROM public.users WHERE id = $1::text AND (tenant_id IS NOT NULL OR NOT is_active))
         OR EXISTS (SELECT FROM public.custom_auth_tenant WHERE owner_id = $1::text OR id = $2::uuid)
         OR EXISTS (SELECT FROM public.tenants WHERE tenant = $2::uuid)
         OR EXISTS (SELECT FROM tenantd.names WHERE name IN ($2::uuid::text, $3::text)));
