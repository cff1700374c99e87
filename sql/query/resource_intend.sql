-- $1 id, $2 tenant, $3 operation, $4 step, $5 kind, $6 place, $7 name, $8 details. No row: the ledger has the name.
-- params: 8
-- rows: one
INSERT INTO tenantd.resources (id, tenant_id, operation_id, step, kind, place, name, details)
VALUES ($1::text, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text, coalesce($8::jsonb, '{}'))
    ON CONFLICT (kind, place, name) WHERE state <> 'removed' DO NOTHING
RETURNING id;
