-- Who has role $2 of tenant $1, counted: members, groups, and invitations that can be accepted, or can be made so.
-- params: 2
-- rows: one
SELECT (SELECT count(*) FROM public.tenant_users m WHERE m.tenant_id = $1::text AND lower(m.role) = $2::text),
       (SELECT count(*) FROM tenantd.groups g WHERE g.tenant_id = $1::text AND g.role = $2::text),
       (SELECT count(*) FROM tenantd.invitations i
         WHERE i.tenant_id = $1::text AND lower(i.role) = $2::text AND i.accepted_at IS NULL AND i.revoked_at IS NULL);
