-- $1 rule, $2 name, $3 condition, $4 threshold, $5 window in minutes, $6 addresses, a JSON array, $7 whether
-- webhooks hear of it, $8 enabled.
-- params: 8
-- rows: none
UPDATE tenantd.alert_rules
   SET name = $2::text, condition = $3::text, threshold = $4::int, window_minutes = $5::int,
       emails = ARRAY(SELECT jsonb_array_elements_text($6::jsonb)), webhook = $7::boolean, enabled = $8::boolean,
       version = version + 1, updated_at = now()
 WHERE id = $1::text;
