-- Ends the invitation of address $2 to tenant $1 whose time has run out, so that there can be another.
-- params: 2
-- rows: none
UPDATE tenantd.invitations
   SET revoked_at = now()
 WHERE tenant_id = $1::text AND lower(email) = lower($2::text)
   AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at <= now();
