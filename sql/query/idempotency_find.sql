-- $1 scope.
-- params: 1
-- rows: one
SELECT request_hash, status, content_type, headers, body, sealed
  FROM tenantd.idempotency
 WHERE scope = $1::text
   AND expires_at > now();
