-- The chain begins: $1 when, $2 the MAC of the head.
-- params: 2
-- rows: none
UPDATE tenantd.audit_head SET began_at = $1::timestamptz, mac = $2::text;
