-- params: 2
-- rows: none
UPDATE tenantd.resources SET details = $2::jsonb WHERE id = $1::text;
