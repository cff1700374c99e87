-- $1 the last number, $2 its seal, $3 time, $4 the MAC of these and of when the chain began.
-- params: 4
-- rows: none
UPDATE tenantd.audit_head
   SET seq = $1::bigint, seal = $2::text, sealed_at = $3::timestamptz, mac = $4::text;
