-- Adds $2 to what tenant $1 has used of metric $3, of kind $4; $5 are the plans' limits.
-- params: 5
-- rows: one
SELECT tenantd.usage_add(ARRAY[$1::text], ARRAY[$2::bigint], $3::text, $4::text, $5::jsonb);
