-- User $1's secret is in force from now on, with these digests of recovery codes: $2, a JSON array.
-- params: 2
-- rows: none
UPDATE tenantd.totp
   SET confirmed_at = coalesce(confirmed_at, now()),
       recovery = ARRAY(SELECT jsonb_array_elements_text($2::jsonb))
 WHERE user_id = $1::text;
