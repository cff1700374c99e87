-- What user $1 has of one-time passwords.
-- params: 1
-- rows: one
DELETE FROM tenantd.totp WHERE user_id = $1::text RETURNING user_id;
