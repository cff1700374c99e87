-- A second factor was shown in a session: $1 session, $2 whose.
-- params: 2
-- rows: none
UPDATE tenantd.sessions SET mfa = true WHERE id = $1::text AND user_id = $2::text AND ended_at IS NULL;
