-- One answer in parts whose time is over, so that the tables stay small without a daemon.
-- params: 0
-- rows: none
WITH old AS (
  DELETE FROM tenantd.idempotency_answers
   WHERE scope IN (SELECT scope FROM tenantd.idempotency_answers
                    WHERE expires_at < now()
                    ORDER BY expires_at
                    LIMIT 1
                      FOR UPDATE SKIP LOCKED)
  RETURNING scope
)
DELETE FROM tenantd.idempotency_parts p USING old o WHERE p.scope = o.scope;
