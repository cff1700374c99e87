-- How far the kept answer under scope $1 goes.
-- params: 1
-- rows: one
SELECT request_hash, status, content_type, parts, place, ended
  FROM tenantd.idempotency_answers
 WHERE scope = $1::text
   AND expires_at > now();
