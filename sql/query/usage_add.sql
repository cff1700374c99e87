-- Adds to what tenants $1 have used of metric $3, of kind $4, as $2 says in the same order; $5 are the plans' limits.
-- params: 5
-- rows: one
SELECT tenantd.usage_add($1::text[], $2::bigint[], $3::text, $4::text, $5::jsonb);
