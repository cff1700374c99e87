-- $1 tenant or NULL, $2 kind, $3 version of its payload, $4 actor, $5 request, $6 payload.
-- params: 6
-- rows: none
INSERT INTO tenantd.events (tenant_id, kind, version, actor, request_id, payload)
VALUES ($1::text, $2::text, $3::int, $4::text, $5::text, $6::jsonb);
