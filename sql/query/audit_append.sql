-- $1 entry, $2 event, $3 severity, $4 actor, $5 tenant or NULL, $6 request, $7 address, $8 time,
-- $9 details, $10 the MAC of all these. Fails (division by zero) when a trigger keeps the row out.
-- params: 10
-- rows: none
WITH kept AS (
  INSERT INTO tenantd.audit
         (entry, event, severity, actor, tenant_id, request_id, address, created_at, details, mac)
  VALUES ($1::uuid, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text, $8::timestamptz,
          $9::json, $10::text)
  RETURNING 1
)
SELECT FROM kept HAVING 1 / count(*) = 0;
