-- Tenant $1 has $3 of metric $2, a level: from now on, and today, unless that was said before; $4 are the plans'
-- limits.
-- params: 4
-- rows: one
SELECT tenantd.usage_set($1::text, $2::text, $3::bigint, (now() AT TIME ZONE 'UTC')::date, $4::jsonb);
