-- $1 kind, $2 tenant or NULL, $3 payload, $4 lane or NULL: one of the kind and tenant, or, without
-- a tenant, one of its own; $5 pool or NULL, $6 how many of its lanes run at once; $7 partner that it
-- runs for or NULL.
-- params: 7
-- rows: none
INSERT INTO tenantd.jobs (kind, tenant_id, payload, lane, pool, pool_most, partner_id)
VALUES ($1::text, $2::text, $3::jsonb,
        coalesce($4::text, $1::text || ':' || coalesce($2::text, gen_random_uuid()::text)),
        $5::text, $6::int, $7::text);
