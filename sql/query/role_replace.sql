-- Whoever has role $2 of tenant $1 has $3: members, groups, and invitations that are open.
-- params: 3
-- rows: none
WITH members AS (
  UPDATE public.tenant_users SET role = $3::text
   WHERE tenant_id = $1::text AND lower(role) = $2::text
), teams AS (
  UPDATE tenantd.groups SET role = $3::text, version = version + 1, updated_at = now()
   WHERE tenant_id = $1::text AND role = $2::text
)
UPDATE tenantd.invitations SET role = $3::text
 WHERE tenant_id = $1::text AND lower(role) = $2::text AND accepted_at IS NULL AND revoked_at IS NULL;
