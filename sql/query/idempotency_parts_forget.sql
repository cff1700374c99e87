-- What is kept under scope $1 and is over.
-- params: 1
-- rows: none
WITH old AS (
  DELETE FROM tenantd.idempotency_answers WHERE scope = $1::text AND expires_at <= now() RETURNING scope
)
DELETE FROM tenantd.idempotency_parts p USING old o WHERE p.scope = o.scope;
