-- Ends invitation $1, which nobody has accepted.
-- params: 1
-- rows: none
UPDATE tenantd.invitations SET revoked_at = now()
 WHERE id = $1::text AND accepted_at IS NULL AND revoked_at IS NULL;
