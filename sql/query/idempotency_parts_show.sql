-- Part $2, from 1, of the kept answer under scope $1, and where it ends.
-- params: 2
-- rows: one
SELECT body, place
  FROM tenantd.idempotency_parts
 WHERE scope = $1::text AND part = $2::int;
