-- $1 user.
-- params: 1
-- rows: one
SELECT 1 FROM tenantd.totp WHERE user_id = $1::text AND confirmed_at IS NOT NULL;
