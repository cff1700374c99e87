-- User $2 has accepted invitation $1.
-- params: 2
-- rows: none
UPDATE tenantd.invitations SET accepted_at = now(), accepted_by = $2::text WHERE id = $1::text;
