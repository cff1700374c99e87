-- A few keys whose time is over, so that the table stays small without a daemon.
-- params: 0
-- rows: none
DELETE FROM tenantd.idempotency
 WHERE scope IN (SELECT scope FROM tenantd.idempotency
                  WHERE expires_at < now()
                  ORDER BY expires_at
                  LIMIT 4
                    FOR UPDATE SKIP LOCKED);
