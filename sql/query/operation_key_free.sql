-- The time of the Idempotency-Key of scope $1 is over: it is used again.
-- params: 1
-- rows: none
UPDATE tenantd.operations SET scope = NULL WHERE scope = $1::text;
