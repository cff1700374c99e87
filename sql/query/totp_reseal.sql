-- User $1's secret is sealed as $2 from now on.
-- params: 2
-- rows: none
UPDATE tenantd.totp SET sealed = $2::text WHERE user_id = $1::text;
