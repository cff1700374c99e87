-- $1 event, $2 severity, $3 actor, $4 tenant or NULL, $5 request, $6 address, $7 details.
-- params: 7
-- rows: none
INSERT INTO tenantd.audit
       (event, severity, actor, tenant_id, request_id, address, details)
VALUES ($1::text, $2::text, $3::text, $4::text, $5::text, $6::text, $7::jsonb);
