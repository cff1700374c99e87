-- User $1 needs no one-time password any more.
-- params: 1
-- rows: none
DELETE FROM tenantd.totp WHERE user_id = $1::text;
