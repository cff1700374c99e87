-- The kept answer, and the tenant it is about: $1 scope.
-- params: 1
-- rows: one
SELECT request_hash, status, content_type, headers, body, sealed, tenant_id
  FROM tenantd.idempotency
 WHERE scope = $1::text
   AND expires_at > now();
