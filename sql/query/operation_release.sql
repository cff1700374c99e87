-- Whoever has operation $1, $2, gives it back.
-- params: 2
-- rows: none
UPDATE tenantd.operations SET leased_by = NULL, lease_until = NULL
 WHERE id = $1::text AND leased_by = $2::text;
