-- params: 1
-- rows: none
UPDATE tenantd.event_head SET seq = $1::bigint;
