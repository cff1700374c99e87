-- Whether one-time passwords are in force for user $1.
-- params: 1
-- rows: one
SELECT EXISTS (SELECT FROM tenantd.totp WHERE user_id = $1::text AND confirmed_at IS NOT NULL);
