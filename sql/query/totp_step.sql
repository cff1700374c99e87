-- A code of step $2 was taken from user $1.
-- params: 2
-- rows: none
UPDATE tenantd.totp SET last_step = $2::bigint WHERE user_id = $1::text;
